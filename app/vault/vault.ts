/**
 * The encrypted profile store: what the window and the command line see of it. The file's format is in
 * docs/vault-format.md, its cryptography in `container.ts`, its saving in `save.ts`.
 *
 * Beside the profiles it keeps their one-time state, so that the use of a profile does not collide with an editor that
 * has it open, and their attachments (key files), by digest, so that saving a profile never takes the bytes again.
 *
 * A random 256-bit data key encrypts all of it; each key slot wraps that key once. Any number of processes may have
 * the same vault open: every change takes the lock, reads the newest file, applies itself to it and saves.
 */
import type { KeySlot } from '../domain/key-slot';
import type { Profile } from '../domain/profile/profile';
import type { ProfileState } from '../domain/profile/state';

/** Where a vault lives. All of it is private to the user: folder 0700, files 0600. */
export interface VaultLocation {
  readonly folder: string;
  /** `profiles.vault` */
  readonly file: string;
  /** `profiles.vault.backup`: the version before the last save. */
  readonly backup: string;
}

/** A keyring of this device (Electron's safeStorage in the app). `seal` and `unseal` are each other's inverse. */
export interface DeviceKeyring {
  /** Its name, kept in the slot so that a change of keyring can be told from damage. */
  readonly backend: string;
  seal(secret: Buffer): Buffer;
  /** @throws when it was not sealed here */
  unseal(sealed: Buffer): Buffer;
}

/** What opens a slot. Passphrases are normalised (NFKC) before use; the caller zeroes its own copy. */
export type UnlockKey =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'device'; readonly keyring: DeviceKeyring };

export type VaultStatus =
  /** There is no vault yet. */
  | { readonly status: 'absent' }
  /** There is one, whole as far as can be seen without a key. */
  | { readonly status: 'locked'; readonly slots: readonly KeySlot[] };

/**
 * One change of a vault.
 *
 * `save` keeps the profile's state, `remove` drops it. In both, `base` is the profile that the person saw when the change was made: when the newest file holds another
 * one under that id, the change is refused (`profile-changed`) instead of undoing somebody else's. `base: null` means
 * "new": refused when the id exists. `base: 'any'` means "whatever is there", for command lines that just said so.
 *
 * `state` says how many one-time secrets are used up. Its `base` is the number that the caller saw, 0 where there was no
 * state: so two runs that use one sequence at once are noticed (`profile-changed`).
 *
 * `attach` takes the bytes of a key file, and copies them; its digest is theirs (`attachmentDigest`). Where no profile
 * refers to it yet, it is not written: it waits in memory for the change that saves one.
 */
export type ProfileEdit =
  | { readonly kind: 'save'; readonly profile: Profile; readonly base: Profile | null | 'any' }
  | { readonly kind: 'remove'; readonly id: string; readonly base: Profile | 'any' }
  | { readonly kind: 'state'; readonly id: string; readonly used: number; readonly base: number | 'any' }
  | { readonly kind: 'attach'; readonly bytes: Uint8Array };

/**
 * Edits, or what makes them of the profiles that are saved at that moment. It may be called more than once: when the
 * lock was lost before the commit, the change begins anew.
 */
export type ProfileEdits = readonly ProfileEdit[] | ((saved: ReadonlyMap<string, Profile>) => readonly ProfileEdit[]);

/** A vault with its key in memory. */
export interface OpenVault {
  readonly location: VaultLocation;
  /** The profiles as last read, by id. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Their states as last read, by the profile's id; a profile that has used up nothing has none. */
  readonly states: ReadonlyMap<string, ProfileState>;
  readonly slots: readonly KeySlot[];
  /**
   * The bytes of an attachment, as a copy that the caller zeroes after use; null where the vault does not have them, or
   * not as the digest says (`attachmentMissing` is the error for it). It also knows what was attached, and what a removed
   * profile had, since this vault was opened.
   * @param digest SHA-256 in lower-case hex
   */
  attachment(digest: string): Uint8Array | null;
  /**
   * Reads the file again when it has changed since.
   * @returns whether anything is new
   * @throws SesamyError `vault-damaged`, `vault-version`, `vault-absent`, `vault-locked` (the file was replaced by one with
   * another key, or this vault was closed)
   */
  refresh(): Promise<boolean>;
  /**
   * Applies all edits or none, and saves.
   * @throws SesamyError `profile-changed`; `bad-input` for a profile or state that is none, an attachment over 1 MiB, or
   * more than 64 in all; `attachment-missing` for a profile that refers to bytes nobody has (one that lacked them when it was
   * read may be saved); `vault-busy`, `vault-not-writable`, `vault-damaged`, `vault-locked`; the vault is then as it was
   */
  change(edits: ProfileEdits): Promise<void>;
  /** Errors as {@link change}, and `device-key-unavailable` when the keyring is no protection. */
  addSlot(
    slot:
      | { readonly kind: 'passphrase'; readonly passphrase: string }
      | { readonly kind: 'device'; readonly keyring: DeviceKeyring },
  ): Promise<void>;
  /**
   * Gives a passphrase slot another passphrase.
   * @param present what opens the slot now, for whoever did not open the vault by a passphrase just before
   * @throws SesamyError as {@link change}; `bad-input` for a slot that is none of a passphrase; `wrong-passphrase` when
   * the slot does not open with `present`
   */
  changePassphrase(slotId: string, passphrase: string, present?: string): Promise<void>;
  /** @throws SesamyError as {@link change}, and `last-passphrase` when no passphrase slot would remain */
  removeSlot(slotId: string): Promise<void>;
  /** Overwrites the data key and the attachments with zeros and forgets the profiles. The vault is of no use afterwards. */
  close(): void;
}
