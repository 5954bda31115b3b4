/** A file system that lets a test step in before every single change on the disk. Not part of the product. */
import type { FileSystem, NewFile } from '../file-system';
import { REAL_FILES } from '../file-system';

/** One change on the disk. A write comes twice: whole, and half done before it is stopped. */
export type Step = keyof FileSystem | keyof NewFile;

/** @param before is called before each step with its number from 0; what it throws is what the disk says */
export function steppingFiles(before: (step: Step, number: number) => void | Promise<void>): FileSystem {
  let count = 0;
  const next = async (step: Step) => before(step, count++);
  return {
    async create(name) {
      await next('create');
      const file = await REAL_FILES.create(name);
      return {
        async write(data) {
          await next('write');
          const half = Math.floor(data.length / 2);
          await file.write(data.subarray(0, half));
          await next('write');
          await file.write(data.subarray(half));
        },
        async sync() {
          await next('sync');
          await file.sync();
        },
        async close() {
          // A file that is not closed would stay open in the test itself: closing comes first, then the fault.
          await file.close();
          await next('close');
        },
      };
    },
    async link(file, name) {
      await next('link');
      await REAL_FILES.link(file, name);
    },
    async rename(from, to) {
      await next('rename');
      await REAL_FILES.rename(from, to);
    },
    async remove(file) {
      await next('remove');
      await REAL_FILES.remove(file);
    },
    async syncFolder(folder) {
      await next('syncFolder');
      await REAL_FILES.syncFolder(folder);
    },
  };
}
