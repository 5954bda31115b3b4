import { randomUUID } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { parseKnockSettings, profileFromKnockSettings } from '../domain/formats/knocksettings';
import type { KnockProtocol } from '../domain/plan/knock-plan';
import type { Profile } from '../domain/profile/profile';
import { readSettingsText } from '../session/settings-file';

interface SettingsProfile {
  readonly profile: Profile;
  readonly remarks: readonly string[];
}

/** A name's length is bounded, a host's is longer. */
const MAX_NAME = 80;

/**
 * The profile in a knocksettings.txt, called by its host.
 * @throws SesamyError `bad-input` that names the file, and the line and column at fault
 */
export function profileFromText(file: string, text: string, protocol: KnockProtocol): SettingsProfile {
  const parsed = parseKnockSettings(text);
  if (parsed.ok)
    return profileFromKnockSettings(parsed.value, {
      id: randomUUID(),
      name: parsed.value.host.slice(0, MAX_NAME),
      protocol,
    });
  const { line, column, message } = parsed.error;
  throw new SesamyError('bad-input', `${file}, line ${line}, column ${column}: ${message}`);
}

/** The same from a file. @throws as {@link profileFromText} */
export async function profileFromFile(file: string, protocol: KnockProtocol): Promise<SettingsProfile> {
  return profileFromText(file, await readSettingsText(file), protocol);
}
