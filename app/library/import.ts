/** Import, as the window and the command line share it: nothing is saved before {@link saveImport}. */
import { randomUUID } from 'node:crypto';
import { toErrorInfo } from '../domain/errors';
import { modeOfStranger } from '../domain/modes/registry';
import type { ErrorInfo } from '../domain/errors';
import type { Profile } from '../domain/profile/profile';
import { looksLikeBundle, openBundle } from '../vault';
import type { BundledProfile, OpenVault, ProfileEdit } from '../vault';
import { freeNames } from './free-names';
import { profileFromSettings } from './settings-file';
import type { RemarkedProfile } from './settings-file';

/** A profile with all that belongs to it: remarks for the person, and the bytes of the attachments that it refers to. */
export type ImportedProfile = RemarkedProfile & Pick<BundledProfile, 'attachments'>;

/** What a file for import holds. */
export type ImportContent =
  | ({ readonly kind: 'profile' } & ImportedProfile)
  /** Wants its passphrase first: {@link openImport}. */
  | { readonly kind: 'sealed-bundle'; readonly text: string }
  | { readonly kind: 'unusable'; readonly error: ErrorInfo };

/** Says what a file holds. Never throws. @param file what it is called in an error */
export function readImport(file: string, text: string): ImportContent {
  if (looksLikeBundle(text)) return { kind: 'sealed-bundle', text };
  try {
    return { kind: 'profile', ...profileFromSettings(file, text, 'tcp'), attachments: [] };
  } catch (error) {
    return { kind: 'unusable', error: toErrorInfo(error) };
  }
}

/** The profiles in a sealed bundle. Errors as {@link openBundle}. */
export async function openImport(text: string, passphrase: string): Promise<readonly ImportedProfile[]> {
  const found = await openBundle(text, passphrase);
  return found.map(({ profile: theirs, attachments }) => {
    const { settings: mode, remarks } = modeOfStranger(theirs.mode);
    const profile = { ...theirs, mode };
    return { profile, attachments, remarks: [...remarks, ...remarksOn(profile)] };
  });
}

/** Options that are safe to carry, and that somebody who trusts a stranger's profile wants to see (decision 3). */
function remarksOn(profile: Profile): readonly string[] {
  return profile.ssh.options
    .filter(({ name }) => ['ForwardAgent', 'RemoteForward', 'StrictHostKeyChecking'].includes(name))
    .map(({ name, value }) => `It sets ${name} to ${value}.`);
}

/**
 * Saves the chosen profiles and their attachments, all or none, beside what is there.
 * @param change saves them; its errors are passed on
 * @returns what was given, with the profiles as they were saved, and a note on each that was given another name
 */
export async function saveImport<Chosen extends BundledProfile>(
  chosen: readonly Chosen[],
  change: OpenVault['change'],
): Promise<readonly (Chosen & { readonly note: string | null })[]> {
  // An id of our own: a file must not be able to name the profile that it would replace.
  const fresh = chosen.map((entry) => ({ ...entry, profile: { ...entry.profile, id: randomUUID() } }));
  let saved: readonly (Chosen & { readonly note: string | null })[] = [];
  await change((there) => {
    const free = freeNames(Array.from(there.values(), ({ name }) => name));
    saved = fresh.map((entry) => {
      const { name } = entry.profile;
      const profile = { ...entry.profile, name: free(name) };
      const note = profile.name === name ? null : `${name} is taken, so this one is called ${profile.name}.`;
      return { ...entry, profile, note };
    });
    return saved.flatMap(({ profile, attachments }): readonly ProfileEdit[] => [
      ...attachments.map((bytes) => ({ kind: 'attach', bytes }) as const),
      { kind: 'save', profile, base: null },
    ]);
  });
  return saved;
}
