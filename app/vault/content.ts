/**
 * The encrypted content: profiles and their states as JSON, each of them checked before it is written, then the bytes of
 * the attachments (docs/vault-format.md).
 *
 * Checking 10,000 profiles again at each unlock would take longer than all else but scrypt. So the content names the
 * rules that it was checked with: the encryption proves that this program wrote it, and where the rules are still the
 * same, so is their answer. Anything else is checked anew (docs/decisions/0006).
 */
import { check, group, listOf, matching, shown, wholeNumber } from '../domain/fields';
import type { FieldProblem } from '../domain/fields';
import { MODES } from '../domain/modes/registry';
import { parseProfile, PROFILE_VERSION } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { profileStateSchema } from '../domain/profile/state';
import type { ProfileState } from '../domain/profile/state';
import { attachmentDigest, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS } from './attachments';
import type { Attachments } from './attachments';
import type { FormatVersion } from './container';
import { FormatProblem } from './problems';
import { RULES } from './rules';

/** What a container holds. */
export interface Content {
  /** By id. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** By the profile's id; only of those that have used up something. */
  readonly states: ReadonlyMap<string, ProfileState>;
  /** Each is what its digest says. Buffers of their own, which the caller zeroes. */
  readonly attachments: Attachments;
}

/** Where content comes from. `ours`: decrypted with our own data key; `stranger`: whoever made it may have written anything. */
export type Origin = 'ours' | 'stranger';

const LENGTH_BYTES = 4;

const attachmentListSchema = listOf(
  'Attachments',
  group('Attachment', {
    digest: matching('Digest', /^[0-9a-f]{64}$/, '64 hex digits in lower case'),
    length: wholeNumber('Length', 0, MAX_ATTACHMENT_BYTES, 'bytes'),
  }),
  0,
  MAX_ATTACHMENTS,
);

/** The content of a container of the present format. Profiles and states have been checked; the caller zeroes the content. */
export function encodeContent({ profiles, states, attachments }: Content): Buffer {
  const json = JSON.stringify({
    rules: RULES,
    profiles: [...profiles.values()],
    states: Object.fromEntries(states),
    attachments: Array.from(attachments, ([digest, { length }]) => ({ digest, length })),
  });
  const jsonLength = Buffer.byteLength(json);
  // Written once into its place: a copy of all that is secret would have to be zeroed too.
  const content = Buffer.alloc(LENGTH_BYTES + jsonLength + totalLength(attachments.values()));
  content.writeUInt32BE(jsonLength);
  let at = LENGTH_BYTES + content.write(json, LENGTH_BYTES);
  for (const bytes of attachments.values()) at += bytes.copy(content, at);
  return content;
}

/**
 * Reads the content. A profile or state that the rules refuse is named, and nothing is opened, because going on without it
 * would lose it at the next save. An attachment that is not what its digest says is none: of ours it is left out, so that
 * the rest opens; of a stranger's it is refused.
 * @param version of the container
 * @throws FormatProblem
 */
export function decodeContent(plaintext: Buffer, version: FormatVersion, origin: Origin): Content {
  const jsonEnd = version === 1 ? plaintext.length : jsonEndOf(plaintext);
  const content = parseJson(plaintext.subarray(version === 1 ? 0 : LENGTH_BYTES, jsonEnd));
  const checkedBefore = origin === 'ours' && property(content, 'rules') === RULES;
  const profiles = readProfiles(property(content, 'profiles'), checkedBefore);
  if (version === 1) return { profiles, states: new Map(), attachments: new Map() };
  return {
    profiles,
    states: readStates(property(content, 'states'), profiles, checkedBefore),
    attachments: readAttachments(property(content, 'attachments'), plaintext.subarray(jsonEnd), origin),
  };
}

function jsonEndOf(plaintext: Buffer): number {
  const end = plaintext.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + plaintext.readUInt32BE();
  if (end > plaintext.length) throw new FormatProblem('damaged', 'is shorter behind its encryption than it says');
  return end;
}

