import type { ProfileSummary } from '../../../shared/contract';

/** The profiles in whose name, host or tags every word of the search occurs, whatever the case. */
export function filterProfiles(profiles: readonly ProfileSummary[], search: string): readonly ProfileSummary[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return profiles.filter((profile) => {
    const text = [profile.name, profile.host, ...profile.tags].join('\n').toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
