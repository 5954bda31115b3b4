/**
 * The encrypted profile store: what the window and the command line see of it. The file's format is in
 * docs/vault-format.md, its cryptography in `container.ts`, its saving in `save.ts`.
 *
 * A random 256-bit data key encrypts the profiles; each key slot wraps that key once. Any number of processes may have
 * the same vault open: every change takes the lock, reads the newest file, applies itself to it and saves.
 */
import type { KeySlot } from '../domain/key-slot';
import type { Profile } from '../domain/profile/profile';

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
 * One change. `base` is the profile that the person saw when the change was made: when the newest file holds another
 * one under that id, the change is refused (`profile-changed`) instead of undoing somebody else's. `base: null` means
 * "new": refused when the id exists. `base: 'any'` means "whatever is there", for command lines that just said so.
 */
export type ProfileEdit =
  | { readonly kind: 'save'; readonly profile: Profile; readonly base: Profile | null | 'any' }
  | { readonly kind: 'remove'; readonly id: string; readonly base: Profile | 'any' };

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
  readonly slots: readonly KeySlot[];
  /**
   * Reads the file again when it has changed since.
   * @returns whether anything is new
   * @throws SesamyError `vault-damaged`, `vault-version`, `vault-absent`, `vault-locked` (the file was replaced by one with
   * another key, or this vault was closed)
   */
  refresh(): Promise<boolean>;
  /**
   * Applies all edits or none, and saves.
   * @throws SesamyError `profile-changed`, `vault-busy`, `vault-not-writable`, `vault-damaged`, `vault-locked`; the vault is then as it was
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
  /** Overwrites the data key with zeros and forgets the profiles. The vault is of no use afterwards. */
  close(): void;
}
