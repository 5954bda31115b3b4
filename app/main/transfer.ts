import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorInfo, SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { knockSettingsErrorInfo, parseKnockSettings, profileFromKnockSettings } from '../domain/formats/knocksettings';
import { modeDefinition } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import { readSettingsText } from '../session/settings-file';
import type { ImportItem, ImportOutcome, ImportPreview } from '../shared/contract';
import { looksLikeBundle, openBundle } from '../vault';
import type { ProfileEdit } from '../vault';

/** A file's name and what it holds, or why it could not be read. */
export type ImportSource = { readonly name: string } & ({ readonly text: string } | { readonly error: ErrorInfo });

/** Imports in two steps: a preview, in which nothing is imported, and its confirmation. Everything is hostile until validated. */
export interface Imports {
  preview(sources: readonly ImportSource[]): ImportPreview;
  /** @throws SesamyError `wrong-passphrase`, `vault-damaged` for a damaged bundle, `unknown-target` */
  openBundle(previewId: string, index: number, passphrase: string): Promise<ImportPreview>;
  confirm(previewId: string, indexes: readonly number[]): Promise<ImportOutcome>;
  discard(previewId: string): void;
  /** Forgets every preview, as when the vault is locked. */
  clear(): void;
}

/** What a preview item stands for. */
type Entry = { readonly file: string } & (
  | { readonly kind: 'profile'; readonly profile: Profile; readonly remarks: readonly string[] }
  | { readonly kind: 'sealed-bundle'; readonly text: string }
  | { readonly kind: 'unusable'; readonly error: ErrorInfo }
);

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

/** Options that are safe to carry, and that somebody who trusts a stranger's profile wants to see (decision 3). */
function remarksOn(profile: Profile): readonly string[] {
  return profile.ssh.options
    .filter(({ name }) => ['ForwardAgent', 'RemoteForward', 'StrictHostKeyChecking'].includes(name))
    .map(({ name, value }) => `It sets ${name} to ${value}.`);
}

/** @param change saves profiles; errors as `OpenVault.change` */
export function holdImports(change: (edits: readonly ProfileEdit[]) => Promise<void>): Imports {
  const previews = new Map<string, readonly Entry[]>();

  const entryOf = (source: ImportSource): Entry => {
    const file = source.name;
    if ('error' in source) return { file, kind: 'unusable', error: source.error };
    if (looksLikeBundle(source.text)) return { file, kind: 'sealed-bundle', text: source.text };
    const parsed = parseKnockSettings(source.text);
    if (!parsed.ok) return { file, kind: 'unusable', error: knockSettingsErrorInfo(parsed.error) };
    const { profile, remarks } = profileFromKnockSettings(parsed.value, {
      id: randomUUID(),
      name: parsed.value.host,
      protocol: 'tcp',
    });
    return { file, kind: 'profile', profile, remarks };
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
      const profiles = await openBundle(sealed.text, passphrase);
      const opened = profiles.map((profile): Entry => ({
        file: sealed.file,
        kind: 'profile',
        profile,
        remarks: remarksOn(profile),
      }));
      const entries = entriesOf(previewId).flatMap((entry, at): readonly Entry[] => (at === index ? opened : [entry]));
      previews.set(previewId, entries);
      return shown(previewId, entries);
    },
    async confirm(previewId, indexes) {
      const entries = entriesOf(previewId);
      const imported: ImportOutcome['imported'][number][] = [];
      const failed: ImportOutcome['failed'][number][] = [];
      const edits: ProfileEdit[] = [];
      const chosen = new Set(indexes);
      entries.forEach((entry, index) => {
        if (entry.kind === 'unusable') failed.push({ file: entry.file, error: entry.error });
        else if (entry.kind === 'sealed-bundle')
          failed.push({ file: entry.file, error: errorInfo('vault-locked', `${entry.file} was not opened.`) });
        else if (chosen.has(index)) {
          // An id of our own: a file must not be able to name the profile that it would replace.
          const profile = { ...entry.profile, id: randomUUID() };
          edits.push({ kind: 'save', profile, base: null });
          imported.push({ file: entry.file, id: profile.id, name: profile.name, remarks: entry.remarks });
        }
      });
      if (edits.length > 0) await change(edits);
      previews.delete(previewId);
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
