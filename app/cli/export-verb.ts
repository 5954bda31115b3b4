import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import { knockSettingsFromProfile, printKnockSettings } from '../domain/formats/knocksettings';
import type { Profile } from '../domain/profile/profile';
import { count } from '../text/words';
import { findProfile } from '../library/saved-profile';
import { sealBundle } from '../vault';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { err, plain } from './print';
import { sorted, withStore } from './store';
import { confirmed } from './terminal';

export interface ExportOptions extends PassphraseOptions {
  readonly bundle?: string;
  readonly settings?: string;
  readonly all?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
}

const STANDARD_OUTPUT = '-';

/** `sesamy export`. Returns the exit code. */
export async function exportVerb(names: readonly string[], options: ExportOptions): Promise<number> {
  const { bundle, settings } = options;
  const file = bundle ?? settings;
  if (file === undefined || (bundle !== undefined && settings !== undefined))
    throw new SesamyError('bad-input', 'Give one of --bundle FILE and --settings FILE.');
  if ((names.length === 0) !== (options.all === true))
    throw new SesamyError('bad-input', 'Give the names of the profiles, or --all.');
  if (settings !== undefined && names.length !== 1)
    throw new SesamyError('bad-input', 'A settings file holds one profile: give one name.');
  // Said before anybody types a passphrase; writing refuses it again.
  if (options.force !== true && file !== STANDARD_OUTPUT && existsSync(file)) throw alreadyThere(file);
  if (settings !== undefined) {
    err(
      `note: a settings file is not encrypted: whoever reads ${settings === STANDARD_OUTPUT ? 'it' : plain(settings)} can open the door.`,
    );
    if (options.yes !== true && !(await confirmed('Write it all the same?'))) {
      err('Nothing was written.');
      return 1;
    }
  }

  const passphrases = passphrasesOf(options);
  const { text, profiles } = await withStore(passphrases, async (vault) => {
    const chosen =
      options.all === true ? sorted(vault) : names.map((name) => findProfile(vault.profiles.values(), name));
    // One profile named twice goes once.
    const once = [...new Set(chosen)];
    if (settings !== undefined) return { text: settingsText(once), profiles: once.length };
    const passphrase = await passphrases.chosen(
      'Choose a passphrase for the bundle. Whoever imports it needs this one, not your own.',
    );
    return { text: await sealBundle(once, passphrase, (digest) => vault.attachment(digest)), profiles: once.length };
  });
  if (file === STANDARD_OUTPUT) process.stdout.write(text);
  else {
    await writePrivately(file, text, options.force === true);
    err(`wrote ${count(profiles, 'profile')} to ${plain(file)}`);
  }
  return 0;
}

function settingsText(profiles: readonly Profile[]): string {
  return profiles
    .map((profile) => {
      const settings = knockSettingsFromProfile(profile);
      if (!settings.ok)
        throw new SesamyError(settings.error.code, settings.error.cause, { steps: settings.error.steps });
      for (const remark of settings.remarks) err(`note: ${remark}`);
      return printKnockSettings(settings.value);
    })
    .join('');
}

/** A file that may not be replaced. */
export function alreadyThere(file: string): SesamyError {
  return new SesamyError('bad-input', `${shown(file)} is there already.`, {
    steps: ['Choose another name, or add --force to replace it.'],
  });
}

/**
 * Writes a file that only this user may read, whole or not at all.
 * @throws SesamyError `bad-input` when it is there already and may not be replaced, `vault-not-writable`
 */
export async function writePrivately(file: string, text: string, replace: boolean): Promise<void> {
  // The file's own name is taken by its first byte where nothing may be replaced; a replacement comes in one step.
  const fresh = replace ? `${file}.${randomUUID()}` : file;
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
      if (replace) await rename(fresh, file);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw new SesamyError('vault-not-writable', `${file} could not be written: ${message}.`, {
      steps: ['Choose another folder, or make room on the disk.'],
    });
  }
}
