/** Bad input to the mode, and how it is typed on a command line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../fields';
import type { InlineValues } from '../inline';
import { modeSchema } from '../registry';
import { knockdOtp } from './index';
import type { KnockdOtp } from './schema';
import { parseSequenceList } from './sequence-list';

const SEEDED = knockdOtp.example;
const LISTED = {
  kind: 'knockd-otp',
  ports: { from: 'list', sequences: [[{ port: 7000, protocol: 'tcp' }]] },
  delayMs: 100,
};

/** The messages by field. */
function problems(mode: unknown): Readonly<Record<string, string>> {
  const checked = check(modeSchema, mode);
  return checked.ok ? {} : Object.fromEntries(checked.problems.map(({ field, message }) => [field, message]));
}

const seeded = (ports: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>> = {}) =>
  problems({ ...SEEDED, ...others, ports: { ...SEEDED.ports, ...ports } });

describe('a seed', () => {
  it.each([
    ['', 'it is empty'],
    ['a,b', 'it has a comma'],
    [' a', 'blanks at an end'],
    ['a\t', 'blanks at an end'],
    ['a\nb', 'no file’s line'],
    ['x'.repeat(32), 'this takes 32 bytes'],
    ['é'.repeat(16), 'this takes 32 bytes'],
    ['half \ud83d', 'no file’s line'],
    [undefined, 'it is missing'],
  ])('that cannot be on the server is refused: %j', (seed, why) => {
    expect(seeded({ seed })['ports.seed']).toContain(why);
  });

  it('of 31 bytes is taken, in any script', () => {
    for (const seed of ['x'.repeat(31), `${'é'.repeat(15)}x`, 'two words', '#=;"\'$(id)', '鍵'])
      expect(seeded({ seed })).toEqual({});
  });

  it('is never shown by a message', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 33, maxLength: 60, unit: fc.constantFrom(...Array.from('QWXYZ,')) }),
        (seed) => {
          expect(seeded({ seed })['ports.seed']).not.toMatch(/[QWXYZ]/);
        },
      ),
    );
  });
});

describe('numbers', () => {
  it('a base port leaves room for 255 ports above it', () => {
    expect(seeded({ basePort: 65_280 })).toEqual({});
    expect(seeded({ basePort: 65_281 })['ports.basePort']).toBe(
      'Base port must be 65280 at most, for the ports reach up to 255 above it and there is none over 65535; this is 65281.',
    );
    expect(seeded({ basePort: 0 })['ports.basePort']).toContain('from 1 to 65535');
  });

  it('a period is as long as the knocks take, with room for clocks that differ', () => {
    expect(seeded({ periodSeconds: 86_401 })['ports.periodSeconds']).toContain('from 1 to 86400');
    // Six knocks take half a second.
    expect(seeded({ periodSeconds: 2 })).toEqual({});
    expect(seeded({ periodSeconds: 1 })['ports.periodSeconds']).toBe(
      'Period must be 2 seconds at least, for the knocks take 500 ms and the clocks differ; this is 1.',
    );
    expect(seeded({ periodSeconds: 60 }, { delayMs: 12_000 })['ports.periodSeconds']).toContain('62 seconds at least');
  });

  it('there are 1 to 32 protocols', () => {
    expect(seeded({ protocols: [] })['ports.protocols']).toContain('1 to 32');
    expect(seeded({ protocols: Array(33).fill('tcp') })['ports.protocols']).toContain('1 to 32');
    expect(seeded({ protocols: ['tcp', 'icmp'] })['ports.protocols.1']).toContain('tcp, udp');
  });
});

