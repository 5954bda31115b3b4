import { randomUUID } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import { shown, withoutValue } from '../domain/fields';
import { MODES, modeDefinition } from '../domain/modes/registry';
import type { Mode } from '../domain/modes/registry';
import { typedNumber } from '../domain/modes/inline';
import type { InlineValues } from '../domain/modes/inline';
import { normaliseMac, parseProfile, PROFILE_VERSION } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { text } from '../text/text';
import { anyOf } from '../text/words';
import {
  KEPT,
  modeNamesGiven,
  nameAsGiven,
  namesGiven,
  NEW_NAME,
  optionName,
  strayOption,
  TARGET,
  valueGiven,
} from './options';
import type { PassphraseOptions } from './passphrase';

/** Options that describe a profile. Values are text, as typed; the options of the modes stand beside these. */
export interface ProfileOptions {
  readonly mode?: string;
  readonly host?: string;
  readonly port?: string;
  readonly family?: string;
  readonly interface?: string;
  readonly name?: string;
  readonly user?: string;
  readonly sshOption?: readonly string[];
  readonly tag?: readonly string[];
  readonly notes?: string;
  readonly mac?: string;
  readonly transport?: string;
  readonly tries?: string;
}

/** Options of every verb that knocks. */
export interface TargetOptions extends ProfileOptions, PassphraseOptions {
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
  /** The connection itself goes to ssh over standard output (ProxyUseFdpass). */
  readonly fdpass?: boolean;
  /** False: the window is not asked. */
  readonly agent?: boolean;
}

/** Which option a person typed for a field of the profile that belongs to no mode, by the beginning of its path. */
const COMMON_OPTIONS: Readonly<Record<string, string>> = {
  name: 'NAME',
  host: '--host',
  servicePort: '--port',
  addressFamily: '--family',
  interface: '--interface',
  sourceMac: '--mac',
  transport: '--transport',
  tries: '--tries',
  notes: '--notes',
  tags: '--tag',
  'ssh.user': '--user',
  'ssh.options': '--ssh-option',
};

/** The words that give a mode's settings inline. */
export function modeWords(mode: Mode): readonly string[] {
  return ['--mode', mode.kind, ...modeDefinition(mode.kind).inline.write(mode)];
}

/** A mode's settings as they would be typed, by field. */
function valuesOf(mode: Mode): InlineValues {
  const { inline } = modeDefinition(mode.kind);
  const words = inline.write(mode);
  return Object.fromEntries(
    inline.options.map((option) => {
      const at = words.indexOf(optionName(option));
      return [option.field, at === -1 ? undefined : words[at + 1]];
    }),
  );
}

/** What was typed in place of what was there; an empty word goes back to the option's default. */
function given<T, E>(word: string | undefined, before: T, empty: E, read: (word: string) => T): T | E {
  return word === undefined ? before : word === '' ? empty : read(word);
}

const itself = (word: string): string => word;

/** Repeatable options: what is given replaces the whole list, and one empty word leaves nothing. */
const words = (list: readonly string[]): readonly string[] => (list.length === 1 && list[0] === '' ? [] : list);

function sshOption(word: string): { readonly name: string; readonly value: string } {
  const at = word.indexOf('=');
  if (at === -1)
    throw new SesamyError(
      'bad-input',
      `--ssh-option takes NAME=VALUE, such as IdentityFile=~/.ssh/id_ed25519; this is ${shown(word)}.`,
    );
  return { name: word.slice(0, at), value: word.slice(at + 1) };
}

/** A profile, or what is to become one: unchecked, and perhaps without a mode. */
type Start = Omit<Profile, 'mode'> & { readonly mode: Mode | null };

/**
 * A profile with the options' values in place of its own.
 * @throws SesamyError `bad-input` that names every option at fault
 */
