/** A profile while it is being edited: all of it as it was typed, so that nothing is lost while it is wrong. */
import { typedNumber } from '../../../domain/modes/inline';
import type { Mode } from '../../../domain/modes/registry';
import { newProfile, normaliseMac, PROFILE_VERSION } from '../../../domain/profile/profile';
import type { Profile } from '../../../domain/profile/profile';
import { modeDraft, modeInput } from './mode-forms';
import type { ModeDraft } from './mode-forms';

export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly servicePort: string;
  readonly addressFamily: string;
  /** Null: the routing table chooses. */
  readonly interface: string | null;
  readonly sourceMac: string;
  readonly transport: string;
  /** Empty: as the mode advises. */
  readonly tries: string;
  readonly sshUser: string;
  readonly sshOptions: readonly { readonly name: string; readonly value: string }[];
  /** Separated by commas. */
  readonly tags: string;
  readonly notes: string;
  readonly mode: ModeDraft;
}

export function draftOf(profile: Profile): Draft {
  return {
    id: profile.id,
    name: profile.name,
    host: profile.host,
    servicePort: String(profile.servicePort),
    addressFamily: profile.addressFamily,
    interface: profile.interface,
    sourceMac: profile.sourceMac ?? '',
    transport: profile.transport,
    tries: profile.tries === null ? '' : String(profile.tries),
    sshUser: profile.ssh.user ?? '',
    sshOptions: profile.ssh.options,
    tags: profile.tags.join(', '),
    notes: profile.notes,
    mode: modeDraft([profile.mode]),
  };
}

/** The draft of a profile that does not exist yet. */
export function emptyDraft(id: string, mode: Mode): Draft {
  return draftOf(newProfile(id, { name: '', host: '', mode }));
}

/** What `parseProfile` is to judge. Empty optional fields are null; numbers are numbers where they can be. */
export function draftInput(draft: Draft): unknown {
  const optional = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const mac = optional(draft.sourceMac);
  return {
    version: PROFILE_VERSION,
    id: draft.id,
    name: draft.name.trim(),
    host: draft.host.trim(),
    addressFamily: draft.addressFamily,
    servicePort: typedNumber(draft.servicePort),
    interface: draft.interface,
    sourceMac: mac === null ? null : normaliseMac(mac),
    transport: draft.transport,
    tries: typedNumber(draft.tries) ?? null,
    notes: draft.notes,
    tags: draft.tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    ssh: { user: optional(draft.sshUser), options: draft.sshOptions },
    mode: modeInput(draft.mode),
  };
}

/** Whether two drafts would look the same. */
export function sameDraft(a: Draft, b: Draft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