describe('a list', () => {
  const listed = (sequences: unknown) => problems({ ...LISTED, ports: { from: 'list', sequences } });
  const step = { port: 7000, protocol: 'tcp' };

  it('that is empty, or all used up, is refused', () => {
    expect(listed([])['ports.sequences']).toContain('there is none');
    expect(listed(undefined)['ports.sequences']).toContain('missing');
    expect(listed(Array(1001).fill([step]))['ports.sequences']).toContain('these are 1001');
  });

  it('with sequences of different lengths names the first that differs', () => {
    expect(listed([[step], [step], [step, step]])).toEqual({
      'ports.sequences.2': 'Sequence 3 has 2 knocks, where the first has 1: all must have as many.',
    });
  });

  it('that could not be read says where', () => {
    expect(listed(' 7000,8000\n 7000,70000')['ports.sequences']).toBe(
      'Sequences, line 2, column 7: a knock must be a port from 1 to 65535, perhaps with :tcp or :udp; this is "70000".',
    );
    expect(listed(' 7000,8000\n 7000')['ports.sequences']).toBe(
      'Sequences, line 2, column 1: all sequences must have as many knocks as the first; these are 1 and 2.',
    );
  });

  it('is told from a seed', () => {
    expect(problems({ ...LISTED, ports: { from: 'both' } })).toEqual({
      'ports.from': 'Ports must come from one of seed, list; these come from "both".',
    });
    expect(problems({ ...LISTED, ports: 7 })).toEqual({
      ports: 'Ports must come from one of seed, list; these come from 7.',
    });
  });
});

describe('on the command line', () => {
  const read = (values: InlineValues): unknown => ({ kind: 'knockd-otp', ...knockdOtp.inline.read(values) });
  const TYPED = {
    'ports.seed': 's',
    'ports.periodSeconds': '45',
    'ports.basePort': '20000',
    'ports.protocols': 'tcp, UDP',
  };

  it('a seed needs its numbers and protocols, and has defaults for the rest', () => {
    expect(modeSchema.parse(read(TYPED))).toEqual({
      kind: 'knockd-otp',
      delayMs: 100,
      ports: {
        from: 'seed',
        seed: 's',
        periodSeconds: 45,
        basePort: 20_000,
        protocols: ['tcp', 'udp'],
        ipProtection: false,
        source: { by: 'route' },
      },
    });
    expect(Object.keys(problems(read({})))).toEqual([
      'ports.seed',
      'ports.periodSeconds',
      'ports.basePort',
      'ports.protocols',
    ]);
    expect(problems(read({ ...TYPED, 'ports.ipProtection': 'yes' }))).toEqual({
      'ports.ipProtection': 'IP protection must be true or false; this is "yes".',
    });
  });

  it('a list is lines or semicolons, without what is used up', () => {
    const sequences = [[{ port: 7001, protocol: 'tcp' }], [{ port: 7002, protocol: 'udp' }]];
    for (const typed of ['#7000\n 7001\n 7002:udp\n', '7001;7002:udp'])
      expect(modeSchema.parse(read({ 'ports.sequences': typed }))).toMatchObject({
        ports: { from: 'list', sequences },
      });
    expect(problems(read({ 'ports.sequences': '7001;x' }))['ports.sequences']).toContain('line 2, column 1');
    expect(problems(read({ 'ports.sequences': '#7001' }))['ports.sequences']).toContain('there is none');
    expect(problems(read({ ...TYPED, 'ports.sequences': '7001' }))['ports.from']).toContain('seed and list');
  });

  it('reads the list that it writes', () => {
    const list = parseSequenceList('7000,8000:udp\n7001,8001:udp');
    const mode = {
      ...LISTED,
      ports: { from: 'list', sequences: list.ok ? list.sequences : [] },
    } as unknown as KnockdOtp;
    const [option, typed, ...rest] = knockdOtp.inline.write(mode);
    expect([option, ...rest]).toEqual(['--sequences', '--delay', '100']);
    expect(modeSchema.parse(read({ 'ports.sequences': typed }))).toEqual(mode);
  });

  it('says which of its options are secrets', () => {
    expect(knockdOtp.inline.options.filter(({ secret }) => secret).map(({ field }) => field)).toEqual([
      'ports.seed',
      'ports.sequences',
    ]);
  });
});
