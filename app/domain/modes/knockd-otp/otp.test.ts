/** The arithmetic against vectors: two lists, one made with the fork itself. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../packet/address';
import type { KnockProtocol } from '../../plan/knock-plan';
import { otpKnocks, periodAt } from './otp';
import type { OtpSeed } from './otp';

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));

interface Vector extends OtpSeed {
  readonly sourceAddress?: string;
  readonly unixTime: number;
  readonly steps: readonly { readonly port: number; readonly protocol: KnockProtocol }[];
}

interface ForkVector {
  readonly name: string;
  /** As knockd.conf has it. */
  readonly line: string;
  readonly time: number;
  readonly sourceIp: string;
  readonly counter: string;
  readonly steps: readonly string[];
}

const bytes = (address: string | undefined): Uint8Array => parseAddress(address ?? '192.0.2.1') ?? new Uint8Array();

const VECTORS = read('vectors.json') as readonly Vector[];
const FORK = (read('vectors-fork.json') as { readonly vectors: readonly ForkVector[] }).vectors;

it('has vectors', () => {
  expect([VECTORS.length, FORK.length]).toEqual([12, 13]);
});

it.each(VECTORS)('$seed at $unixTime', (vector) => {
  const period = periodAt(vector.unixTime * 1000 + 999, vector.periodSeconds);
  expect(otpKnocks(vector, period, bytes(vector.sourceAddress))).toEqual(vector.steps);
});

describe('the fork', () => {
  it.each(FORK)('$name', ({ line, time, sourceIp, counter, steps }) => {
    const [seed = '', period, base, protection, ...protocols] = line
      .slice(line.indexOf('=') + 1)
      .split(',')
      .map((part) => part.trim());
    const otp: OtpSeed = {
      seed,
      periodSeconds: Number(period),
      basePort: Number(base),
      ipProtection: protection === 'on',
      protocols: protocols as KnockProtocol[],
    };
    expect(String(periodAt(time * 1000, otp.periodSeconds))).toBe(counter);
    const knocks = otpKnocks(otp, periodAt(time * 1000, otp.periodSeconds), bytes(sourceIp));
    expect(knocks.map(({ port, protocol }) => `${port}:${protocol}`)).toEqual(steps);
  });
});
