import type { Profile } from '../domain/profile/profile';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { err, out } from './print';
import { printTable, profileJson } from './print-profile';
import { sorted, withStore } from './store';

/** `sesamy list`. Returns the exit code. */
export async function listVerb(
  filter: string | undefined,
  options: PassphraseOptions & { readonly json?: boolean },
): Promise<number> {
  const found = await withStore(passphrasesOf(options), (vault) =>
    Promise.resolve(sorted(vault).filter((profile) => matches(profile, filter ?? ''))),
  );
  if (options.json === true) for (const profile of found) out(profileJson(profile, false));
  else if (found.length > 0) printTable(found);
  else err(filter === undefined ? 'There are no profiles yet.' : 'No profile fits.');
  return 0;
}

/** Whether name, host or a tag contains the text, whatever its capitals. */
export function matches(profile: Profile, filter: string): boolean {
  const wanted = filter.toLowerCase();
  return [profile.name, profile.host, ...profile.tags].some((text) => text.toLowerCase().includes(wanted));
}
