import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SesamyError, toErrorInfo } from '../domain/errors';
import { say } from '../text/say';
import { checkIsn, isnVerdict, parseArrived } from './isn-check';
import type { ConnectReport, AdoptedConnection } from './transports/helper/connect';

const ISN = 0x89abcdef;
const TSVAL = 0x11223344;

describe('the listener’s line', () => {
  it('says what arrived', () => {
    expect(parseArrived('open-sesamy isn 0x89abcdef tsval 0x11223344')).toEqual({ isn: ISN, tsval: TSVAL });
    expect(parseArrived('open-sesamy isn 0x00000000 tsval none')).toEqual({ isn: 0, tsval: null });
  });

  it.each([
    '',
    'SSH-2.0-OpenSSH_9.6',
    'open-sesamy isn 0x89abcdef',
    'open-sesamy isn 0x89ABCDEF tsval none',
    'open-sesamy isn 0x9abcdef tsval none',
    'open-sesamy isn 0x89abcdef tsval none ',
    ' open-sesamy isn 0x89abcdef tsval none',
  ])('is nothing else: %j', (line) => {
    expect(parseArrived(line)).toBeNull();
  });

  it('is the same back again for every number', () => {
    const word = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (isn, tsval) => {
        expect(parseArrived(`open-sesamy isn ${word(isn)} tsval ${word(tsval)}`)).toEqual({ isn, tsval });
      }),
    );
  });
});

it.each([
  [
    { isn: ISN, tsval: TSVAL },
    { sequence: 'survives', timestamp: 'survives' },
  ],
  [
    { isn: ISN, tsval: TSVAL + 2 },
    { sequence: 'survives', timestamp: 'rewritten' },
  ],
  [
    { isn: ISN, tsval: null },
    { sequence: 'survives', timestamp: 'removed' },
  ],
  [
    { isn: ISN - 1, tsval: TSVAL },
    { sequence: 'rewritten', timestamp: 'survives' },
  ],
] as const)('the verdict on %j is %j', (arrived, verdict) => {
  expect(isnVerdict({ isn: ISN, tsval: TSVAL }, arrived)).toEqual(verdict);
});

/** A connection over which something says this as soon as it stands, and which ends only by an abort. */
function saying(words: (connection: AdoptedConnection) => string, ends: boolean): Parameters<typeof checkIsn>[3] {
  return {
    async *connect(connection, signal): AsyncGenerator<ConnectReport, void> {
      const output = connection.use?.output;
      if (output === undefined || typeof output === 'number') throw new Error('the answer has to come to a stream');
      yield { type: 'syn', sentAtMs: 0 };
      yield { type: 'open', atMs: 1, sourcePort: 40_000 };
      output.write(words(connection));
      if (ends) output.end();
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
        if (signal.aborted) resolve(null);
      });
      throw new SesamyError('cancelled', 'The knock was cancelled.');
    },
  };
}

describe('a check', () => {
  const never = new AbortController().signal;

  it('ends as soon as the line is here, though the connection stands', async () => {
    const echo = ({ syn }: AdoptedConnection): string =>
      `open-sesamy isn 0x${syn.sequence.toString(16).padStart(8, '0')} tsval none\n`;
    const result = await checkIsn('127.0.0.1', 5000, never, saying(echo, false));
    expect(result).toMatchObject({ address: '127.0.0.1', family: 4, sequence: 'survives', timestamp: 'removed' });
    expect(result.sent.tsval % 2).toBe(0);
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.6\r\n', false, 'It says “SSH-2.0-OpenSSH_9.6”.'],
    ['x'.repeat(1000), false, `It says “${'x'.repeat(60)}”.`],
    ['', true, 'It says nothing.'],
    ['open-sesamy isn 0x89ab', true, 'It says “open-sesamy isn 0x89ab”.'],
  ])('of a port where %j is said finds no listener', async (words, ends, said) => {
    const checking = checkIsn(
      '127.0.0.1',
      5000,
      never,
      saying(() => words, ends),
    );
    const failure: unknown = await checking.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'no-listener' });
    expect(say(toErrorInfo(failure).cause)).toBe(`Something else answers at 127.0.0.1 port 5000. ${said}`);
  });

  it('that is cancelled says so, and not that there is no listener', async () => {
    const controller = new AbortController();
    const stopping = saying(() => {
      controller.abort();
      return '';
    }, false);
    await expect(checkIsn('127.0.0.1', 5000, controller.signal, stopping)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
