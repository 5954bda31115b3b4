import { existsSync } from 'node:fs';
import { SesamyError } from '../domain/errors';
import { knockSettingsFromProfile, printKnockSettings } from '../domain/formats/knocksettings';
import type { Profile } from '../domain/profile/profile';
import { count } from '../text/words';
import { findProfile } from '../library/saved-profile';
import { sealBundle } from '../vault';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { err, plain } from './print';
import { alreadyThere, writePrivately } from './private-file';
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
