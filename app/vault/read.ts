/** Reading the vault's file: bounded, through no symbolic link, and cheap when nothing is new. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { CHECKSUM_BYTES, MAX_CONTAINER_BYTES, parseContainer } from './container';
import type { Container } from './container';
import { notReadable, vaultProblem } from './problems';

/**
 * Reads a whole vault file that nobody has opened yet.
 * @throws SesamyError `vault-absent`, `vault-damaged`, `vault-version`, `vault-unsafe`
 */
export async function readContainer(file: string): Promise<Container> {
  const bytes = await withFile(file, async (handle) => {
    const { size } = await handle.stat();
    if (size > MAX_CONTAINER_BYTES)
      throw new SesamyError(
        'vault-damaged',
        `${file} has ${Math.ceil(size / 1024 ** 2)} MiB; no profile store is larger than ${MAX_CONTAINER_BYTES / 1024 ** 2} MiB.`,
      );
    return readAt(handle, size, 0);
  });
  try {
    return parseContainer('vault', bytes);
  } catch (thrown) {
    throw vaultProblem(file, thrown);
  }
}

/**
 * The checksum at the end of the file, in base64, without reading the rest: whether this is the version in memory.
 * @throws SesamyError as {@link readContainer}
 */
export function readChecksum(file: string): Promise<string> {
  return withFile(file, async (handle) => {
    const { size } = await handle.stat();
    const end = await readAt(handle, Math.min(size, CHECKSUM_BYTES), Math.max(0, size - CHECKSUM_BYTES));
    return end.toString('base64');
  });
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw notReadable(file, thrown);
  }
}

/** Less than `length` bytes when the file became shorter meanwhile: the checksum then tells. */
async function readAt(handle: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
