import type { ProfileSummary } from '../../../shared/contract';

/** What a search looks through, made once for each summary: making it anew at every keystroke would be felt. */
const haystacks = new WeakMap<ProfileSummary, string>();

function haystack(profile: ProfileSummary): string {
  const known = haystacks.get(profile);
  if (known !== undefined) return known;
  const made = [profile.name, profile.host, ...profile.tags].join('\n').toLowerCase();
  haystacks.set(profile, made);
  return made;
}

/** Does ahead what the first search would do. */
export function prepareSearch(profiles: readonly ProfileSummary[]): void {
  for (const profile of profiles) haystack(profile);
}

/** The profiles in whose name, host or tags every word of the search occurs, whatever the case. */
export function filterProfiles(profiles: readonly ProfileSummary[], search: string): readonly ProfileSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return profiles;
  return profiles.filter((profile) => words.every((word) => haystack(profile).includes(word)));
}
