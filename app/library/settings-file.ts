import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { knockSettingsErrorInfo, parseKnockSettings, profileFromKnockSettings } from '../domain/formats/knocksettings';
import type { KnockProtocol } from '../domain/plan/knock-plan';
import type { Profile } from '../domain/profile/profile';
import type { Sentence } from '../text/text';
import { MAX_NAME } from './free-names';

/** A profile from outside, with what a person should know of it: plain sentences. */
export interface RemarkedProfile {
  readonly profile: Profile;
  readonly remarks: readonly Sentence[];
}

/** A settings file has six short values; a bundle may bring key files, and is never longer than this. What is larger is something else. */
const MAX_BYTES = 64_000_000;
const CHUNK_BYTES = 65_536;

/** What the system's error codes mean for somebody who named a file. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/**
 * The text of a settings file or a bundle. Bounded by what is read and not by what the system says of its size, which
 * is nothing for a device or a pipe.
 * @throws SesamyError `bad-input` that names the file and says what is wrong with it
 */
export async function readSettingsText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const chunks: Buffer[] = [];
      for (let length = 0; length <= MAX_BYTES;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
        if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
        chunks.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SesamyError('bad-input', `${path} cannot be read: ${CAUSES[code] ?? code}.`);
  }
  throw new SesamyError(
    'bad-input',
    `${path} cannot be read: it has more than ${MAX_BYTES} bytes, too many for a settings file.`,
  );
}

/**
 * The profile in the text of a knocksettings.txt, called by its host.
 * @param file what the file is called in the error
 * @throws SesamyError `bad-input` that names the file, and the line and column at fault
 */
export function profileFromSettings(file: string, text: string, protocol: KnockProtocol): RemarkedProfile {
  const parsed = parseKnockSettings(text);
  if (!parsed.ok) {
    const { code, cause } = knockSettingsErrorInfo(parsed.error, file);
    throw new SesamyError(code, cause);
  }
  // A host may be longer than a name.
  const name = parsed.value.host.slice(0, MAX_NAME);
  return profileFromKnockSettings(parsed.value, { id: randomUUID(), name, protocol });
}
