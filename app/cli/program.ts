/** Makes commander's program from the table of verbs. */
import { Command, Option } from 'commander';
import { say } from '../text/say';
import { text } from '../text/text';
import { kindIn, modeGroups, othersOptions, TARGET } from './options';
import type { ModeOptions, OptionGroup, OptionSpec } from './options';
import { SESAMY } from './verbs';
import type { Verb } from './verbs';

export interface ProgramParts {
  readonly verbs: readonly Verb[];
  readonly modes: readonly ModeOptions[];
  readonly version: string;
  /** What is done once a verb's words and options are read; it may fail. */
  readonly run: (verb: Verb, words: readonly string[], options: object) => Promise<void>;
}

/**
 * The program for these words: what options a verb takes depends on the `--mode` among them.
 * @param words the words behind the program's name; to be parsed with `{ from: 'user' }`, which throws commander's own error
 *   for wrong usage, and for `--help` and `--version` with an exit code of 0
 */
export function programOf(words: readonly string[], parts: ProgramParts): Command {
  const program = new Command(SESAMY.name)
    .description(SESAMY.description)
    .version(parts.version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', moreHelp(SESAMY.examples, SESAMY.notes));
  // A verb that is named needs no other, and to make them all takes time.
  const named = parts.verbs.filter(({ name }) => name === words[0]);
  for (const verb of named.length === 0 ? parts.verbs : named)
    addVerb(program, verb, words[0] === verb.name ? words.slice(1) : [], parts);
  return program;
}

function addVerb(program: Command, verb: Verb, words: readonly string[], { modes, run }: ProgramParts): void {
  const command = program.command(verb.name).description(verb.description);
  for (const argument of verb.arguments) command.argument(argument.name, argument.description);
  const { shown, hidden, mode } = optionsOf(verb, words, modes);
  for (const { heading, options } of shown)
    for (const option of options) {
      const made = optionOf(option);
      command.addOption(heading === null ? made : made.helpGroup(heading));
    }
  for (const option of hidden) command.addOption(optionOf(option).hideHelp());
  const notes = verb.notes ?? [];
  const seeModes = say(text('cli.see-mode-options', { verb: verb.name }));
  command
    .addHelpText(
      'after',
      moreHelp(verb.examples, verb.target === undefined || mode !== undefined ? notes : [seeModes, ...notes]),
    )
    .action(() => run(verb, command.args, command.opts()));
}

/** The options that a verb takes with these words: those of its help, and others that it takes only to say what is wrong. */
export function optionsOf(
  verb: Verb,
  words: readonly string[],
  modes: readonly ModeOptions[],
): {
  readonly shown: readonly OptionGroup[];
  readonly hidden: readonly OptionSpec[];
  readonly mode: ModeOptions | undefined;
} {
  const own: OptionGroup = { heading: null, options: verb.options };
  if (verb.target === undefined) return { shown: [own, ...verb.groups], hidden: [], mode: undefined };
  const all = [own, ...verb.groups, TARGET].flatMap(({ options }) => options);
  const kind = kindIn(words, [...all, ...othersOptions(undefined, modes)]);
  const mode = modes.find((each) => each.kind === kind);
  const shown = [
    own,
    ...verb.groups.filter(({ heading }) => heading === null),
    TARGET,
    ...(mode === undefined ? [] : modeGroups(mode, verb.standardInput === undefined)),
    ...verb.groups.filter(({ heading }) => heading !== null),
  ];
  return { shown, hidden: othersOptions(mode, modes), mode };
}

function optionOf({ flags, description, repeatable }: OptionSpec): Option {
  const option = new Option(flags, description);
  if (repeatable === true)
    option.argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value]);
  return option;
}

function moreHelp(examples: readonly string[], notes: readonly string[]): string {
  const lines = examples.map((line) => `  ${line}\n`).join('');
  return `${notes.map((note) => `\n${note}\n`).join('')}\nExample${examples.length === 1 ? '' : 's'}:\n${lines}`;
}
