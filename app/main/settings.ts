import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { settingsSchema } from '../shared/contract';
import type { Settings } from '../shared/contract';

const DEFAULTS: Settings = { terminal: null, lockAfterMinutes: 15, lockOnSleep: true, lockOnScreenLock: true };

/** The settings of this user. They hold no secret. A file that is missing or damaged gives the defaults. */
export function loadSettings(file: string): Settings {
  try {
    return settingsSchema.parse({ ...DEFAULTS, ...(JSON.parse(readFileSync(file, 'utf8')) as object) });
  } catch {
    return DEFAULTS;
  }
}

export function saveSettings(file: string, settings: Settings): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  writeFileSync(fresh, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}
