/**
 * Puts what an ordinary user is to run where an ordinary user can reach it. The checkout may lie in a folder that only
 * its owner may enter.
 */
import { chmod, cp, lstat, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

/** Whether every user may enter all folders of this path and has these rights on its last part. */
async function reachable(path: string, rights: number): Promise<boolean> {
  const here = await realpath(path);
  if (((await stat(here)).mode & rights) !== rights) return false;
  const parent = dirname(here);
  return parent === here || reachable(parent, OTHERS_ENTER);
}

/** Gives everyone the right to read; what the owner may run or enter, everyone may. */
async function openUp(path: string): Promise<void> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) return;
  await chmod(path, entry.mode & 0o100 ? 0o755 : 0o644);
  if (!entry.isDirectory()) return;
  for (const name of await readdir(path)) await openUp(join(path, name));
}

/** A fresh folder under the system's temporary folder that every user may enter. The caller removes it. */
export async function freshFolder(): Promise<string> {
  // A session may have a temporary folder of its own that other users cannot enter.
  const base = (await reachable(tmpdir(), OTHERS_ENTER)) ? tmpdir() : '/tmp';
  const folder = await mkdtemp(join(base, 'open-sesamy-lab-'));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * Copies files and folders into a fresh folder that every user may read, each under its own last name.
 *
 * @param sources paths to copy
 * @returns the folder; the caller removes it
 */
export async function stage(sources: readonly string[]): Promise<string> {
  const folder = await freshFolder();
  try {
    for (const source of sources) {
      const target = join(folder, basename(source));
      await cp(source, target, { recursive: true });
      await openUp(target);
    }
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return folder;
}

/** A Node that every user may run: this one, or a copy of it in the staged folder. */
export async function stageNode(folder: string): Promise<string> {
  if (await reachable(process.execPath, OTHERS_READ | OTHERS_ENTER)) return realpath(process.execPath);
  const target = join(folder, 'node');
  await cp(await realpath(process.execPath), target);
  await openUp(target);
  return target;
}
