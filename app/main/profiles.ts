import { randomUUID } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { modeDefinition } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import { preparing } from '../engine/prepare';
import type { Kept, Prepare } from '../engine/prepare';
import { freeNames } from '../library/free-names';
import { findProfile } from '../library/saved-profile';
import type { ProfileSummary } from '../shared/contract';
import type { OpenVault, ProfileEdits } from '../vault';
import type { StateHolder } from './state';

/** The profiles that the window shows: those of the open vault, and those that live as long as a practice door. */
export interface Profiles {
  /** Follows this vault from now on; null: there is nothing to show. */
  follow(vault: OpenVault | null): void;
  /** Shows what the vault holds now. */
  publish(): void;
  /** @throws SesamyError `unknown-target` */
  get(id: string): Profile;
  /** By name or id, as a command line gives it. @throws SesamyError `unknown-target`, `bad-input` when several have the name */
  find(name: string): Profile;
  /** As {@link OpenVault.attachment}; null when locked. */
  attachment(digest: string): Uint8Array | null;
  /** How a profile becomes ready to knock with, at each try. */
  preparing(profile: Profile): Prepare;
  /** Notes that so many of the profile's one-time secrets are used up; null: it has none. Never takes any back. */
  spend(id: string, used: number | null): void;
  /** Sets that number, whatever it was. Errors as {@link OpenVault.change}, and `unknown-target`. */
  setUsed(id: string, used: number): Promise<void>;
  /** Errors as {@link OpenVault.change}, and `vault-locked`. */
  change(edits: ProfileEdits): Promise<void>;
  /** A profile that is never saved, until `letGo` or the lock. */
  keepForNow(profile: Profile): void;
  letGo(id: string): void;
  remove(id: string): Promise<void>;
  /** @throws SesamyError `unknown-target` when there is nothing to put back */
  undoRemove(id: string): Promise<void>;
  /** Makes a copy under a name of its own and gives its id. */
  duplicate(id: string): Promise<string>;
  newId(): string;
}

export function holdProfiles(state: StateHolder): Profiles {
  let vault: OpenVault | null = null;
  const passing = new Map<string, Profile>();
  const removed = new Map<string, { readonly profile: Profile; readonly used: number }>();

  const all = (): readonly Profile[] => [...(vault?.profiles.values() ?? []), ...passing.values()];
  const attachment = (digest: string): Uint8Array | null => vault?.attachment(digest) ?? null;
  const kept = (id: string): Kept => ({ used: vault?.states.get(id)?.used ?? 0, attachment });
  const publish = (): void => {
    const sorted = [...all()].sort(byName);
    state.set(
      'profiles',
      sorted.map((profile) => summaryOf(profile, kept(profile.id).used)),
    );
  };
  const openVault = (): OpenVault => {
    if (vault === null) throw new SesamyError('vault-locked', 'The profiles are locked, so none can be changed.');
    return vault;
  };
  const get = (id: string): Profile => {
    const found = vault?.profiles.get(id) ?? passing.get(id);
    if (found === undefined)
      throw new SesamyError('unknown-target', 'The profile is not there any more.', { steps: [] });
    return found;
  };
  const change = async (edits: ProfileEdits): Promise<void> => {
    await openVault().change(edits);
    publish();
  };

  return {
    attachment,
    preparing: (profile) => preparing(profile, () => kept(profile.id)),
    spend(id, used) {
      if (used === null || vault?.profiles.has(id) !== true || used <= kept(id).used) return;
      // A store that cannot be written leaves the number as it was: the next knock is then the same once more.
      change([{ kind: 'state', id, used, base: 'any' }]).catch(() => undefined);
    },
    setUsed(id, used) {
      get(id);
      return change([{ kind: 'state', id, used, base: 'any' }]);
    },
    follow(next) {
      vault = next;
      removed.clear();
      if (next === null) passing.clear();
      publish();
    },
    publish,
    get,
    find: (name) => findProfile(all(), name),
    change,
    keepForNow(profile) {
      passing.set(profile.id, profile);
      publish();
    },
    letGo(id) {
      if (passing.delete(id)) publish();
    },
    async remove(id) {
      if (passing.has(id)) {
        this.letGo(id);
        return;
      }
      const profile = get(id);
      const used = vault?.states.get(id)?.used ?? 0;
      await change([{ kind: 'remove', id, base: 'any' }]);
      removed.set(id, { profile, used });
    },
    async undoRemove(id) {
      const gone = removed.get(id);
      if (gone === undefined)
        throw new SesamyError('unknown-target', 'There is nothing to put back any more.', { steps: [] });
      await change([
        { kind: 'save', profile: gone.profile, base: null },
        // A one-time secret that was used is of no use again.
        { kind: 'state', id, used: gone.used, base: 0 },
      ]);
      removed.delete(id);
    },
    async duplicate(id) {
      const original = get(id);
      const free = freeNames(all().map((profile) => profile.name));
      const copy: Profile = { ...original, id: randomUUID(), name: free(original.name, ' copy') };
      await change([{ kind: 'save', profile: copy, base: null }]);
      return copy.id;
    },
    newId: randomUUID,
  };
}

// One collator for all: making one for each comparison would cost more than the sort.
const collator = new Intl.Collator(undefined, { numeric: true });

function byName(a: Profile, b: Profile): number {
  return collator.compare(a.name, b.name);
}

function summaryOf(profile: Profile, used: number): ProfileSummary {
  return {
    id: profile.id,
    name: profile.name,
    host: profile.host,
    servicePort: profile.servicePort,
    modeKind: profile.mode.kind,
    outline: modeDefinition(profile.mode.kind).outline(profile.mode),
    tags: profile.tags,
    used,
  };
}