export function changedProfile(start: Start, options: ProfileOptions): Profile {
  const kind = options.mode ?? start.mode?.kind;
  const mode = MODES.find((entry) => entry.kind === kind);
  if (mode === undefined)
    throw new SesamyError(
      'bad-input',
      `--mode must be ${anyOf(MODES.map((entry) => entry.kind))}; this is ${shown(kind)}.`,
    );
  const stray = strayOption(options, mode, MODES);
  if (stray !== null) throw new SesamyError('bad-input', text('cli.stray-option', { ...stray, mode: mode.kind }));

  const before: InlineValues = start.mode?.kind === mode.kind ? valuesOf(start.mode) : {};
  const values = Object.fromEntries(
    mode.inline.options.map((option) => [
      option.field,
      given(valueGiven(options, option), before[option.field], undefined, itself),
    ]),
  );
  const checked = parseProfile({
    ...start,
    name: options.name ?? start.name,
    host: options.host ?? start.host,
    addressFamily: given<string, string>(options.family, start.addressFamily, 'auto', itself),
    servicePort: given<unknown, number>(options.port, start.servicePort, 22, typedNumber),
    interface: given(options.interface, start.interface, null, itself),
    sourceMac: given(options.mac, start.sourceMac, null, normaliseMac),
    transport: given<string, string>(options.transport, start.transport, 'auto', itself),
    tries: given<unknown, null>(options.tries, start.tries, null, typedNumber),
    notes: options.notes ?? start.notes,
    tags: options.tag === undefined ? start.tags : words(options.tag),
    ssh: {
      user: given(options.user, start.ssh.user, null, itself),
      options: options.sshOption === undefined ? start.ssh.options : words(options.sshOption).map(sshOption),
    },
    mode: { kind: mode.kind, ...mode.inline.read(values) },
  });
  if (checked.ok) return checked.value;
  const lines = checked.problems.map(({ field, message }) => {
    const under = (path: string): boolean => field === path || field.startsWith(`${path}.`);
    const own = mode.inline.options.find((option) => under(`mode.${option.field}`));
    if (own === undefined)
      return `${COMMON_OPTIONS[Object.keys(COMMON_OPTIONS).find(under) ?? ''] ?? field}: ${message}`;
    const name = nameAsGiven(options, own);
    // What a file holds is not shown: it may be the wrong file.
    return `${name}: ${name === optionName(own) ? message : withoutValue(message)}`;
  });
  throw new SesamyError('bad-input', lines.join('\n'));
}

/**
 * The profile that inline options describe.
 * @throws SesamyError `bad-input` that names every option at fault
 */
export function inlineProfile(options: ProfileOptions): Profile {
  const start: Start = {
    version: PROFILE_VERSION,
    id: randomUUID(),
    name: 'inline',
    host: '',
    addressFamily: 'auto',
    servicePort: 22,
    interface: null,
    sourceMac: null,
    transport: 'auto',
    tries: null,
    notes: '',
    tags: [],
    ssh: { user: null, options: [] },
    mode: null,
  };
  return changedProfile(start, options);
}

/** The options by which something of a profile is given, as a person types them. */
export function profileOptionsGiven(options: ProfileOptions): readonly string[] {
  return [...namesGiven(options, [...TARGET.options, NEW_NAME, ...KEPT.options]), ...modeNamesGiven(options, MODES)];
}

/** What a verb is told to knock on. */
export type Target =
  { readonly kind: 'inline'; readonly profile: Profile } | { readonly kind: 'saved'; readonly name: string };

/**
 * What the arguments name.
 * @throws SesamyError `bad-input`
 */
export function targetOf(name: string | undefined, options: TargetOptions): Target {
  if (options.mode !== undefined) {
    if (name !== undefined)
      throw new SesamyError('bad-input', `Give a saved profile (${name}) or --mode with its options, not both.`);
    return { kind: 'inline', profile: inlineProfile(options) };
  }
  if (name === undefined || name === '')
    throw new SesamyError('bad-input', 'No target: give a saved profile, or --mode, --host and the mode’s options.');
  const [stray] = profileOptionsGiven(options);
  if (stray !== undefined)
    throw new SesamyError('bad-input', text('cli.without-mode', { option: stray, name: shown(name) }), {
      steps: ['To change a saved profile: sesamy edit NAME.'],
    });
  return { kind: 'saved', name };
}
