import { randomUUID } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { modeDefinition } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import type { ProfileSummary } from '../shared/contract';
import type { StateHolder } from './state';

/** The profiles of this run of the app. They live in memory only: nothing secret is written in the clear. */
export interface Profiles {
  /** @throws SesamyError `unknown-target` */
  get(id: string): Profile;
  save(profile: Profile): void;
  remove(id: string): void;
  newId(): string;
}

export function holdProfiles(state: StateHolder): Profiles {
  const all = new Map<string, Profile>();
  const publish = (): void => {
    const sorted = [...all.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    state.set('profiles', sorted.map(summaryOf));
  };
  return {
    get(id) {
      const found = all.get(id);
      if (found === undefined)
        throw new SesamyError('unknown-target', 'The profile is not there any more.', { steps: [] });
      return found;
    },
    save(profile) {
      all.set(profile.id, profile);
      publish();
    },
    remove(id) {
      if (all.delete(id)) publish();
    },
    newId: randomUUID,
  };
}

function summaryOf(profile: Profile): ProfileSummary {
  return {
    id: profile.id,
    name: profile.name,
    host: profile.host,
    servicePort: profile.servicePort,
    modeKind: profile.mode.kind,
    outline: modeDefinition(profile.mode.kind).outline(profile.mode),
    tags: profile.tags,
  };
}
