/**
 * The options of the command line, as data. Groups of them are shared by several verbs (`verbs.ts`); a mode brings its own,
 * which go with its `--mode` only, so that two modes may each have, say, a `--protocol`.
 */
import type { InlineOption } from '../domain/modes/inline';
import { MODES } from '../domain/modes/registry';
import { TRANSPORT_NAMES } from '../domain/plan/transport-names';
import { say } from '../text/say';
import { text } from '../text/text';
import { anyOf } from '../text/words';

export interface OptionSpec {
  /** As a person writes it: `-q, --quiet`, `--host <host>`. A value always has to be given, never may be. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; its values come as a list. */
  readonly repeatable?: true;
}

export interface OptionGroup {
  /** What stands above it in the help; null: with the verb's own options. */
  readonly heading: string | null;
  readonly options: readonly OptionSpec[];
}

/** What the command line has to know of a mode. */
export interface ModeOptions {
  readonly kind: string;
  readonly inline: { readonly options: readonly InlineOption[] };
}

/** Options as they were given, by key; values are text, a list of texts, or true and false. */
export type Given = Readonly<Record<string, unknown>>;

const MODE: OptionSpec = {
  flags: '--mode <kind>',
  description: `how the server wants to be knocked on: ${anyOf(MODES.map((mode) => mode.kind))}`,
};

/** Describes a target inline. Values are checked by the profile's schema, not here. */
export const TARGET: OptionGroup = {
  heading: 'Where and how to knock:',
  options: [
    MODE,
    { flags: '--host <host>', description: 'name or address of the server' },
    { flags: '--port <port>', description: 'service port, the one that opens (default: 22)' },
    { flags: '--family <family>', description: 'address family: auto, 4 or 6 (default: auto)' },
    { flags: '--interface <name>', description: 'knock through this interface, by its name or number' },
    { flags: '--mac <address>', description: 'source MAC address of the knocks' },
    {
      flags: '--transport <name>',
      description: `how knocks leave: auto, ${TRANSPORT_NAMES.join(', ')} (default: auto)`,
    },
    { flags: '--tries <n>', description: 'knock so often at most, 1 to 10 (default: as often as makes sense)' },
  ],
};

/** What only a saved profile has. */
export const KEPT: OptionGroup = {
  heading: 'Kept with the profile:',
  options: [
    { flags: '--user <name>', description: 'who to log in as' },
    {
      flags: '--ssh-option <NAME=VALUE>',
      description: 'an option for ssh; may be given several times',
      repeatable: true,
    },
    { flags: '--tag <tag>', description: 'a word to find it by; may be given several times', repeatable: true },
    { flags: '--notes <text>', description: 'anything worth knowing' },
  ],
};

/** What the vault keeps beside a profile. */
export const USED: OptionSpec = {
  flags: '--used <n>',
  description: 'so many of its one-time sequences are used up',
};

export const NEW_NAME: OptionSpec = { flags: '--name <name>', description: 'another name' };

export const PASSPHRASE: OptionGroup = {
  heading: null,
  options: [
    {
      flags: '--passphrase-fd <n>',
      description: 'read the passphrase from this file descriptor, one line for each that is needed',
    },
  ],
};

export const OUTPUT: OptionGroup = {
  heading: null,
  options: [
    { flags: '--dry-run', description: 'print what would be sent, and send nothing' },
    { flags: '--json', description: 'print events as JSON, one object a line' },
    { flags: '-q, --quiet', description: 'no progress on standard error' },
  ],
};

export const NO_AGENT: OptionSpec = { flags: '--no-agent', description: 'do not ask the Open Sesamy window for it' };

/** The option's long name, for example `--knock-port`. */
export function optionName({ flags }: Pick<OptionSpec, 'flags'>): string {
  return /--[^ ]+/.exec(flags)?.[0] ?? flags;
}

