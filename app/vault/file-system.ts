/**
 * Every change that the vault makes on the disk, as one small interface, so that the fault tests can stop or fail any
 * single step. Reading is not part of it: it cannot leave anything half done.
 */
import { constants } from 'node:fs';
import { link, open, rename, unlink } from 'node:fs/promises';
import { systemCode } from './problems';

/** A file that is being written. */
export interface NewFile {
  /** Appends all of it. */
  write(data: Buffer): Promise<void>;
  /** Resolves when the disk has what was written. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Throws system errors as Node makes them. */
export interface FileSystem {
  /** Makes a file that was not there (`EEXIST`), for this user alone (0600). */
  create(file: string): Promise<NewFile>;
  /** Gives a file a second name that was not there (`EEXIST`). */
  link(file: string, name: string): Promise<void>;
  /** Takes the place of what stood under the new name, in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Resolves when the disk has the folder's names. */
  syncFolder(folder: string): Promise<void>;
}

/** What a system says that cannot sync a folder; its renames are as safe as it can make them. */
const NO_FOLDER_SYNC: readonly string[] = ['EINVAL', 'ENOTSUP', 'ENOSYS'];

export const REAL_FILES: FileSystem = {
  async create(file) {
    const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    return {
      write: (data) => handle.writeFile(data),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  link,
  rename,
  remove: unlink,
  async syncFolder(folder) {
    // Windows does not open folders; it writes their changes in order by itself.
    if (process.platform === 'win32') return;
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } catch (thrown) {
      if (!NO_FOLDER_SYNC.includes(systemCode(thrown))) throw thrown;
    } finally {
      await handle.close();
    }
  },
};
