/**
 * The encrypted content: the profiles as JSON, each of them checked before it is written.
 *
 * Checking 10,000 profiles again at each unlock would take longer than all else but scrypt. So the content names the
 * rules that it was checked with: the encryption proves that this program wrote it, and where the rules are still the
 * same, so is their answer. Anything else is checked anew (docs/decisions/0006).
 */
import { shown } from '../domain/fields';
import { MODES } from '../domain/modes/registry';
import { parseProfile, PROFILE_VERSION } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { FormatProblem } from './problems';
import { RULES } from './rules';

/** The content of a container. The profiles have been checked; the caller zeroes the content. */
export function encodeProfiles(profiles: Iterable<Profile>): Buffer {
  return Buffer.from(JSON.stringify({ rules: RULES, profiles: [...profiles] }));
}

/**
 * Reads the content. A profile that the rules refuse is named, and nothing is opened, because going on without it would
 * lose it at the next save.
 * @param origin `ours`: decrypted with our own data key; `stranger`: whoever made it may have written any rules' name
 * @throws FormatProblem
 */
export function decodeProfiles(plaintext: Buffer, origin: 'ours' | 'stranger'): Map<string, Profile> {
  const content = parseJson(plaintext);
  const list = property(content, 'profiles');
  if (!Array.isArray(list)) throw new FormatProblem('damaged', 'holds no list of profiles');
  const inputs: readonly unknown[] = list;
  const checkedBefore = origin === 'ours' && property(content, 'rules') === RULES;
  const profiles = new Map<string, Profile>();
  for (const [index, input] of inputs.entries()) {
    // The same program checked this very value with the same rules: see above.
    const profile = checkedBefore ? (input as Profile) : checked(input, index);
    if (profiles.has(profile.id)) throw new FormatProblem('damaged', `holds the id ${profile.id} twice`);
    profiles.set(profile.id, profile);
  }
  return profiles;
}

function checked(input: unknown, index: number): Profile {
  const result = parseProfile(input);
  if (result.ok) return result.value;
  const named = `profile ${index + 1} (${shown(property(input, 'name'))})`;
  if (fromLaterVersion(input)) throw new FormatProblem('newer', `holds ${named}, which a later version made`);
  const problem = result.problems[0]?.message.replace(/\.$/, '') ?? 'Unknown';
  throw new FormatProblem('damaged', `holds ${named}, which cannot be used. ${problem}`);
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
