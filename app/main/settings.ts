import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Settings } from '../shared/contract';

const schema = z.strictObject({ terminal: z.string().max(64).nullable() });

const DEFAULTS: Settings = { terminal: null };

/** The settings of this user. They hold no secret. A file that is missing or damaged gives the defaults. */
export function loadSettings(file: string): Settings {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
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
