import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorInfo, SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { modeDefinition } from '../domain/modes/registry';
import { openImport, readImport, saveImport } from '../library/import';
import type { ImportContent } from '../library/import';
import { readSettingsText } from '../library/settings-file';
import type { ImportItem, ImportOutcome, ImportPreview } from '../shared/contract';
import type { OpenVault } from '../vault';

/** A file's name and what it holds, or why it could not be read. */
export type ImportSource = { readonly name: string } & ({ readonly text: string } | { readonly error: ErrorInfo });

/** Imports in two steps: a preview, in which nothing is imported, and its confirmation. Everything is hostile until validated. */
export interface Imports {
  preview(sources: readonly ImportSource[]): ImportPreview;
  /** @throws SesamyError `wrong-passphrase`, `bad-input` for a damaged bundle, `unknown-target` */
  openBundle(previewId: string, index: number, passphrase: string): Promise<ImportPreview>;
  /** Errors as {@link OpenVault.change}, and `unknown-target`. */
  confirm(previewId: string, indexes: readonly number[]): Promise<ImportOutcome>;
  discard(previewId: string): void;
  /** Forgets every preview, as when the vault is locked. */
  clear(): void;
}

/** What a preview item stands for. */
type Entry = { readonly file: string } & ImportContent;

/** Reads files for import; one that cannot be read spoils nothing for the others. */
export function readSources(paths: readonly string[]): Promise<readonly ImportSource[]> {
  return Promise.all(
    paths.map(async (path) => {
      const name = basename(path);
      try {
        return { name, text: await readSettingsText(path) };
      } catch (error) {
        return { name, error: toErrorInfo(error) };
      }
    }),
  );
}

/** @param change saves profiles */
export function holdImports(change: OpenVault['change']): Imports {
  const previews = new Map<string, readonly Entry[]>();

  const entryOf = (source: ImportSource): Entry => {
    const file = source.name;
    return 'error' in source
      ? { file, kind: 'unusable', error: source.error }
      : { file, ...readImport(file, source.text) };
  };

  const shown = (previewId: string, entries: readonly Entry[]): ImportPreview => ({
    previewId,
    items: entries.map((entry, index): ImportItem => ({ index, file: entry.file, content: contentOf(entry) })),
  });

  const entriesOf = (previewId: string): readonly Entry[] => {
    const entries = previews.get(previewId);
    if (entries === undefined)
      throw new SesamyError('unknown-target', 'This import is not under way any more.', {
        steps: ['Choose the files again.'],
      });
    return entries;
  };

  return {
    preview(sources) {
      const previewId = randomUUID();
      const entries = sources.map(entryOf);
      previews.set(previewId, entries);
      return shown(previewId, entries);
    },
    async openBundle(previewId, index, passphrase) {
      const sealed = entriesOf(previewId)[index];
      if (sealed?.kind !== 'sealed-bundle')
        throw new SesamyError('unknown-target', 'There is no sealed bundle at this place.', { steps: [] });
      const found = await openImport(sealed.text, passphrase);
      const opened = found.map((profile): Entry => ({ file: sealed.file, kind: 'profile', ...profile }));
      const entries = entriesOf(previewId).flatMap((entry, at): readonly Entry[] => (at === index ? opened : [entry]));
      previews.set(previewId, entries);
      return shown(previewId, entries);
    },
    async confirm(previewId, indexes) {
      const entries = entriesOf(previewId);
      const ticked = new Set(indexes);
      const chosen: Extract<Entry, { readonly kind: 'profile' }>[] = [];
      const failed: ImportOutcome['failed'][number][] = [];
      entries.forEach((entry, index) => {
        if (entry.kind === 'unusable') failed.push({ file: entry.file, error: entry.error });
        else if (entry.kind === 'sealed-bundle')
          failed.push({ file: entry.file, error: errorInfo('vault-locked', `${entry.file} was not opened.`) });
        else if (ticked.has(index)) chosen.push(entry);
      });
      const saved = await saveImport(chosen, change);
      previews.delete(previewId);
      const imported = saved.map(({ file, profile: { id, name }, remarks, note }) => ({
        file,
        id,
        name,
        remarks: note === null ? remarks : [...remarks, note],
      }));
      return { imported, failed };
    },
    discard(previewId) {
      previews.delete(previewId);
    },
    clear() {
      previews.clear();
    },
  };
}

function contentOf(entry: Entry): ImportItem['content'] {
  switch (entry.kind) {
    case 'profile': {
      const { profile, remarks } = entry;
      return {
        kind: 'profile',
        name: profile.name,
        host: profile.host,
        servicePort: profile.servicePort,
        outline: modeDefinition(profile.mode.kind).outline(profile.mode),
        remarks,
      };
    }
    case 'sealed-bundle':
      return { kind: 'sealed-bundle' };
    case 'unusable':
      return { kind: 'unusable', error: entry.error };
  }
}

/**
 * Writes an export, private to the user, whole or not at all.
 * @throws SesamyError `vault-not-writable`
 */
export async function writeExport(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    throw new SesamyError(
      'vault-not-writable',
      `${basename(file)} could not be written: ${error instanceof Error ? error.message : String(error)}.`,
      {
        steps: ['Choose another folder, or make room on the disk.'],
      },
    );
  }
}
