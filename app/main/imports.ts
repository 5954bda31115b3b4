import { basename } from 'node:path';
import { errorInfo, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { parseKnockSettings, profileFromKnockSettings } from '../domain/formats/knocksettings';
import { readSettingsText } from '../session/settings-file';
import type { ImportOutcome } from '../shared/contract';
import type { Profiles } from './profiles';

/** A file's name and what it holds, or why it could not be read. */
export type ImportSource = { readonly name: string } & ({ readonly text: string } | { readonly error: ErrorInfo });

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

/** Makes a profile of each file that is a knocksettings.txt, and says what is wrong with the others. */
export function importSources(sources: readonly ImportSource[], profiles: Profiles): ImportOutcome {
  const imported: ImportOutcome['imported'][number][] = [];
  const failed: ImportOutcome['failed'][number][] = [];
  for (const source of sources) {
    const file = source.name;
    if ('error' in source) {
      failed.push({ file, error: source.error });
      continue;
    }
    const parsed = parseKnockSettings(source.text);
    if (!parsed.ok) {
      const { line, column, message } = parsed.error;
      failed.push({ file, error: errorInfo('bad-input', `Line ${line}, column ${column}: ${message}`) });
      continue;
    }
    const { profile, remarks } = profileFromKnockSettings(parsed.value, {
      id: profiles.newId(),
      name: parsed.value.host,
      protocol: 'tcp',
    });
    profiles.save(profile);
    imported.push({ file, id: profile.id, name: profile.name, remarks });
  }
  return { imported, failed };
}
