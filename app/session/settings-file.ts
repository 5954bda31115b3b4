import { readFile, stat } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';

/** A settings file has six short values. What is larger than this is something else. */
const MAX_BYTES = 4_000_000;

/** What the system's error codes mean for somebody who named a file. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/**
 * The text of a settings file.
 * @throws SesamyError `bad-input` that names the file and says what is wrong with it
 */
export async function readSettingsText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path, 'utf8');
    throw new SesamyError('bad-input', `${path} cannot be read: it has ${size} bytes, too many for a settings file.`);
  } catch (error) {
    if (error instanceof SesamyError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SesamyError('bad-input', `${path} cannot be read: ${CAUSES[code] ?? code}.`);
  }
}