/** What its value is called among those given: `--knock-port` becomes `knockPort`, and `--no-check` is a `check` of false. */
export function optionKey(option: Pick<OptionSpec, 'flags'>): string {
  return optionName(option)
    .replace(/^--(no-)?/, '')
    .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function takesValue({ flags }: Pick<OptionSpec, 'flags'>): boolean {
  return flags.includes('<');
}

/** The option that takes a secret from a file: `--secret-file <file>` for `--secret <text>`; null where it is no secret. */
export function fileForm(option: InlineOption): OptionSpec | null {
  return option.secret === true
    ? {
        flags: `${optionName(option)}-file <file>`,
        description: say(text('cli.file-for', { option: optionName(option) })),
      }
    : null;
}

/** An option of a mode, and before it the one that takes its value from a file: once that is read, both have been given. */
function forms(option: InlineOption): readonly OptionSpec[] {
  const file = fileForm(option);
  return file === null ? [option] : [file, option];
}

const allForms = (modes: readonly ModeOptions[]): readonly OptionSpec[] =>
  modes.flatMap((mode) => mode.inline.options).flatMap(forms);

/** Each once, by name. */
function distinct<T extends Pick<OptionSpec, 'flags'>>(options: readonly T[]): readonly T[] {
  return [...new Map(options.map((option) => [optionName(option), option])).values()];
}

/**
 * A mode's own options, grouped for its help.
 * @param standardInput whether a secret may come from there
 */
export function modeGroups(mode: ModeOptions, standardInput: boolean): readonly OptionGroup[] {
  const files = mode.inline.options.map(fileForm).filter((option) => option !== null);
  return [
    { heading: say(text('cli.mode-options', { mode: mode.kind })), options: mode.inline.options },
    { heading: say(text(standardInput ? 'cli.secret-files' : 'cli.secret-files.session')), options: files },
  ].filter((group) => group.options.length > 0);
}

/**
 * The options of all modes but this one, each name once. A verb takes them so that the answer can name the mode to which a misplaced
 * one belongs; and where a saved profile's mode is not known yet, they are what it may turn out to have.
 */
export function othersOptions(mode: ModeOptions | undefined, modes: readonly ModeOptions[]): readonly OptionSpec[] {
  const own = new Set(allForms(mode === undefined ? [] : [mode]).map(optionName));
  return distinct(allForms(modes)).filter((option) => !own.has(optionName(option)));
}

/**
 * Finds `--mode KIND` or `--mode=KIND` before the options are known for good; the last one counts, as everywhere.
 * @param words what follows the verb
 * @param options what the verb may be given: the value of another option is no `--mode`
 */
export function kindIn(words: readonly string[], options: readonly OptionSpec[]): string | undefined {
  const withValue = new Set(options.filter(takesValue).map(optionName));
  let kind: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') break;
    if (word.startsWith('--mode=')) kind = word.slice('--mode='.length);
    if (!withValue.has(word)) continue;
    at += 1;
    if (word === '--mode') kind = words[at];
  }
  return kind;
}

/** The value of an option as it was given; one that came from a file counts, once that has been read. */
export function valueGiven(given: object, option: Pick<OptionSpec, 'flags'>): string | undefined {
  const value = (given as Given)[optionKey(option)];
  return typeof value === 'string' ? value : undefined;
}

/** Those of the options that were given, in any way. */
export function namesGiven(given: object, options: readonly Pick<OptionSpec, 'flags'>[]): readonly string[] {
  return options.filter((option) => (given as Given)[optionKey(option)] !== undefined).map(optionName);
}

/** The options of modes that were given. */
export function modeNamesGiven(given: object, modes: readonly ModeOptions[]): readonly string[] {
  return namesGiven(given, distinct(allForms(modes)));
}

/** By what name a mode's option was given: a secret that came from a file by that of its file. */
export function nameAsGiven(given: object, option: InlineOption): string {
  const file = fileForm(option);
  return file !== null && valueGiven(given, file) !== undefined ? optionName(file) : optionName(option);
}

/** An option that was given and that the mode does not have, with the modes that do; null where there is none. */
export function strayOption(
  given: object,
  mode: ModeOptions,
  modes: readonly ModeOptions[],
): { readonly option: string; readonly modes: readonly string[] } | null {
  const [option] = namesGiven(given, othersOptions(mode, modes));
  if (option === undefined) return null;
  const has = (other: ModeOptions): boolean => allForms([other]).some((form) => optionName(form) === option);
  return { option, modes: modes.filter(has).map(({ kind }) => kind) };
}

/**
 * The secret options whose files were given and are to be read, each once. Files of a mode that does not apply stay unread: the
 * verb refuses them.
 * @param target as in the table of verbs
 */
export function secretsApplying(
  given: object,
  target: 'named' | 'implied' | undefined,
  modes: readonly ModeOptions[],
): readonly InlineOption[] {
  if (target === undefined) return [];
  const kind = valueGiven(given, MODE);
  const applying = kind === undefined && target === 'implied' ? modes : modes.filter((mode) => mode.kind === kind);
  return distinct(applying.flatMap((mode) => mode.inline.options)).filter((option) => {
    const file = fileForm(option);
    return file !== null && valueGiven(given, file) !== undefined;
  });
}
