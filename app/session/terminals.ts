import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SesamyError } from '../domain/errors';

/**
 * Terminals of Linux desktops, first choice first, and what stands between the terminal's name and the program's
 * argument array. Each takes the array as it is and runs it without a shell.
 */
const LINUX_TERMINALS: readonly { readonly name: string; readonly before: readonly string[] }[] = [
  { name: 'xdg-terminal-exec', before: [] },
  { name: 'x-terminal-emulator', before: ['-e'] },
  { name: 'gnome-terminal', before: ['--'] },
  { name: 'konsole', before: ['-e'] },
  { name: 'xterm', before: ['-e'] },
];

/** The path of a program, found as execvp would find it, or null. */
export function findProgram(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return null;
}

/** Names of the terminals that this computer has, in the order of preference. */
export function availableTerminals(searchPath: string): readonly string[] {
  return LINUX_TERMINALS.filter((terminal) => findProgram(terminal.name, searchPath) !== null).map(
    (terminal) => terminal.name,
  );
}

/** A program with its argument array, ready to be spawned. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * A program in a terminal window.
 * @param chosen a name from {@link availableTerminals}, or null for the first of them
 * @throws SesamyError `terminal-not-found`
 */
export function inTerminal(
  chosen: string | null,
  program: Command,
  searchPath: string,
): Command & { readonly name: string } {
  const name = chosen ?? availableTerminals(searchPath)[0];
  const terminal = LINUX_TERMINALS.find((entry) => entry.name === name);
  const file = terminal === undefined ? null : findProgram(terminal.name, searchPath);
  if (terminal === undefined || file === null)
    throw new SesamyError(
      'terminal-not-found',
      chosen === null
        ? `None of ${LINUX_TERMINALS.map((entry) => entry.name).join(', ')} is installed.`
        : `The chosen terminal, ${chosen}, is not installed.`,
      { action: { kind: 'open-settings', label: 'Open Settings' } },
    );
  return { name: terminal.name, file, args: [...terminal.before, program.file, ...program.args] };
}
