import { randomUUID } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { MODES, modeDefinition } from '../domain/modes/registry';
import type { Mode } from '../domain/modes/registry';
import { typedNumber } from '../domain/modes/inline';
import type { InlineOption } from '../domain/modes/inline';
import { parseProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';

/** Options of every verb that knocks. Values are text, as typed; the options of the modes stand beside these. */
export interface TargetOptions {
  readonly mode?: string;
  readonly host?: string;
  readonly port?: string;
  readonly family?: string;
  readonly interface?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

/** Which option a person typed for a field of the profile that belongs to no mode. */
const COMMON_OPTIONS: Readonly<Record<string, string>> = {
  host: '--host',
  servicePort: '--port',
  addressFamily: '--family',
  interface: '--interface',
};

/** The option's name without its value, for example `--knock-port`. */
export function optionName(option: InlineOption): string {
  return option.flags.split(' ', 1)[0] ?? option.flags;
}

/** What commander calls the option's value: `--knock-port` becomes `knockPort`. */
function optionKey(option: InlineOption): string {
  return optionName(option)
    .slice(2)
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function typed(options: TargetOptions, option: InlineOption): string | undefined {
  const value: unknown = (options as Readonly<Record<string, unknown>>)[optionKey(option)];
  return typeof value === 'string' ? value : undefined;
}

/** The words that give a mode's settings inline. */
export function modeWords(mode: Mode): readonly string[] {
  return ['--mode', mode.kind, ...modeDefinition(mode.kind).inline.write(mode)];
}

/**
 * The profile that inline options describe.
 * @throws SesamyError `bad-input` that names every option at fault
 */
export function inlineProfile(options: TargetOptions): Profile {
  const mode = MODES.find((entry) => entry.kind === options.mode);
  if (mode === undefined)
    throw new SesamyError(
      'bad-input',
      `--mode must be ${MODES.map((entry) => entry.kind).join(' or ')}; this is ${JSON.stringify(options.mode)}.`,
    );
  for (const other of MODES)
    for (const option of other.inline.options)
      if (other !== mode && typed(options, option) !== undefined)
        throw new SesamyError(
          'bad-input',
          `${optionName(option)} belongs to --mode ${other.kind}, not to ${mode.kind}.`,
        );

  const values = Object.fromEntries(mode.inline.options.map((option) => [option.field, typed(options, option)]));
  const checked = parseProfile({
    version: 1,
    id: randomUUID(),
    name: 'inline',
    host: options.host ?? '',
    addressFamily: options.family ?? 'auto',
    servicePort: typedNumber(options.port ?? '22'),
    interface: options.interface ?? null,
    sourceMac: null,
    notes: '',
    tags: [],
    ssh: { user: null, options: [] },
    mode: { kind: mode.kind, ...mode.inline.read(values) },
  });
  if (checked.ok) return checked.value;
  const lines = checked.problems.map(({ field, message }) => {
    const own = mode.inline.options.find(
      (option) => field === `mode.${option.field}` || field.startsWith(`mode.${option.field}.`),
    );
    return `${own === undefined ? (COMMON_OPTIONS[field] ?? field) : optionName(own)}: ${message}`;
  });
  throw new SesamyError('bad-input', lines.join('\n'));
}

/**
 * The profile that the arguments name.
 * @throws SesamyError `bad-input`, `unknown-target`
 */
export function targetProfile(name: string | undefined, options: TargetOptions): Profile {
  if (options.mode !== undefined) {
    if (name !== undefined)
      throw new SesamyError('bad-input', `Give a saved profile (${name}) or --mode with its options, not both.`);
    return inlineProfile(options);
  }
  if (name === undefined) throw new SesamyError('bad-input', 'No target: give --mode, --host and the mode’s options.');
  throw new SesamyError(
    'unknown-target',
    `This version keeps no profiles on disk, so there is none called ${JSON.stringify(name)}.`,
  );
}
