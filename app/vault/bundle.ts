/**
 * Chosen profiles for another computer: the vault's container under a passphrase of its own, as text that survives
 * mail and chat. Whoever sends one is not trusted: everything is bounded, and each profile checked.
 */
import { randomBytes } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import type { Profile } from '../domain/profile/profile';
import { KEY_BYTES, openContainer, parseContainer, sealContainer } from './container';
import type { ScryptCost } from './container';
import { FormatProblem } from './problems';
import { decodeProfiles, encodeProfiles } from './profiles';
import { openWithPassphrase, passphraseSlot } from './slots';

const BEGIN = '-----BEGIN OPEN SESAMY BUNDLE-----';
const END = '-----END OPEN SESAMY BUNDLE-----';
const LINE_LENGTH = 64;
/** Ten thousand profiles take some 7 million. */
const MAX_TEXT_LENGTH = 64 * 1024 * 1024;

/** @throws SesamyError `bad-input` for an empty passphrase or list */
export async function sealBundleWith(
  cost: ScryptCost,
  profiles: readonly Profile[],
  passphrase: string,
): Promise<string> {
  if (profiles.length === 0) throw new SesamyError('bad-input', 'A bundle needs at least one profile.');
  const dataKey = randomBytes(KEY_BYTES);
  const plaintext = encodeProfiles(profiles);
  try {
    const slots = [await passphraseSlot(dataKey, passphrase, cost)];
    const { bytes } = sealContainer('bundle', dataKey, { slots, savedUnixMs: Date.now(), plaintext });
    return armour(bytes);
  } finally {
    dataKey.fill(0);
    plaintext.fill(0);
  }
}

/** Whether the text says that it is a bundle; {@link openBundle} tells whether it is a whole one. */
export function looksLikeBundle(text: string): boolean {
  return text.slice(0, 1000).trimStart().startsWith(BEGIN);
}

/**
 * @throws SesamyError `bad-input` for anything that is no whole bundle of this version, `wrong-passphrase`
 */
export async function openBundle(text: string, passphrase: string): Promise<readonly Profile[]> {
  try {
    const container = parseContainer('bundle', unarmour(text));
    const dataKey = await openWithPassphrase(container.header.slots, passphrase);
    const plaintext = openContainer(container, dataKey);
    dataKey.fill(0);
    if (plaintext === null) throw new FormatProblem('damaged', 'was altered after it was made');
    try {
      return [...decodeProfiles(plaintext, 'stranger').values()];
    } finally {
      plaintext.fill(0);
    }
  } catch (thrown) {
    if (!(thrown instanceof FormatProblem)) throw thrown;
    throw new SesamyError('bad-input', `The bundle ${thrown.what}.`, {
      steps: [thrown.kind === 'newer' ? 'Update Open Sesamy.' : 'Ask the sender to export and send it again.'],
    });
  }
}

function armour(bytes: Buffer): string {
  const base64 = bytes.toString('base64');
  const lines: string[] = [];
  for (let start = 0; start < base64.length; start += LINE_LENGTH) lines.push(base64.slice(start, start + LINE_LENGTH));
  return [BEGIN, ...lines, END, ''].join('\n');
}

function unarmour(text: string): Buffer {
  if (text.length > MAX_TEXT_LENGTH) throw new FormatProblem('damaged', 'is larger than any bundle of ours');
  if (!looksLikeBundle(text)) throw new FormatProblem('damaged', 'does not begin as a bundle does');
  const start = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END, start);
  if (end === -1) throw new FormatProblem('damaged', 'is cut short: its last line is missing');
  const base64 = text.slice(start, end).replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new FormatProblem('damaged', 'has characters that are no base64');
  return Buffer.from(base64, 'base64');
}
