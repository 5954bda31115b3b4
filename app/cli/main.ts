/** `sesamy`: the engine on the command line. Each verb's own code is loaded only when it is used. */
import { Command, CommanderError } from 'commander';
import { MODES } from '../domain/modes/registry';
import type { TargetOptions } from './target';

/** Exit code of a usage error, by the convention of getopt programs and of issue A. */
const USAGE = 2;

const example = (...lines: readonly string[]): string =>
  `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;

/** Options that describe a target inline. Values are checked by the profile's schema, not here. */
function withTarget(command: Command): Command {
  command
    .option('--mode <mode>', `how the server wants to be knocked on: ${MODES.map((mode) => mode.kind).join(' or ')}`)
    .option('--host <host>', 'name or address of the server')
    .option('--port <port>', 'service port, the one that opens (default: 22)')
    .option('--family <family>', 'address family: auto, 4 or 6 (default: auto)')
    .option('--interface <name>', 'knock from the address of this interface');
  for (const mode of MODES)
    for (const option of mode.inline.options) command.option(option.flags, `${mode.kind}: ${option.description}`);
  return command;
}

function withOutput(command: Command): Command {
  return command
    .option('--dry-run', 'print what would be sent, and send nothing')
    .option('--json', 'print events as JSON, one object a line')
    .option('-q, --quiet', 'no progress on standard error');
}

const INLINE = '--mode count-window --host home.example.org --port 22 --sequence 1234 --window 3000';

function program(finish: (code: number) => void): Command {
  const sesamy = new Command('sesamy')
    .description('Knocks on hidden servers, and starts SSH on the door that opened.')
    .version(__APP_VERSION__)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', example(`sesamy knock ${INLINE}`))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 usage or bad input, 3 not opened, 4 not permitted, 5 name or route, 130 cancelled, 1 anything else.\nA secret on the command line can be seen by other users of this computer while it runs.',
    );

  withOutput(
    withTarget(sesamy.command('knock').description('knock, and see whether the door opened where looking does no harm'))
      .argument('[target]', 'a saved profile')
      .option('--no-check', 'port-sequence: only knock, make no connection'),
  )
    .addHelpText('after', example(`sesamy knock ${INLINE}`, `sesamy knock ${INLINE} --dry-run`))
    .action(async (target: string | undefined, options: TargetOptions) => {
      const { knockVerb } = await import('./knock-verb');
      finish(await knockVerb(target, options));
    });

  withOutput(withTarget(sesamy.command('proxy').description('knock, connect, and carry bytes: for SSH’s ProxyCommand')))
    .argument(
      '[arguments...]',
      '[target] [host port]: a saved profile, unless --mode is given; host and port override its own',
    )
    .option('--session <socket>', 'run what the Open Sesamy window hands out at this socket (the window uses this)')
    .addHelpText(
      'after',
      example(
        `ssh -o ProxyCommand='sesamy proxy --mode count-window --sequence 1234 --window 3000 -- %h %p' home.example.org`,
        `In ~/.ssh/config:`,
        `  Host home`,
        `    HostName home.example.org`,
        `    ProxyCommand sesamy proxy --mode count-window --sequence 1234 --window 3000 -- %h %p`,
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

  sesamy
    .command('interfaces')
    .description('list the network interfaces of this computer')
    .option('--json', 'print them as JSON, one object a line')
    .addHelpText('after', example('sesamy interfaces'))
    .action(async (options: { readonly json?: boolean }) => {
      const { interfacesVerb } = await import('./interfaces-verb');
      finish(interfacesVerb(options.json === true));
    });

  sesamy
    .command('import')
    .description('read a knocksettings.txt')
    .argument('<file>', 'the settings file of Open Sesamy or PortKnocker')
    .option('--dry-run', 'say what the file holds, and keep nothing')
    .option('--reveal', 'show the sequence')
    .addHelpText('after', example('sesamy import knocksettings.txt --dry-run'))
    .action(async (file: string, options: { readonly dryRun?: boolean; readonly reveal?: boolean }) => {
      const { importVerb } = await import('./import-verb');
      finish(await importVerb(file, options));
    });

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
