/** `sesamy add`, `edit` and `remove`. Each returns the exit code. */
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import { findProfile } from '../library/saved-profile';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { err } from './print';
import { withStore, withStoreMade } from './store';
import { changedProfile, inlineProfile, profileOptionsGiven } from './target';
import type { ProfileOptions } from './target';
import { confirmed, refuseUnattended } from './terminal';

type ChangeOptions = ProfileOptions & PassphraseOptions;

export async function addVerb(name: string, options: ChangeOptions): Promise<number> {
  const profile = inlineProfile({ ...options, name });
  await withStoreMade(passphrasesOf(options), async (vault) => {
    for (const other of vault.profiles.values())
      if (other.name === name)
        throw new SesamyError('bad-input', `There is a profile called ${shown(name)} already.`, {
          steps: ['Choose another name, or change the profile: sesamy edit NAME.'],
        });
    await vault.change([{ kind: 'save', profile, base: null }]);
  });
  err(`added ${shown(name)}`);
  return 0;
}

export async function editVerb(name: string, options: ChangeOptions): Promise<number> {
  if (profileOptionsGiven(options).length === 0)
    throw new SesamyError('bad-input', 'Nothing to change: give at least one option.', {
      steps: ['See what there is: sesamy edit --help.'],
    });
  await withStore(passphrasesOf(options), async (vault) => {
    const base = findProfile(vault.profiles.values(), name);
    await vault.change([{ kind: 'save', profile: changedProfile(base, options), base }]);
  });
  err(`changed ${shown(name)}`);
  return 0;
}

export async function removeVerb(
  name: string,
  options: PassphraseOptions & { readonly yes?: boolean },
): Promise<number> {
  // Said at once, not after a passphrase.
  if (options.yes !== true) refuseUnattended();
  return withStore(passphrasesOf(options), async (vault) => {
    const base = findProfile(vault.profiles.values(), name);
    if (
      options.yes !== true &&
      !(await confirmed(`Remove ${shown(base.name)} (${base.host} port ${base.servicePort})?`))
    ) {
      err('Nothing was removed.');
      return 1;
    }
    await vault.change([{ kind: 'remove', id: base.id, base }]);
    err(`removed ${shown(base.name)}`);
    return 0;
  });
}
