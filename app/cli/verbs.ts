/**
 * Every verb of the command line, as a table: help, completions and the manual page are made from it. It can be imported
 * without running anything; each verb's own code is loaded only when it is used.
 */
import type { DoctorOptions } from './doctor-verb';
import type { ExportOptions } from './export-verb';
import type { ImportOptions } from './import-verb';
import type { EditOptions } from './change-verbs';
import type { PassphraseOptions } from './passphrase';
import type { PassphraseVerbOptions } from './passphrase-verb';
import type { RecipeOptions } from './recipe-verb';
import type { ProfileOptions, TargetOptions } from './target';
import { KEPT, NEW_NAME, USED, NO_AGENT, OUTPUT, PASSPHRASE } from './options';
import type { OptionGroup, OptionSpec } from './options';

export interface ArgumentSpec {
  /** `<name>` has to be given, `[name]` may be; `...` takes any number. */
  readonly name: string;
  readonly description: string;
}

export interface Verb {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  /** Its own options, and those that it shares. */
  readonly options: readonly OptionSpec[];
  readonly groups: readonly OptionGroup[];
  /**
   * It takes the options that describe a target, and those of its mode. `named`: a mode's options need its `--mode`;
   * `implied`: without `--mode` they are those of a mode that the verb finds by itself.
   */
  readonly target?: 'named' | 'implied';
  /** `session`: standard input belongs to whoever started the verb, and is no place for a secret. */
  readonly standardInput?: 'session';
  /** As typed in a shell; a line that is part of another file says so in a line above it. */
  readonly examples: readonly string[];
  /** What else to know: a paragraph a string. */
  readonly notes?: readonly string[];
  /**
   * Does it. A method, so that each verb can say what options it takes.
   * @param words the arguments in order
   * @param options what was given, by key; secrets that stood in files are read
   * @returns the exit code
   */
  run(words: readonly string[], options: object): Promise<number>;
}

const INLINE = '--mode count-window --host home.example.org --port 22 --sequence 1234 --window 3000';
const SAVED: ArgumentSpec = { name: '[target]', description: 'a saved profile, by name or id' };
const NAME: ArgumentSpec = { name: '<name>', description: 'its name or id' };
const YES: OptionSpec = { flags: '--yes', description: 'do not ask' };
const FORCE: OptionSpec = { flags: '--force', description: 'replace the file' };

interface Json {
  readonly json?: boolean;
}
interface Yes {
  readonly yes?: boolean;
}

/** The program itself. */
export const SESAMY = {
  name: 'sesamy',
  description: 'Knocks on hidden servers, and starts SSH on the door that opened.',
  examples: [`sesamy add home ${INLINE}`, 'sesamy knock home'],
  notes: [
    'Exit codes: 0 done, 2 usage or bad input, 3 not opened, 4 not permitted, 5 name or route, 130 cancelled, 1 anything else.',
    'A secret on the command line can be seen by other users of this computer while it runs; in a file, or on standard input, it cannot. A passphrase is never taken from the command line or the environment.',
  ],
} as const;

