import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SesamyError } from '../domain/errors';
import { proxyCommandLine, shellLine } from './shell-quote';

/** What a shell makes of the line after ssh has expanded %%: one word a line, NUL between them. */
function wordsOf(line: string): string[] {
  const script = line.replaceAll('%%', '%');
  const output = execFileSync('/bin/sh', ['-c', `for word in ${script}; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  });
  return output.split('\0').slice(0, -1);
}

describe('shellLine', () => {
  it('leaves a percent sign alone, and quotes what a shell would take apart', () => {
    expect(shellLine(['printf', '100%', 'a b', "it's"])).toBe(`printf 100% 'a b' 'it'"'"'s'`);
  });
});

describe('proxyCommandLine', () => {
  it('leaves plain words as they are', () => {
    expect(proxyCommandLine(['env', 'A=1', '/usr/bin/node', '--x'])).toBe('env A=1 /usr/bin/node --x');
  });

  it('doubles the percent sign for ssh', () => {
    expect(proxyCommandLine(['/opt/100%/sesamy'])).toBe('/opt/100%%/sesamy');
  });

  it('reads back as the same words in a real shell, whatever they hold', () => {
    const words = fc.array(
      fc.string({ minLength: 1, unit: 'binary' }).filter((word) => !/[\p{Cc}\p{Cs}]/u.test(word)),
      { minLength: 1, maxLength: 4 },
    );
    const awkward = fc.constantFrom(
      'a b',
      "it's",
      '$(id)',
      '`id`',
      '"q"',
      '*',
      '~',
      '&& id',
      '; id',
      '#x',
      '!x',
      '{a,b}',
      '<x',
      '%h',
      "''",
      'a\\b',
      '\\\\',
      "\\'",
    );
    fc.assert(
      fc.property(fc.oneof(words, fc.array(awkward, { minLength: 1, maxLength: 4 })), (argv) => {
        expect(wordsOf(proxyCommandLine(argv))).toEqual(argv);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['a\nb', 'a\0b', 'a\u001bb'])('refuses %j, which shells read in different ways', (word) => {
    expect(() => proxyCommandLine([word])).toThrow(SesamyError);
  });
});
