/** The encrypted content: the profiles as JSON, each of them checked on the way in and on the way out. */
import { shown } from '../domain/fields';
import { MODES } from '../domain/modes/registry';
import { parseProfile, PROFILE_VERSION } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { FormatProblem } from './problems';

/** The content of a container. The caller zeroes it. */
export function encodeProfiles(profiles: Iterable<Profile>): Buffer {
  return Buffer.from(JSON.stringify({ profiles: [...profiles] }));
}

/**
 * Reads the content, every profile through the domain's schema: one that it refuses is named, and nothing is opened,
 * because going on without it would lose it at the next save.
 * @throws FormatProblem
 */
export function decodeProfiles(plaintext: Buffer): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const [index, input] of listIn(plaintext).entries()) {
    const checked = parseProfile(input);
    if (!checked.ok) {
      const named = `profile ${index + 1} (${shown(property(input, 'name'))})`;
      if (fromLaterVersion(input)) throw new FormatProblem('newer', `holds ${named}, which a later version made`);
      const problem = checked.problems[0]?.message.replace(/\.$/, '') ?? 'Unknown';
      throw new FormatProblem('damaged', `holds ${named}, which cannot be used. ${problem}`);
    }
    if (profiles.has(checked.value.id)) throw new FormatProblem('damaged', `holds the id ${checked.value.id} twice`);
    profiles.set(checked.value.id, checked.value);
  }
  return profiles;
}

function listIn(plaintext: Buffer): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(plaintext.toString('utf8'));
  } catch {
    throw new FormatProblem('damaged', 'holds no JSON behind its encryption');
  }
  const list = property(content, 'profiles');
  if (!Array.isArray(list)) throw new FormatProblem('damaged', 'holds no list of profiles');
  return list;
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