export const VERBS: readonly Verb[] = [
  {
    name: 'knock',
    description: 'knock, and see whether the door opened where looking does no harm',
    arguments: [SAVED],
    options: [{ flags: '--no-check', description: 'only knock, make no connection' }, NO_AGENT],
    groups: [OUTPUT, PASSPHRASE],
    target: 'named',
    examples: [
      'sesamy knock home',
      `sesamy knock ${INLINE}`,
      `sesamy knock ${INLINE} --dry-run`,
      'pass show door | sesamy knock --mode port-sequence --host home.example.org --steps-file -',
    ],
    run: async ([target], options: TargetOptions) => (await import('./knock-verb')).knockVerb(target, options),
  },
  {
    name: 'proxy',
    description: 'knock, connect, and carry bytes: for SSH’s ProxyCommand',
    arguments: [
      {
        name: '[arguments...]',
        description: '[target] [host port]: a saved profile, unless --mode is given; host and port override its own',
      },
    ],
    options: [
      NO_AGENT,
      {
        flags: '--fdpass',
        description:
          'hand ssh the connection itself and end, where a connection is its own knock (with ProxyUseFdpass=yes)',
      },
      {
        flags: '--session <socket>',
        description: 'run what the Open Sesamy window hands out at this socket (the window uses this)',
      },
    ],
    groups: [OUTPUT, PASSPHRASE],
    target: 'named',
    standardInput: 'session',
    examples: [
      `ssh -o ProxyCommand='sesamy proxy --mode count-window --sequence 1234 --window 3000 -- %h %p' home.example.org`,
      'In ~/.ssh/config:',
      '  Host home',
      '    HostName home.example.org',
      '    ProxyCommand sesamy proxy home %h %p',
    ],
    run: async (words, options: TargetOptions) => (await import('./proxy-verb')).proxyVerb(words, options),
  },
  {
    name: 'practice',
    description: 'open a door on this computer to practise on',
    arguments: [],
    options: [],
    groups: [],
    target: 'implied',
    examples: ['sesamy practice', 'sesamy practice --mode port-sequence --steps 17000,18000:udp,19000'],
    notes: ['Without --mode the door is one of count-window.'],
    run: async (_, options: TargetOptions) => (await import('./practice-verb')).practiceVerb(options),
  },
  {
    name: 'recipe',
    description: 'print what the server needs to be opened by a knock',
    arguments: [SAVED],
    options: [{ flags: '--output <file>', description: 'write it to this file, which only you can read' }, FORCE],
    groups: [PASSPHRASE],
    target: 'named',
    examples: ['sesamy recipe lab', 'sesamy recipe lab --family 4 --output lab.nft'],
    notes: [
      'The text goes to standard output, what to know about it to standard error. --family also goes with a saved profile. Whoever can read the recipe can open the port.',
    ],
    run: async ([target], options: RecipeOptions) => (await import('./recipe-verb')).recipeVerb(target, options),
  },
  {
    name: 'interfaces',
    description: 'list the network interfaces of this computer',
    arguments: [],
    options: [{ flags: '--json', description: 'print them as JSON, one object a line' }],
    groups: [],
    examples: ['sesamy interfaces'],
    run: async (_, { json }: Json) => (await import('./interfaces-verb')).interfacesVerb(json === true),
  },
  {
    name: 'doctor',
    description:
      'say which transports work here, what the others lack, and what mends it; or whether sequence numbers survive a path',
    arguments: [
      { name: '[host]', description: 'with --isn: the server, where --isn-listen runs' },
      { name: '[port]', description: 'with --isn: the port that it listens on' },
    ],
    options: [
      { flags: '--isn', description: 'say whether sequence numbers survive the path to a server' },
      { flags: '--isn-listen <port>', description: 'the server’s side of that: print how SYNs arrive' },
      { flags: '--json', description: 'print JSON, one object a line' },
    ],
    groups: [],
    examples: ['sesamy doctor', 'sesamy doctor --isn-listen 2222', 'sesamy doctor --isn home.example.org 2222'],
    run: async ([host, port], options: DoctorOptions) =>
      (await import('./doctor-verb')).doctorVerb(host, port, options),
  },
  {
    name: 'list',
    description: 'list the saved profiles',
    arguments: [{ name: '[filter]', description: 'only those whose name, host or tag contains this' }],
    options: [{ flags: '--json', description: 'print them as JSON, one object a line, without their secrets' }],
    groups: [PASSPHRASE],
    examples: ['sesamy list', 'sesamy list example.org --json'],
    run: async ([filter], options: PassphraseOptions & Json) => (await import('./list-verb')).listVerb(filter, options),
  },
  {
    name: 'show',
    description: 'show a saved profile',
    arguments: [NAME],
    options: [
      { flags: '--json', description: 'print it as JSON' },
      { flags: '--reveal', description: 'show the knock too, which is secret' },
    ],
    groups: [PASSPHRASE],
    examples: ['sesamy show home', 'sesamy show home --reveal'],
    run: async ([name = ''], options: PassphraseOptions & Json & { readonly reveal?: boolean }) =>
      (await import('./show-verb')).showVerb(name, options),
  },
  {
    name: 'add',
    description: 'save a profile; the first makes the store',
    arguments: [{ name: '<name>', description: 'what to call it' }],
    options: [],
    groups: [PASSPHRASE, KEPT],
    target: 'named',
    examples: [`sesamy add home ${INLINE} --user alice`],
    run: async ([name = ''], options: ProfileOptions & PassphraseOptions) =>
      (await import('./change-verbs')).addVerb(name, options),
  },
  {
    name: 'edit',
    description: 'change what is given, and leave the rest',
    arguments: [NAME],
    options: [NEW_NAME, USED],
    groups: [PASSPHRASE, KEPT],
    target: 'implied',
    examples: [
      'sesamy edit home --host door.example.org',
      'sesamy edit home --sequence 4321',
      `sesamy edit home --name cottage --tag ''`,
    ],
    notes: [
      'Without --mode, the options of the profile’s own mode go with it.',
      `An empty value goes back to the default: --user '', --interface '', --tag ''. --tag and --ssh-option replace the whole list.`,
    ],
    run: async ([name = ''], options: EditOptions) => (await import('./change-verbs')).editVerb(name, options),
  },
  {
    name: 'remove',
    description: 'remove a saved profile',
    arguments: [NAME],
    options: [YES],
    groups: [PASSPHRASE],
    examples: ['sesamy remove home'],
    run: async ([name = ''], options: PassphraseOptions & Yes) =>
      (await import('./change-verbs')).removeVerb(name, options),
  },
  {
    name: 'import',
    description: 'save the profiles of settings files and bundles',
    arguments: [
      {
        name: '<files...>',
        description: 'settings files of Open Sesamy or PortKnocker (knocksettings.txt), and bundles',
      },
    ],
    options: [
      { flags: '--dry-run', description: 'say what the files hold, and keep nothing' },
      { flags: '--reveal', description: 'show the knocks too, which are secret' },
      { flags: '--yes', description: 'import without asking' },
    ],
    groups: [PASSPHRASE],
    examples: ['sesamy import knocksettings.txt --dry-run', 'sesamy import knocksettings.txt from-laptop.sesamy'],
    run: async (files, options: ImportOptions) => (await import('./import-verb')).importVerb(files, options),
  },
  {
    name: 'export',
    description: 'write profiles for another computer',
    arguments: [{ name: '[names...]', description: 'names or ids of the profiles' }],
    options: [
      { flags: '--all', description: 'all profiles' },
      {
        flags: '--bundle <file>',
        description: 'an encrypted bundle with a passphrase of its own; - is standard output',
      },
      {
        flags: '--settings <file>',
        description: 'a knocksettings.txt, which is not encrypted; - is standard output',
      },
      FORCE,
      { flags: '--yes', description: 'write a settings file without asking' },
    ],
    groups: [PASSPHRASE],
    examples: ['sesamy export home work --bundle for-laptop.sesamy', 'sesamy export home --settings knocksettings.txt'],
    run: async (names, options: ExportOptions) => (await import('./export-verb')).exportVerb(names, options),
  },
  {
    name: 'passphrase',
    description: 'change the passphrase, or list, add and remove key slots',
    arguments: [],
    options: [
      { flags: '--list', description: 'list the key slots; needs no passphrase' },
      { flags: '--add', description: 'add another passphrase' },
      { flags: '--remove <slot>', description: 'remove a key slot, by its id or how its id begins' },
      { flags: '--slot <slot>', description: 'which passphrase to change, where there are several' },
    ],
    groups: [PASSPHRASE],
    examples: ['sesamy passphrase', 'sesamy passphrase --list', 'sesamy passphrase --add'],
    run: async (_, options: PassphraseVerbOptions) => (await import('./passphrase-verb')).passphraseVerb(options),
  },
  {
    name: 'restore',
    description: 'put the backup in the place of a damaged store',
    arguments: [],
    options: [YES],
    groups: [],
    examples: ['sesamy restore'],
    run: async (_, options: Yes) => (await import('./restore-verb')).restoreVerb(options),
  },
  {
    name: 'portknocker',
    description: 'knock by UDP, with the arguments of PortKnocker',
    arguments: [
      {
        name: '[arguments...]',
        description: 'server port sequence window, or a settings file, or nothing for ./knocksettings.txt',
      },
    ],
    options: [],
    groups: [OUTPUT],
    examples: [
      'sesamy portknocker 192.0.2.1 22 1234 3000',
      'sesamy portknocker knocksettings.txt',
      'sesamy portknocker',
    ],
    run: async (words, options: TargetOptions) => (await import('./portknocker-verb')).portknockerVerb(words, options),
  },
];
