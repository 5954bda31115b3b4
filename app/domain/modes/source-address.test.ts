import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSource, sourceAddress, sourceBytes, sourceFact, sourceOptions, writeSource } from './source-address';
import type { SourceAddress } from './source-address';

const schema = sourceAddress(4);

/** As typed: `--source` and `--source-command`. */
const typed = (source: string | undefined, command?: string): unknown =>
  readSource({ source, 'source.command': command }, 'source');

const message = (value: unknown): string | undefined => schema.safeParse(value).error?.issues[0]?.message;

describe('what is typed', () => {
  it.each<readonly [string | undefined, string | undefined, SourceAddress]>([
    [undefined, undefined, { by: 'route' }],
    ['route', undefined, { by: 'route' }],
    ['203.0.113.7', undefined, { by: 'given', address: '203.0.113.7' }],
    ['https://ip.example/v4?text', undefined, { by: 'url', url: 'https://ip.example/v4?text' }],
    ['HTTPS://[2001:db8::1]:8443', undefined, { by: 'url', url: 'HTTPS://[2001:db8::1]:8443' }],
    [
      undefined,
      ' /usr/bin/curl  -4 https://ip.example ',
      { by: 'command', command: ['/usr/bin/curl', '-4', 'https://ip.example'] },
    ],
    [undefined, 'my-ip', { by: 'command', command: ['my-ip'] }],
    [undefined, 'C:\\Tools\\ip.exe', { by: 'command', command: ['C:\\Tools\\ip.exe'] }],
  ])('--source %s, --source-command %s', (source, command, choice) => {
    expect(schema.parse(typed(source, command))).toEqual(choice);
  });

  it('is read as it is written', () => {
    const word = fc.string({
      unit: fc.constantFrom(...Array.from('az09-/\\$&;|<>*?=:é')),
      minLength: 1,
      maxLength: 20,
    });
    const choices: fc.Arbitrary<SourceAddress> = fc.oneof(
      fc.constant({ by: 'route' as const }),
      fc.ipV4().map((address) => ({ by: 'given' as const, address })),
      fc
        .string({ unit: fc.constantFrom(...Array.from('az09-._~/?&=%@:')) })
        .map((path) => ({ by: 'url' as const, url: `https://ip.example/${path}` })),
      fc.array(word, { maxLength: 19 }).map((words) => ({ by: 'command' as const, command: ['ip', ...words] })),
    );
    fc.assert(
      fc.property(choices, (choice) => {
        expect(schema.parse(choice)).toEqual(choice);
        const [option, value] = writeSource(choice);
        const found = sourceOptions('source').find(({ flags }) => flags.startsWith(`${option ?? ''} `));
        expect(readSource({ [found?.field ?? '']: value }, 'source')).toEqual(choice);
      }),
    );
  });
});

describe('is refused', () => {
  it.each([
    ['an address that is none', typed('203.0.113'), 'an IPv4 address such as'],
    ['the other family', typed('2001:db8::1'), 'an IPv4 address such as'],
    ['a name', typed('home.example.org'), 'an IPv4 address such as'],
    ['http', typed('http://ip.example'), 'must begin with https://'],
    ['credentials', typed('https://me:secret@ip.example'), 'no user, password'],
    ['a fragment', typed('https://ip.example/#x'), 'fragment'],
    ['no host', typed('https://'), 'must begin with https://'],
    ['a quote', typed(undefined, "sh -c 'ip addr'"), 'without blanks and quotes'],
    ['a blank inside a word', { by: 'command', command: ['my ip'] }, 'without blanks and quotes'],
    ['a control character', { by: 'command', command: ['ip', '\u001b[2J'] }, 'printable'],
    ['an empty command', typed(undefined, ' '), '1 to 20'],
    ['too many words', typed(undefined, 'x '.repeat(21)), '1 to 20'],
    ['a long word', typed(undefined, `ip ${'x'.repeat(401)}`), 'at most 400'],
    ['a path from here', typed(undefined, './ip'), 'whole path'],
    ['an option for a program', typed(undefined, '-rf'), 'whole path'],
    ['both', typed('route', 'ip'), 'only one of them'],
    ['something else', { by: 'guess' }, 'Source must be one of'],
  ])('%s', (_name, value, why) => {
    expect(message(value)).toContain(why);
  });

  const anyText = fc.string({
    unit: fc.constantFrom(...Array.from('htps:/.@#a0 "\t\u0000\u202e\ud83d')),
    maxLength: 40,
  });
  it('whatever else is typed, with a word about the source', () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), (source, command) => {
        const problem = message(typed(source, command));
        if (problem !== undefined) expect(problem).toMatch(/^Source |of the source command/);
      }),
    );
  });
});

it('for the other family, or both, takes its addresses', () => {
  const taken = (family: 4 | 6 | null) =>
    ['203.0.113.7', '2001:db8::1'].map((address) => sourceAddress(family).safeParse({ by: 'given', address }).success);
  expect([taken(4), taken(6), taken(null)]).toEqual([
    [true, false],
    [false, true],
    [true, true],
  ]);
});

it('is a fact to wait for, unless it is given', () => {
  const command: SourceAddress = { by: 'command', command: ['ip'] };
  expect(sourceFact(command)).toEqual({ kind: 'source', lookup: command });
  expect(sourceFact({ by: 'given', address: '203.0.113.7' })).toBeNull();
  const known = Uint8Array.of(10, 0, 0, 1);
  expect(sourceBytes(command, known)).toEqual(known);
  expect(sourceBytes(command, undefined)).toBeNull();
  expect(sourceBytes({ by: 'given', address: '203.0.113.7' }, known)).toEqual(Uint8Array.of(203, 0, 113, 7));
});
