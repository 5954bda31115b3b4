/** The vault as the rest of the product uses it. What is not exported here is internal, or for the tests. */
import type { Profile } from '../domain/profile/profile';
import { restoreBackupWith } from './backup';
import { sealBundleWith } from './bundle';
import { REAL_FILES } from './file-system';
import { createVaultWith, openVaultWith } from './open';
import { SCRYPT_COST } from './slots';
import type { DeviceKeyring, OpenVault, UnlockKey, VaultLocation } from './vault';

export { backupInfo } from './backup';
export { looksLikeBundle, openBundle } from './bundle';
export { vaultLocation } from './location';
export { vaultStatus } from './open';
export type { DeviceKeyring, OpenVault, ProfileEdits, UnlockKey, VaultLocation, VaultStatus } from './vault';

const OPTIONS = { files: REAL_FILES, cost: SCRYPT_COST };

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

/** An encrypted text of these profiles. See {@link sealBundleWith} for the errors. */
export function sealBundle(profiles: readonly Profile[], passphrase: string): Promise<string> {
  return sealBundleWith(SCRYPT_COST, profiles, passphrase);
}
