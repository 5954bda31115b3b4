import { findProfile } from '../library/saved-profile';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { out, plain } from './print';
import { profileJson, profileLines } from './print-profile';
import { withStore } from './store';

/** `sesamy show`. Returns the exit code. */
export async function showVerb(
  name: string,
  options: PassphraseOptions & { readonly json?: boolean; readonly reveal?: boolean },
): Promise<number> {
  await withStore(passphrasesOf(options), async (vault) => {
    const profile = findProfile(vault.profiles.values(), name);
    const reveal = options.reveal === true;
    if (options.json === true) out(profileJson(profile, reveal));
    else {
      out(`name          ${plain(profile.name)}`);
      out(`id            ${profile.id}`);
      for (const line of profileLines(profile, reveal)) out(line);
      const used = vault.states.get(profile.id)?.used;
      if (used !== undefined) out(`used up       ${used}`);
    }
    return Promise.resolve();
  });
  return 0;
}
