/** How the system's errors become ours. Each sentence names the file, because a person may have more than one. */
import { SesamyError } from '../domain/errors';

/** The bytes are not what the format asks for. Who reads them knows the file's name, and makes the final error. */
export class FormatProblem extends Error {
  /**
   * @param kind `newer`: whole, but written by a later version
   * @param what is wrong, as the end of a sentence that begins with the file's name
   */
  constructor(
    readonly kind: 'damaged' | 'newer',
    readonly what: string,
  ) {
    super(what);
  }
}

const IN_WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'this user is not allowed to',
  EPERM: 'the system does not permit it',
  EIO: 'the disk reported an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this computer',
  EFBIG: 'the file would be larger than is allowed',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'the path goes through too many symbolic links',
};

/** The name of a system error such as `ENOENT`; empty for anything else. */
export function systemCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return '';
  // Our own errors have codes too, and so have Node's (ERR_…): those are mistakes, not the system's doing.
  return /^E[A-Z0-9]+$/.test(thrown.code) ? thrown.code : '';
}

/** A system error as the end of a sentence; undefined when it is not one. */
function inWords(thrown: unknown): string | undefined {
  const code = systemCode(thrown);
  if (code === '') return undefined;
  const words = IN_WORDS[code];
  return words === undefined ? code : `${words} (${code})`;
}

/** A failed write as `vault-not-writable`; what is no system error is passed through. */
export function notWritable(file: string, thrown: unknown): unknown {
  const words = inWords(thrown);
  return words === undefined ? thrown : new SesamyError('vault-not-writable', `${file} was not saved: ${words}.`);
}

/** A failed read as the error that leads on; what is no system error is passed through. */
export function notReadable(file: string, thrown: unknown): unknown {
  const words = inWords(thrown);
  if (words === undefined) return thrown;
  const code = systemCode(thrown);
  if (code === 'ENOENT') return new SesamyError('vault-absent', `${file} does not exist.`);
  if (code === 'EACCES' || code === 'EPERM')
    return new SesamyError('vault-unsafe', `${file} cannot be read: ${words}.`, {
      steps: ['Make the folder and the file your own, with folder mode 700 and file mode 600.'],
    });
  return new SesamyError('vault-damaged', `${file} cannot be read: ${words}.`);
}

/** A {@link FormatProblem} in the vault's own file; anything else is passed through. */
export function vaultProblem(file: string, thrown: unknown): unknown {
  if (!(thrown instanceof FormatProblem)) return thrown;
  return new SesamyError(thrown.kind === 'newer' ? 'vault-version' : 'vault-damaged', `${file} ${thrown.what}.`);
}
