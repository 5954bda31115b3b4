/**
 * Replacing the vault's file so that, whenever the process or the computer stops, a whole version stands under its
 * name: write beside it, fsync, keep the old one as the backup, rename over it, fsync the folder.
 */
import { randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SesamyError } from '../domain/errors';
import { MAX_CONTAINER_BYTES } from './container';
import type { FileSystem } from './file-system';
import { isAbandoned, lockFileOf, removeQuietly } from './lock';
import type { Lock } from './lock';
import { notReadable, notWritable, systemCode } from './problems';
import type { VaultLocation } from './vault';

/** Another process took this one for dead and has the lock now. Nothing was changed; the change starts again. */
export class LostLock extends Error {}

/** Which file stands under a name. Null: none. */
export type FileStamp = { readonly inode: bigint; readonly changedNs: bigint; readonly size: bigint } | null;

/** @throws SesamyError as for a file that cannot be read */
export async function stampOf(file: string): Promise<FileStamp> {
  try {
    const { ino, mtimeNs, size } = await lstat(file, { bigint: true });
    return { inode: ino, changedNs: mtimeNs, size };
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return null;
    throw notReadable(file, thrown);
  }
}

/**
 * Saves a new version. The lock is held.
 * @param seen the file that the new version was made from
 * @throws LostLock, or SesamyError `vault-not-writable`; the old version then stands as before
 */
export async function replaceVault(
  files: FileSystem,
  location: VaultLocation,
  bytes: Buffer,
  seen: FileStamp,
  lock: Lock,
): Promise<void> {
  if (bytes.length > MAX_CONTAINER_BYTES)
    throw new SesamyError('vault-not-writable', `${location.file} would become larger than 256 MiB.`, {
      steps: ['Shorten the notes of profiles, or remove some. Nothing was changed.'],
    });
  const fresh = besideName(location, 'new');
  try {
    await writeWhole(files, fresh, bytes);
    if (seen !== null) await keepAsBackup(files, location);
    await commit(files, location, fresh, seen, lock);
  } catch (thrown) {
    await removeQuietly(files, fresh);
    throw notWritable(location.file, thrown);
  }
  await settle(files, location);
}

/**
 * Puts the backup in the place of the vault, whose file keeps its content under another name. The lock is held.
 * @returns the name that the vault's file has now; null when there was none
 * @throws LostLock, or SesamyError `vault-not-writable`
 */
export async function putBackupInPlace(
  files: FileSystem,
  location: VaultLocation,
  seen: FileStamp,
  lock: Lock,
): Promise<string | null> {
  const fresh = besideName(location, 'new');
  let kept: string | null = null;
  try {
    if (seen !== null) kept = await keepDamaged(files, location.file);
    await files.link(location.backup, fresh);
    await commit(files, location, fresh, seen, lock);
  } catch (thrown) {
    await removeQuietly(files, fresh);
    throw notWritable(location.file, thrown);
  }
  await settle(files, location);
  return kept;
}

/** Removes what killed savers left behind. The lock is held, so nobody living is saving. */
export async function sweep(files: FileSystem, location: VaultLocation): Promise<void> {
  const name = path.basename(location.file);
  const lockName = path.basename(lockFileOf(location));
  for (const entry of await readdir(location.folder)) {
    const rest = entry.startsWith(`${name}.`) ? entry.slice(name.length) : '';
    const file = path.join(location.folder, entry);
    if (
      /^\.[0-9a-f]{16}\.(new|old)$/.test(rest) ||
      /^\.lock\.[0-9a-f]{16}\.stale$/.test(rest) ||
      // Others may be waiting for the lock with a proposal each.
      (entry.startsWith(`${lockName}.`) && rest.endsWith('.tmp') && (await isAbandoned(file)))
    )
      await removeQuietly(files, file);
  }
}

function besideName(location: VaultLocation, ending: 'new' | 'old'): string {
  return `${location.file}.${randomBytes(8).toString('hex')}.${ending}`;
}

async function writeWhole(files: FileSystem, name: string, bytes: Buffer): Promise<void> {
  const file = await files.create(name);
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A second name for the file as it is: cheap, and at no moment is there neither a vault nor a backup. */
async function keepAsBackup(files: FileSystem, location: VaultLocation): Promise<void> {
  const old = besideName(location, 'old');
  try {
    await files.link(location.file, old);
    await files.rename(old, location.backup);
  } finally {
    // A rename onto another name of the same file does nothing, not even away with the old name (rename(2)).
    await removeQuietly(files, old);
  }
}

async function keepDamaged(files: FileSystem, file: string): Promise<string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let again = 0; ; again++) {
    const kept = `${file}.damaged-${time}${again === 0 ? '' : `-${again}`}`;
    try {
      await files.link(file, kept);
      return kept;
    } catch (thrown) {
      // Nothing that was kept before is overwritten.
      if (systemCode(thrown) !== 'EEXIST') throw thrown;
    }
  }
}

async function commit(
  files: FileSystem,
  location: VaultLocation,
  fresh: string,
  seen: FileStamp,
  lock: Lock,
): Promise<void> {
  const now = await stampOf(location.file);
  const same =
    now === null || seen === null
      ? now === seen
      : now.inode === seen.inode && now.changedNs === seen.changedNs && now.size === seen.size;
  if (!same || !(await lock.isOurs())) throw new LostLock('another process holds the lock');
  try {
    await files.rename(fresh, location.file);
  } catch (thrown) {
    // Only a new holder of the lock sweeps.
    if (systemCode(thrown) === 'ENOENT') throw new LostLock('another process swept the folder');
    throw thrown;
  }
}

/** After the commit: a failure here does not undo it, so it must not be told as if it did. */
async function settle(files: FileSystem, location: VaultLocation): Promise<void> {
  try {
    await files.syncFolder(location.folder);
  } catch (thrown) {
    throw new SesamyError(
      'vault-not-writable',
      `${location.file} was saved, but the disk did not confirm it (${systemCode(thrown)}).`,
      { steps: ['Check the disk, then look whether the change is there.'] },
    );
  }
}
