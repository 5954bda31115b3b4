/** Profiles on their way in and out. */
import { errorInfo } from '../../domain/errors';
import type { ErrorInfo } from '../../domain/errors';
import type { ImportPreview } from '../../shared/contract';
import { request } from '../client';
import { withRefused } from '../features/transfer/import-selection';
import { perform, select, showBar, useUi } from './ui';
import type { Exporting } from './ui';

const set = useUi.setState;

/** The most that main takes of one file; see the contract. Files of settings and bundles are far smaller. */
const MAX_BYTES = 64_000_000;

export function importChosen(): void {
  perform(async () => {
    const preview = await request('import.choose', {});
    if (preview !== null) set({ importing: { preview, refused: [] } });
  });
}

export function importFiles(files: readonly File[]): void {
  discardImport();
  const small = files.filter((file) => file.size <= MAX_BYTES);
  const refused = files.filter((file) => file.size > MAX_BYTES).map((file) => ({ file: file.name, error: tooLarge() }));
  perform(async () => {
    const read = small.map(async (file) => ({ name: file.name, text: await file.text() }));
    const preview: ImportPreview =
      small.length === 0
        ? { previewId: '', items: [] }
        : await request('import.texts', { files: await Promise.all(read) });
    set({ importing: { preview, refused } });
  });
}

function tooLarge(): ErrorInfo {
  return errorInfo('bad-input', 'The file is larger than 64 MB, which no file of settings is.', { steps: [] });
}

/** Opens a sealed bundle of the preview. Throws what main answers, for the field that the passphrase was typed into. */
export async function openBundle(index: number, passphrase: string): Promise<void> {
  const { importing } = useUi.getState();
  if (importing === null) return;
  const { previewId } = importing.preview;
  const preview = await request('import.openBundle', { previewId, index, passphrase });
  set({ importing: { ...importing, preview } });
}

export function confirmImport(indexes: readonly number[]): void {
  const { importing } = useUi.getState();
  if (importing === null) return;
  set({ importing: null });
  perform(async () => {
    const { previewId } = importing.preview;
    const outcome = await request('import.confirm', { previewId, indexes: [...indexes] });
    set({ importOutcome: withRefused(outcome, importing) });
    const first = outcome.imported[0];
    if (first !== undefined) select({ kind: 'profile', id: first.id });
  });
}

export function discardImport(): void {
  const { importing } = useUi.getState();
  if (importing === null) return;
  set({ importing: null });
  const { previewId } = importing.preview;
  // Without an id main has nothing to forget: every file was refused here.
  if (previewId === '') return;
  perform(async () => {
    await request('import.discard', { previewId });
  });
}

export function closeImport(): void {
  set({ importOutcome: null });
}

export function beginExport(exporting: Exporting): void {
  set({ exporting });
}

export function endExport(): void {
  set({ exporting: null });
}

/** Tells where an export went; says nothing when the person closed the save dialog. */
function noteExported(what: string, file: string | null): void {
  if (file !== null) showBar({ kind: 'note', text: `Exported ${what} to ${file}` });
}

export function exportSettings({ id, name }: Exporting): void {
  endExport();
  perform(async () => {
    const { file } = await request('export.settings', { id });
    noteExported(`“${name}”`, file);
  });
}

/** Writes a bundle; throws what main answers. False: the person closed the save dialog. */
export async function exportBundle(ids: readonly string[], passphrase: string): Promise<boolean> {
  const { file } = await request('export.bundle', { ids: [...ids], passphrase });
  noteExported(ids.length === 1 ? '1 profile' : `${ids.length} profiles`, file);
  return file !== null;
}
