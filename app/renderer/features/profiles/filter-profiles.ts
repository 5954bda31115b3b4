import type { ProfileSummary } from '../../../shared/contract';

/** What a search looks through, made once for each list of summaries: making it at every keystroke would be felt. */
const prepared = new WeakMap<readonly ProfileSummary[], readonly string[]>();

/** One text a profile, in the order of the profiles. Called ahead, it does what the first search would do. */
export function prepareSearch(profiles: readonly ProfileSummary[]): readonly string[] {
  const known = prepared.get(profiles);
  if (known !== undefined) return known;
  const made = profiles.map((profile) => [profile.name, profile.host, ...profile.tags].join('\n').toLowerCase());
  prepared.set(profiles, made);
  return made;
}

/** The profiles in whose name, host or tags every word of the search occurs, whatever the case. */
export function filterProfiles(profiles: readonly ProfileSummary[], search: string): readonly ProfileSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return profiles;
  const texts = prepareSearch(profiles);
  return profiles.filter((_profile, index) => {
    for (const word of words) if (texts[index]?.includes(word) !== true) return false;
    return true;
  });
}
