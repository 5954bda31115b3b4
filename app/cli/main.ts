/** `sesamy`: the engine on the command line. Each verb's own code is loaded only when it is used. */
import { Command, CommanderError } from 'commander';
import { MODES } from '../domain/modes/registry';
import { TRANSPORT_NAMES } from '../domain/plan/transport';
import { anyOf } from '../text/words';
import type { DoctorOptions } from './doctor-verb';
import type { ExportOptions } from './export-verb';
import type { ImportOptions } from './import-verb';
import type { PassphraseOptions } from './passphrase';
import type { PassphraseVerbOptions } from './passphrase-verb';
import type { RecipeOptions } from './recipe-verb';
import type { ProfileOptions, TargetOptions } from './target';

/** Exit code of a usage error, by the convention of getopt programs and of issue A. */
const USAGE = 2;

const example = (...lines: readonly string[]): string =>
  `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;

/** Options that describe a target inline. Values are checked by the profile's schema, not here. */
function withTarget(command: Command): Command {
  command
    .option('--mode <mode>', `how the server wants to be knocked on: ${anyOf(MODES.map((mode) => mode.kind))}`)
    .option('--host <host>', 'name or address of the server')
    .option('--port <port>', 'service port, the one that opens (default: 22)')
    .option('--family <family>', 'address family: auto, 4 or 6 (default: auto)')
    .option('--interface <name>', 'knock through this interface, by its name or number')
    .option('--mac <address>', 'source MAC address of the knocks')
    .option('--transport <name>', `how knocks leave: auto, ${TRANSPORT_NAMES.join(', ')} (default: auto)`);
  for (const mode of MODES)
    for (const option of mode.inline.options) command.option(option.flags, `${mode.kind}: ${option.description}`);
  return command;
}

/** What only a saved profile has. */
function withKept(command: Command): Command {
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  return command
    .option('--user <name>', 'who to log in as')
    .option('--ssh-option <NAME=VALUE>', 'an option for ssh; may be given several times', collect)
    .option('--tag <tag>', 'a word to find it by; may be given several times', collect)
    .option('--notes <text>', 'anything worth knowing');
}

function withPassphrase(command: Command): Command {
  return command.option(
    '--passphrase-fd <n>',
    'read the passphrase from this file descriptor, one line for each that is needed',
  );
}

function withOutput(command: Command): Command {
  return command
    .option('--dry-run', 'print what would be sent, and send nothing')
    .option('--json', 'print events as JSON, one object a line')
    .option('-q, --quiet', 'no progress on standard error');
}

const INLINE = '--mode count-window --host home.example.org --port 22 --sequence 1234 --window 3000';

const NO_AGENT = 'do not ask the Open Sesamy window for it';

function program(finish: (code: number) => void): Command {
  const sesamy = new Command('sesamy')
    .description('Knocks on hidden servers, and starts SSH on the door that opened.')
    .version(__APP_VERSION__)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', example(`sesamy add home ${INLINE}`, 'sesamy knock home'))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 usage or bad input, 3 not opened, 4 not permitted, 5 name or route, 130 cancelled, 1 anything else.\nA secret on the command line can be seen by other users of this computer while it runs. A passphrase is never taken from the command line or the environment.',
    );

  withPassphrase(
    withOutput(
      withTarget(
        sesamy.command('knock').description('knock, and see whether the door opened where looking does no harm'),
      )
        .argument('[target]', 'a saved profile, by name or id')
        .option('--no-check', 'port-sequence: only knock, make no connection')
        .option('--no-agent', NO_AGENT),
    ),
  )
    .addHelpText('after', example('sesamy knock home', `sesamy knock ${INLINE}`, `sesamy knock ${INLINE} --dry-run`))
    .action(async (target: string | undefined, options: TargetOptions) => {
      const { knockVerb } = await import('./knock-verb');
      finish(await knockVerb(target, options));
    });

  withPassphrase(
    withOutput(
      withTarget(sesamy.command('proxy').description('knock, connect, and carry bytes: for SSH’s ProxyCommand')),
    ),
  )
    .option('--no-agent', NO_AGENT)
    .argument(
      '[arguments...]',
      '[target] [host port]: a saved profile, unless --mode is given; host and port override its own',
    )
    .option('--fdpass', 'tcp-stealth: hand ssh the connection itself and end (with ProxyUseFdpass=yes)')
    .option('--session <socket>', 'run what the Open Sesamy window hands out at this socket (the window uses this)')
    .addHelpText(
      'after',
      example(
        `ssh -o ProxyCommand='sesamy proxy --mode count-window --sequence 1234 --window 3000 -- %h %p' home.example.org`,
        `In ~/.ssh/config:`,
        `  Host home`,
        `    HostName home.example.org`,
        `    ProxyCommand sesamy proxy home %h %p`,
      ),
    )
    .action(async (words: readonly string[], options: TargetOptions) => {
      const { proxyVerb } = await import('./proxy-verb');
      finish(await proxyVerb(words, options));
    });

  withTarget(sesamy.command('practice').description('open a door on this computer to practise on'))
    .addHelpText(
      'after',
      example('sesamy practice', 'sesamy practice --mode port-sequence --steps 17000,18000:udp,19000'),
    )
    .action(async (options: TargetOptions) => {
      const { practiceVerb } = await import('./practice-verb');
      finish(await practiceVerb(options));
    });

  withPassphrase(
    withTarget(sesamy.command('recipe').description('print what the server needs to be opened by a knock')),
  )
    .argument('[target]', 'a saved profile, by name or id')
    .option('--output <file>', 'write it to this file, which only you can read')
    .option('--force', 'replace the file')
    .addHelpText(
      'after',
      `\nThe text goes to standard output, what to know about it to standard error. --family also goes with a saved profile. Whoever can read the recipe can open the port.\n${example('sesamy recipe lab --output lab.nft', 'sesamy recipe --mode tcp-stealth --host 192.0.2.1 --secret SECRET --family 4')}`,
    )
    .action(async (target: string | undefined, options: RecipeOptions) => {
      const { recipeVerb } = await import('./recipe-verb');
      finish(await recipeVerb(target, options));
    });

  sesamy
    .command('interfaces')
    .description('list the network interfaces of this computer')
    .option('--json', 'print them as JSON, one object a line')
    .addHelpText('after', example('sesamy interfaces'))
    .action(async (options: { readonly json?: boolean }) => {
      const { interfacesVerb } = await import('./interfaces-verb');
      finish(await interfacesVerb(options.json === true));
    });

  sesamy
    .command('doctor')
    .description(
      'say which transports work here, what the others lack, and what mends it; or whether a path suits TCP Stealth',
    )
    .argument('[host]', 'with --isn: the server, where --isn-listen runs')
    .argument('[port]', 'with --isn: the port that it listens on')
    .option('--isn', 'say whether sequence numbers survive the path to a server')
    .option('--isn-listen <port>', 'the server’s side of that: print how SYNs arrive')
    .option('--json', 'print JSON, one object a line')
    .addHelpText(
      'after',
      example('sesamy doctor', 'sesamy doctor --isn-listen 2222', 'sesamy doctor --isn home.example.org 2222'),
    )
    .action(async (host: string | undefined, port: string | undefined, options: DoctorOptions) => {
      const { doctorVerb } = await import('./doctor-verb');
      finish(await doctorVerb(host, port, options));
    });

  keptProfiles(sesamy, finish);

  withOutput(sesamy.command('portknocker').description('knock by UDP, with the arguments of PortKnocker'))
    .argument('[arguments...]', 'server port sequence window, or a settings file, or nothing for ./knocksettings.txt')
    .addHelpText(
      'after',
      example(
        'sesamy portknocker 192.0.2.1 22 1234 3000',
        'sesamy portknocker knocksettings.txt',
        'sesamy portknocker',
      ),
    )
    .action(async (words: readonly string[], options: TargetOptions) => {
      const { portknockerVerb } = await import('./portknocker-verb');
      finish(await portknockerVerb(words, options));
    });
  return sesamy;
}

/** The verbs of the encrypted profiles. */
function keptProfiles(sesamy: Command, finish: (code: number) => void): void {
  withPassphrase(sesamy.command('list').description('list the saved profiles'))
    .argument('[filter]', 'only those whose name, host or tag contains this')
    .option('--json', 'print them as JSON, one object a line, without their secrets')
    .addHelpText('after', example('sesamy list', 'sesamy list example.org --json'))
    .action(async (filter: string | undefined, options: PassphraseOptions & { readonly json?: boolean }) => {
      const { listVerb } = await import('./list-verb');
      finish(await listVerb(filter, options));
    });

  withPassphrase(sesamy.command('show').description('show a saved profile'))
    .argument('<name>', 'its name or id')
    .option('--json', 'print it as JSON')
    .option('--reveal', 'show the knock too, which is secret')
    .addHelpText('after', example('sesamy show home', 'sesamy show home --reveal'))
    .action(
      async (name: string, options: PassphraseOptions & { readonly json?: boolean; readonly reveal?: boolean }) => {
        const { showVerb } = await import('./show-verb');
        finish(await showVerb(name, options));
      },
    );

  withPassphrase(withKept(withTarget(sesamy.command('add').description('save a profile; the first makes the store'))))
    .argument('<name>', 'what to call it')
    .addHelpText('after', example(`sesamy add home ${INLINE} --user alice`))
    .action(async (name: string, options: ProfileOptions & PassphraseOptions) => {
      const { addVerb } = await import('./change-verbs');
      finish(await addVerb(name, options));
    });

  withPassphrase(
    withKept(withTarget(sesamy.command('edit').description('change what is given, and leave the rest')))
      .argument('<name>', 'its name or id')
      .option('--name <name>', 'another name'),
  )
    .addHelpText(
      'after',
      `\nAn empty value goes back to the default: --user '', --interface '', --tag ''. --tag and --ssh-option replace the whole list.\n${example('sesamy edit home --host door.example.org', 'sesamy edit home --sequence 4321', "sesamy edit home --name cottage --tag ''")}`,
    )
    .action(async (name: string, options: ProfileOptions & PassphraseOptions) => {
      const { editVerb } = await import('./change-verbs');
      finish(await editVerb(name, options));
    });

  withPassphrase(sesamy.command('remove').description('remove a saved profile'))
    .argument('<name>', 'its name or id')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('sesamy remove home'))
    .action(async (name: string, options: PassphraseOptions & { readonly yes?: boolean }) => {
      const { removeVerb } = await import('./change-verbs');
      finish(await removeVerb(name, options));
    });

  withPassphrase(sesamy.command('import').description('save the profiles of settings files and bundles'))
    .argument('<files...>', 'settings files of Open Sesamy or PortKnocker (knocksettings.txt), and bundles')
    .option('--dry-run', 'say what the files hold, and keep nothing')
    .option('--reveal', 'show the knocks too, which are secret')
    .option('--yes', 'import without asking')
    .addHelpText(
      'after',
      example('sesamy import knocksettings.txt --dry-run', 'sesamy import knocksettings.txt from-laptop.sesamy'),
    )
    .action(async (files: readonly string[], options: ImportOptions) => {
      const { importVerb } = await import('./import-verb');
      finish(await importVerb(files, options));
    });

  withPassphrase(sesamy.command('export').description('write profiles for another computer'))
    .argument('[names...]', 'names or ids of the profiles')
    .option('--all', 'all profiles')
    .option('--bundle <file>', 'an encrypted bundle with a passphrase of its own; - is standard output')
    .option('--settings <file>', 'a knocksettings.txt, which is not encrypted; - is standard output')
    .option('--force', 'replace the file')
    .option('--yes', 'write a settings file without asking')
    .addHelpText(
      'after',
      example('sesamy export home work --bundle for-laptop.sesamy', 'sesamy export home --settings knocksettings.txt'),
    )
    .action(async (names: readonly string[], options: ExportOptions) => {
      const { exportVerb } = await import('./export-verb');
      finish(await exportVerb(names, options));
    });

  withPassphrase(sesamy.command('passphrase').description('change the passphrase, or list, add and remove key slots'))
    .option('--list', 'list the key slots; needs no passphrase')
    .option('--add', 'add another passphrase')
    .option('--remove <slot>', 'remove a key slot, by its id or how its id begins')
    .option('--slot <slot>', 'which passphrase to change, where there are several')
    .addHelpText('after', example('sesamy passphrase', 'sesamy passphrase --list', 'sesamy passphrase --add'))
    .action(async (options: PassphraseVerbOptions) => {
      const { passphraseVerb } = await import('./passphrase-verb');
      finish(await passphraseVerb(options));
    });

  sesamy
    .command('restore')
    .description('put the backup in the place of a damaged store')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('sesamy restore'))
    .action(async (options: { readonly yes?: boolean }) => {
      const { restoreVerb } = await import('./restore-verb');
      finish(await restoreVerb(options));
    });
}

async function main(): Promise<void> {
  // A reader that goes away (`| head`) ends the program quietly, as it ends any other.
  process.stdout.on('error', () => process.exit(0));
  try {
    await program((code) => {
      process.exitCode = code;
    }).parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : USAGE;
      return;
    }
    const { toErrorInfo, exitCodeOf } = await import('../domain/errors');
    const { printError } = await import('./print');
    const info = toErrorInfo(error);
    printError(info);
    process.exitCode = exitCodeOf(info.code);
  }
}

void main();
