/**
 * Chosen profiles for another computer: the vault's container under a passphrase of its own, as text that survives
 * mail and chat. The profiles' attachments go with them, their state does not: it tells of this computer's use. Whoever
 * sends a bundle is not trusted: everything is bounded, and each profile and attachment checked.
 */
import { randomBytes } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import { attachmentMissing } from '../domain/profile/attachments';
import type { Profile } from '../domain/profile/profile';
import { text } from '../text/text';
import type { AttachmentsOf } from './attachments';
import { KEY_BYTES, openContainer, parseContainer, sealContainer } from './container';
import type { ScryptCost } from './container';
import { decodeContent, encodeContent } from './content';
import { FormatProblem } from './problems';
import { openWithPassphrase, passphraseSlot } from './slots';

const BEGIN = '-----BEGIN OPEN SESAMY BUNDLE-----';
const END = '-----END OPEN SESAMY BUNDLE-----';
const LINE_LENGTH = 64;
/** In characters. Ten thousand profiles take some 7 million, and an attachment of 1 MiB takes 1.4 million. */
const MAX_BUNDLE_LENGTH = 64_000_000;

/** A profile as a bundle brings it. */
export interface BundledProfile {
  readonly profile: Profile;
  /** The bytes of each attachment that it refers to. */
  readonly attachments: readonly Uint8Array[];
}

/** What the tests may replace. */
export interface BundleOptions {
  readonly cost: ScryptCost;
  readonly attachmentsOf: AttachmentsOf;
}

/**
 * @param attachment gives a copy of the bytes of a digest, which is zeroed here, or null; asked before the promise is returned
 * @param maxLength in characters
 * @throws SesamyError `bad-input` for an empty passphrase or list, or for more than can be imported; `attachment-missing`
 */
export async function sealBundleWith(
  options: BundleOptions,
  profiles: readonly Profile[],
  passphrase: string,
  attachment: (digest: string) => Uint8Array | null,
  maxLength = MAX_BUNDLE_LENGTH,
): Promise<string> {
  if (profiles.length === 0) throw new SesamyError('bad-input', 'A bundle needs at least one profile.');
  const dataKey = randomBytes(KEY_BYTES);
  const plaintext = contentOf(options, profiles, attachment);
  try {
    // Before any work; the container around it takes less than another 1000 bytes.
    if (armouredLength(plaintext.length + 1000) > maxLength) throw tooLarge(maxLength);
    const slots = [await passphraseSlot(dataKey, passphrase, options.cost)];
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
 * Opens a bundle of any version so far.
 * @throws SesamyError `bad-input` for anything that is no whole bundle, such as one that lacks an attachment; `wrong-passphrase`
 */
export async function openBundleWith(
  { attachmentsOf }: Pick<BundleOptions, 'attachmentsOf'>,
  text: string,
  passphrase: string,
): Promise<readonly BundledProfile[]> {
  try {
    const container = parseContainer('bundle', unarmour(text));
    const dataKey = await openWithPassphrase(container.header.slots, passphrase);
    const plaintext = openContainer(container, dataKey);
    dataKey.fill(0);
    if (plaintext === null) throw new FormatProblem('damaged', 'was altered after it was made');
    try {
      const { profiles, attachments } = decodeContent(plaintext, container.version, 'stranger');
      return Array.from(profiles.values(), (profile) => ({
        profile,
        attachments: attachmentsOf(profile).map((digest) => {
          const bytes = attachments.get(digest);
          if (bytes === undefined) throw new FormatProblem('damaged', `lacks a key file of ${shown(profile.name)}`);
          return bytes;
        }),
      }));
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

function contentOf(
  { attachmentsOf }: BundleOptions,
  profiles: readonly Profile[],
  attachment: (digest: string) => Uint8Array | null,
): Buffer {
  const attachments = new Map<string, Buffer>();
  for (const profile of profiles)
    for (const digest of attachmentsOf(profile)) {
      if (attachments.has(digest)) continue;
      const bytes = attachment(digest);
      if (bytes === null) throw attachmentMissing(profile);
      attachments.set(digest, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    }
  const content = encodeContent({
    profiles: new Map(profiles.map((profile) => [profile.id, profile])),
    states: new Map(),
    attachments,
  });
  for (const bytes of attachments.values()) bytes.fill(0);
  return content;
}

/** Characters that so many bytes take, with the ends of their lines. */
function armouredLength(bytes: number): number {
  return Math.ceil(bytes / 3) * 4 * (1 + 1 / LINE_LENGTH);
}

function tooLarge(limit: number): SesamyError {
  return new SesamyError('bad-input', text('bundle.too-large', { limit }), {
    steps: [text('bundle.too-large.step')],
  });
}

function armour(bytes: Buffer): string {
  const base64 = bytes.toString('base64');
  const lines: string[] = [];
  for (let start = 0; start < base64.length; start += LINE_LENGTH) lines.push(base64.slice(start, start + LINE_LENGTH));
  return [BEGIN, ...lines, END, ''].join('\n');
}

function unarmour(text: string): Buffer {
  if (text.length > MAX_BUNDLE_LENGTH) throw new FormatProblem('damaged', 'is larger than any bundle of ours');
  if (!looksLikeBundle(text)) throw new FormatProblem('damaged', 'does not begin as a bundle does');
  const start = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END, start);
  if (end === -1) throw new FormatProblem('damaged', 'is cut short: its last line is missing');
  const base64 = text.slice(start, end).replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new FormatProblem('damaged', 'has characters that are no base64');
  return Buffer.from(base64, 'base64');
}
