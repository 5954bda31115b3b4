import { SesamyError } from '../domain/errors';

/**
 * ssh's ProxyCommand is a shell's command line by definition: the one place where an argument array has to become text
 * (docs/decisions). Every word is quoted in a way that sh, bash, dash, zsh, ksh and fish read alike, and `%` is doubled
 * because ssh expands %-tokens first.
 * @throws SesamyError `internal` for a word that these shells would not read alike
 */
export function proxyCommandLine(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  // A backslash inside single quotes means itself in sh and an escape in fish; line breaks would end ssh's option.
  if (/[\\\p{Cc}]/u.test(word))
    throw new SesamyError('internal', `This path cannot be given to ssh: ${JSON.stringify(word)}.`);
  const escaped = word.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(escaped)) return escaped;
  return `'${escaped.replaceAll("'", `'"'"'`)}'`;
}
