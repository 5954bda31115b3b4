/** What a change makes of the newest version, and what it must not undo of somebody else's. */
import { isDeepStrictEqual } from 'node:util';
import { attachmentMissing } from '../domain/profile/attachments';
import { SesamyError } from '../domain/errors';
import { check } from '../domain/fields';
import { parseProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { profileStateSchema } from '../domain/profile/state';
import type { ProfileState } from '../domain/profile/state';
import { text } from '../text/text';
import { attachmentDigest, checkedAttachment } from './attachments';
import type { Attachments, AttachmentsOf } from './attachments';
import type { ProfileEdit } from './vault';

/** What is edited. */
interface Editable {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly states: ReadonlyMap<string, ProfileState>;
}

interface Edited extends Editable {
  /** Whether there is anything to save. */
  readonly different: boolean;
  /** What was attached, whether a profile refers to it or not. */
  readonly attached: Attachments;
}

/** What a profile refers to, and which bytes are to be had. */
interface References {
  readonly attachmentsOf: AttachmentsOf;
  mayBeReferredTo(digest: string): boolean;
}

/**
 * All edits on copies, or none.
 * @throws SesamyError `profile-changed`, `bad-input`, `attachment-missing`
 */
export function applyEdits(newest: Editable, edits: readonly ProfileEdit[], references: References): Edited {
  const profiles = new Map(newest.profiles);
  const states = new Map(newest.states);
  const attached = new Map<string, Buffer>();
  let different = false;
  for (const edit of edits)
    switch (edit.kind) {
      case 'save': {
        const { id } = edit.profile;
        const there = profiles.get(id);
        refuseConflict(edit, there);
        const profile = checkedProfile(edit.profile);
        if (isDeepStrictEqual(profile, there)) break;
        profiles.set(id, profile);
        different = true;
        break;
      }
      case 'remove': {
        refuseConflict(edit, profiles.get(edit.id));
        if (profiles.delete(edit.id)) different = true;
        states.delete(edit.id);
        break;
      }
      case 'state': {
        const there = states.get(edit.id);
        const state = checkedState(edit, profiles.get(edit.id), there);
        if (state.used === (there?.used ?? 0)) break;
        // None is the same as one that has used up nothing.
        if (state.used === 0) states.delete(edit.id);
        else states.set(edit.id, state);
        different = true;
        break;
      }
      case 'attach':
        attached.set(attachmentDigest(edit.bytes), checkedAttachment(edit.bytes));
    }
  for (const edit of edits) {
    // Looked at last, because what is attached may come behind the profile.
    const profile = edit.kind === 'save' ? profiles.get(edit.profile.id) : undefined;
    if (profile === undefined) continue;
    for (const digest of references.attachmentsOf(profile))
      if (!attached.has(digest) && !references.mayBeReferredTo(digest)) throw attachmentMissing(profile);
  }
  return { profiles, states, attached, different };
}

/** Removing what is gone already is no conflict: it is what was asked for. */
function refuseConflict(
  { kind, base }: Extract<ProfileEdit, { readonly kind: 'save' | 'remove' }>,
  there: Profile | undefined,
): void {
  if (base === 'any') return;
  if (base === null) {
    if (there !== undefined)
      throw new SesamyError('profile-changed', `A profile with this id is there already: ${quoted(there)}.`);
  } else if (there === undefined) {
    if (kind === 'save') throw new SesamyError('profile-changed', `${quoted(base)} was removed by another program.`);
  } else if (!isDeepStrictEqual(there, base))
    throw new SesamyError('profile-changed', `${quoted(there)} was changed by another program.`);
}

/** Only what can be read back is written. */
function checkedProfile(profile: Profile): Profile {
  const checked = parseProfile(profile);
  if (checked.ok) return checked.value;
  throw new SesamyError('bad-input', checked.problems.map(({ message }) => message).join(' '));
}

/** @throws SesamyError `profile-changed` when another number is used up than the caller saw, or the profile is gone */
function checkedState(
  { used, base }: Extract<ProfileEdit, { readonly kind: 'state' }>,
  profile: Profile | undefined,
  there: ProfileState | undefined,
): ProfileState {
  if (profile === undefined) throw new SesamyError('profile-changed', text('vault.state-of-removed'));
  const now = there?.used ?? 0;
  if (base !== 'any' && base !== now)
    throw new SesamyError('profile-changed', text('vault.state-changed', { name: profile.name, base, used: now }));
  const state = check(profileStateSchema, { used });
  if (state.ok) return state.value;
  throw new SesamyError('bad-input', state.problems.map(({ message }) => message).join(' '));
}

function quoted(profile: Profile): string {
  return `“${profile.name}”`;
}
