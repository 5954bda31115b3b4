/** `sesamy add`, `edit` and `remove`. Each returns the exit code. */
import { SesamyError } from '../domain/errors';
import { check, shown } from '../domain/fields';
import { typedNumber } from '../domain/modes/inline';
import { profileStateSchema } from '../domain/profile/state';
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

export interface EditOptions extends ProfileOptions, PassphraseOptions {
  /** As typed: how many of the one-time secrets are used up. */
  readonly used?: string;
}

export async function editVerb(name: string, options: EditOptions): Promise<number> {
  const profileChanges = profileOptionsGiven(options).length > 0;
  if (!profileChanges && options.used === undefined)
    throw new SesamyError('bad-input', 'Nothing to change: give at least one option.', {
      steps: ['See what there is: sesamy edit --help.'],
    });
  await withStore(passphrasesOf(options), async (vault) => {
    const base = findProfile(vault.profiles.values(), name);
    await vault.change([
      ...(profileChanges ? [{ kind: 'save', profile: changedProfile(base, options), base } as const] : []),
      ...(options.used === undefined
        ? []
        : [{ kind: 'state', id: base.id, used: usedOf(options.used), base: 'any' } as const]),
    ]);
  });
  err(`changed ${shown(name)}`);
  return 0;
}

function usedOf(typed: string): number {
  const checked = check(profileStateSchema, { used: typedNumber(typed) });
  if (checked.ok) return checked.value.used;
  throw new SesamyError('bad-input', checked.problems.map(({ message }) => `--used: ${message}`).join('\n'));
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
