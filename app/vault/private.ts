/**
 * The folder and its files are the user's alone. What is merely open too wide is mended; what belongs to somebody else,
 * or is a symbolic link to who knows where, is refused. On Windows the user's profile folder has its own access list.
 */
import { chmod, lstat, mkdir } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { SesamyError } from '../domain/errors';
import { notReadable, notWritable, systemCode } from './problems';
import type { VaultLocation } from './vault';

const OTHERS = 0o077;

/**
 * Checks what is there, and mends its modes. Nothing there is fine.
 * @throws SesamyError `vault-unsafe`
 */
export async function ensurePrivate(location: VaultLocation): Promise<void> {
  const folder = await statOf(location.folder);
  if (folder === null) return;
  if (!folder.isDirectory()) throw unsafe(location.folder, `is ${kindOf(folder)} where a folder should be`);
  await mend(location.folder, folder, 0o700);
  for (const file of [location.file, location.backup]) {
    const found = await statOf(file);
    if (found === null) continue;
    if (!found.isFile()) throw unsafe(file, `is ${kindOf(found)} where a file should be`);
    await mend(file, found, 0o600);
  }
}

/** Makes the folder where it is missing, then {@link ensurePrivate}. @throws SesamyError also `vault-not-writable` */
export async function makePrivateFolder(location: VaultLocation): Promise<void> {
  try {
    await mkdir(location.folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    // Something else stands there: the check says what.
    if (systemCode(thrown) !== 'EEXIST') throw notWritable(location.file, thrown);
  }
  await ensurePrivate(location);
}

async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return null;
    throw notReadable(path, thrown);
  }
}

async function mend(path: string, found: Stats, mode: number): Promise<void> {
  const user = process.getuid?.();
  if (user === undefined) return;
  if (found.uid !== user) throw unsafe(path, `belongs to user ${found.uid}, and this program runs as user ${user}`);
  if ((found.mode & OTHERS) === 0) return;
  try {
    await chmod(path, mode);
  } catch (thrown) {
    const octal = (found.mode & 0o777).toString(8);
    throw unsafe(path, `has mode ${octal}, which could not be changed (${systemCode(thrown)})`);
  }
}

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isDirectory()) return 'a folder';
  return found.isFile() ? 'a file' : 'a special file';
}

function unsafe(path: string, what: string): SesamyError {
  return new SesamyError('vault-unsafe', `${path} ${what}.`);
}