function readProfiles(list: unknown, checkedBefore: boolean): Map<string, Profile> {
  if (!Array.isArray(list)) throw new FormatProblem('damaged', 'holds no list of profiles');
  const inputs: readonly unknown[] = list;
  const profiles = new Map<string, Profile>();
  for (const [index, input] of inputs.entries()) {
    // The same program checked this very value with the same rules: see above.
    const profile = checkedBefore ? (input as Profile) : checked(input, index);
    if (profiles.has(profile.id)) throw new FormatProblem('damaged', `holds the id ${profile.id} twice`);
    profiles.set(profile.id, profile);
  }
  return profiles;
}

function readStates(
  input: unknown,
  profiles: ReadonlyMap<string, Profile>,
  checkedBefore: boolean,
): Map<string, ProfileState> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new FormatProblem('damaged', 'holds no states of profiles');
  const states = new Map<string, ProfileState>();
  for (const [id, value] of Object.entries(input)) {
    const profile = profiles.get(id);
    // A state goes with its profile.
    if (profile === undefined) continue;
    const state = checkedBefore ? (value as ProfileState) : checkedState(value, profile);
    if (state.used > 0) states.set(id, state);
  }
  return states;
}

function readAttachments(input: unknown, bytes: Buffer, origin: Origin): Attachments {
  const list = check(attachmentListSchema, input);
  if (!list.ok) throw new FormatProblem('damaged', `holds attachments that cannot be used. ${firstOf(list.problems)}`);
  if (totalLength(list.value) !== bytes.length)
    throw new FormatProblem('damaged', 'holds other attachments than its list says');
  const attachments = new Map<string, Buffer>();
  const seen = new Set<string>();
  let at = 0;
  for (const { digest, length } of list.value) {
    if (seen.has(digest)) throw new FormatProblem('damaged', `holds the attachment ${digest} twice`);
    seen.add(digest);
    const own = bytes.subarray(at, at + length);
    at += length;
    if (attachmentDigest(own) === digest) attachments.set(digest, Buffer.from(own));
    else if (origin === 'stranger') throw new FormatProblem('damaged', `holds an attachment that is not ${digest}`);
  }
  return attachments;
}

function totalLength(parts: Iterable<{ readonly length: number }>): number {
  let total = 0;
  for (const { length } of parts) total += length;
  return total;
}

function checkedState(input: unknown, { name }: Profile): ProfileState {
  const state = check(profileStateSchema, input);
  if (state.ok) return state.value;
  throw new FormatProblem('damaged', `holds a state of ${shown(name)} that cannot be used. ${firstOf(state.problems)}`);
}

function checked(input: unknown, index: number): Profile {
  const result = parseProfile(input);
  if (result.ok) return result.value;
  const named = `profile ${index + 1} (${shown(property(input, 'name'))})`;
  if (fromLaterVersion(input)) throw new FormatProblem('newer', `holds ${named}, which a later version made`);
  throw new FormatProblem('damaged', `holds ${named}, which cannot be used. ${firstOf(result.problems)}`);
}

/** The first thing that is wrong, as the end of a sentence. */
function firstOf(problems: readonly FieldProblem[]): string {
  return problems[0]?.message.replace(/\.$/, '') ?? 'Unknown';
}

function parseJson(plaintext: Buffer): unknown {
  try {
    return JSON.parse(plaintext.toString('utf8'));
  } catch {
    throw new FormatProblem('damaged', 'holds no JSON behind its encryption');
  }
}

/** A later version may know modes that this one does not; then an update helps, and no backup does. */
function fromLaterVersion(input: unknown): boolean {
  const version = property(input, 'version');
  if (typeof version === 'number' && version > PROFILE_VERSION) return true;
  const kind = property(property(input, 'mode'), 'kind');
  return typeof kind === 'string' && !MODES.some((mode) => mode.kind === kind);
}

function property(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
    ? (input as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
