import { SesamyError } from '../domain/errors';

/**
 * An argument array as a line for a person to paste into a shell. Every word is quoted in a way that sh, bash, dash, zsh, ksh and fish
 * read alike.
 * @throws SesamyError `internal` for a word that these shells would not read alike
 */
export function shellLine(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

/**
 * ssh's ProxyCommand is a shell's command line by definition: the one place where an argument array has to become text that a program
 * reads (decision 4). `%` is doubled, because ssh expands %-tokens first. Errors as {@link shellLine}.
 */
export function proxyCommandLine(argv: readonly string[]): string {
  return shellLine(argv.map((word) => word.replaceAll('%', '%%')));
}

function quoteWord(word: string): string {
  // Line breaks would end ssh's option, and a terminal may act on the others.
  if (/\p{Cc}/u.test(word))
    throw new SesamyError('internal', `This word cannot be given to a shell: ${JSON.stringify(word)}.`);
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  // A backslash inside single quotes means itself in sh and an escape in fish; inside double quotes both take two for one.
  const inside = word.replaceAll(/['\\]/g, (character) => (character === "'" ? `'"'"'` : `'"\\\\"'`));
  return `'${inside}'`;
}
