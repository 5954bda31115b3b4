/** The version before the last save, and how it comes back. */
import { SesamyError } from '../domain/errors';
import type { FileSystem } from './file-system';
import { underLock } from './open-vault';
import { ensurePrivate } from './private';
import { readContainer } from './read';
import { putBackupInPlace } from './save';
import type { VaultLocation } from './vault';

/**
 * When the backup was saved, in milliseconds since 1970; null unless it is there and whole as far as can be seen
 * without a key.
 * @throws SesamyError `vault-unsafe`
 */
export async function backupInfo(location: VaultLocation): Promise<{ readonly savedUnixMs: number } | null> {
  await ensurePrivate(location);
  try {
    const { header } = await readContainer(location.backup);
    return { savedUnixMs: header.savedUnixMs };
  } catch (thrown) {
    if (thrown instanceof SesamyError) return null;
    throw thrown;
  }
}

/**
 * Puts the backup in the vault's place. The vault's file is kept under a new name, whatever is wrong with it; null
 * when there was none.
 * @throws SesamyError `vault-damaged` or `vault-absent` when the backup cannot be used, `vault-busy`,
 * `vault-not-writable`, `vault-unsafe`; everything is then as it was
 */
export function restoreBackupWith(
  files: FileSystem,
  location: VaultLocation,
): Promise<{ readonly damagedKeptAs: string | null }> {
  return underLock(files, location, async (lock, seen) => {
    await readContainer(location.backup);
    return { damagedKeptAs: await putBackupInPlace(files, location, seen, lock) };
  });
}
