/** The vault as the rest of the product uses it. What is not exported here is internal, or for the tests. */
import { attachmentsOf } from '../domain/profile/attachments';
import type { Profile } from '../domain/profile/profile';
import { restoreBackupWith } from './backup';
import { openBundleWith, sealBundleWith } from './bundle';
import type { BundledProfile } from './bundle';
import { REAL_FILES } from './file-system';
import { createVaultWith, openVaultWith } from './open';
import { SCRYPT_COST } from './slots';
import type { DeviceKeyring, OpenVault, UnlockKey, VaultLocation } from './vault';

export { backupInfo } from './backup';
export { attachmentDigest } from './attachments';
export { looksLikeBundle } from './bundle';
export type { BundledProfile } from './bundle';
export { vaultLocation } from './location';
export { vaultStatus } from './open';
export type { DeviceKeyring, OpenVault, ProfileEdit, ProfileEdits, UnlockKey, VaultLocation } from './vault';

const OPTIONS = { files: REAL_FILES, cost: SCRYPT_COST, attachmentsOf };

/** Makes an empty vault and never overwrites one. See {@link createVaultWith} for the errors. */
export function createVault(location: VaultLocation, passphrase: string, keyring?: DeviceKeyring): Promise<OpenVault> {
  return createVaultWith(OPTIONS, location, passphrase, keyring);
}

/** Opens the vault. See {@link openVaultWith} for the errors. */
export function openVault(location: VaultLocation, key: UnlockKey): Promise<OpenVault> {
  return openVaultWith(OPTIONS, location, key);
}

/** Puts the backup in the vault's place. See {@link restoreBackupWith} for the errors. */
export function restoreBackup(location: VaultLocation): Promise<{ readonly damagedKeptAs: string | null }> {
  return restoreBackupWith(REAL_FILES, location);
}

/**
 * An encrypted text of these profiles and their attachments. See {@link sealBundleWith} for the errors.
 * @param attachment as {@link OpenVault.attachment}; asked before the promise is returned, so the vault may be closed then
 */
export function sealBundle(
  profiles: readonly Profile[],
  passphrase: string,
  attachment: OpenVault['attachment'],
): Promise<string> {
  return sealBundleWith(OPTIONS, profiles, passphrase, attachment);
}

/** The profiles in a bundle, each with its attachments. See {@link openBundleWith} for the errors. */
export function openBundle(text: string, passphrase: string): Promise<readonly BundledProfile[]> {
  return openBundleWith(OPTIONS, text, passphrase);
}
