/** `sesamy`: the engine on the command line. */
import { CommanderError } from 'commander';
import { MODES } from '../domain/modes/registry';
import { secretsApplying } from './options';
import { programOf } from './program';
import { VERBS } from './verbs';
import type { Verb } from './verbs';

/** Exit code of a usage error, by the convention of getopt programs. */
const USAGE = 2;

async function run(verb: Verb, words: readonly string[], given: object): Promise<void> {
  const secrets = secretsApplying(given, verb.target, MODES);
  const options =
    secrets.length === 0
      ? given
      : await (await import('./secret-files')).withSecrets(given, secrets, verb.standardInput ?? 'free');
  process.exitCode = await verb.run(words, options);
}

async function main(): Promise<void> {
  // A reader that goes away (`| head`) ends the program quietly, as it ends any other.
  process.stdout.on('error', () => process.exit(0));
  const words = process.argv.slice(2);
  try {
    await programOf(words, { verbs: VERBS, modes: MODES, version: __APP_VERSION__, run }).parseAsync(words, {
      from: 'user',
    });
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
