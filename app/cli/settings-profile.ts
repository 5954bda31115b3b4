import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { SesamyError } from '../domain/errors';
import { parseKnockSettings, profileFromKnockSettings } from '../domain/formats/knocksettings';
import type { KnockProtocol } from '../domain/plan/knock-plan';
import type { Profile } from '../domain/profile/profile';
import { readSettingsText } from '../session/settings-file';

/**
 * The profile in a knocksettings.txt.
 * @throws SesamyError `bad-input` that names the file, and the line and column at fault
 */
export async function profileFromFile(
  file: string,
  protocol: KnockProtocol,
): Promise<{ readonly profile: Profile; readonly remarks: readonly string[] }> {
  const parsed = parseKnockSettings(await readSettingsText(file));
  if (parsed.ok) return profileFromKnockSettings(parsed.value, { id: randomUUID(), name: basename(file), protocol });
  const { line, column, message } = parsed.error;
  throw new SesamyError('bad-input', `${file}, line ${line}, column ${column}: ${message}`);
}
