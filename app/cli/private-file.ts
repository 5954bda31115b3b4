import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';

/** A file that may not be replaced. */
export function alreadyThere(file: string): SesamyError {
  return new SesamyError('bad-input', `${shown(file)} is there already.`, {
    steps: ['Choose another name, or add --force to replace it.'],
  });
}

/**
 * Writes a file that only this user may read, whole or not at all.
 * @throws SesamyError `bad-input` when it is there already and may not be replaced, `vault-not-writable`
 */
export async function writePrivately(file: string, text: string, replace: boolean): Promise<void> {
  // The file's own name is taken by its first byte where nothing may be replaced; a replacement comes in one step.
  const fresh = replace ? `${file}.${randomUUID()}` : file;
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
      if (replace) await rename(fresh, file);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw new SesamyError('vault-not-writable', `${file} could not be written: ${message}.`, {
      steps: ['Choose another folder, or make room on the disk.'],
    });
  }
}
