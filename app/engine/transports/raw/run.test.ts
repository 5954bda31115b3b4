import { describe, expect, it } from 'vitest';
import { bareKnock } from '../../../domain/plan/knock-plan';
import { rawJob } from './job';
import { RawRun } from './run';

const PLANNED = [
  bareKnock(0, 0, { protocol: 'tcp', port: 7000 }),
  bareKnock(1, 400_000, { protocol: 'tcp', port: 7001 }),
];
const JOB = rawJob(
  PLANNED,
  { address: '192.0.2.1', family: 4, source: '192.0.2.2', bindSource: false, interface: null, sourceMac: null },
  500,
  { broadcasts: () => [], chance: { below: () => 7 } },
);
const RST = { kind: 'rst', from: '192.0.2.1', icmp: null } as const;

const newRun = (): RawRun => new RawRun(JOB, (what) => new Error(`It ${what}.`));

function begun(): { readonly run: RawRun; readonly zeroNs: bigint } {
  const run = newRun();
  const zeroNs = process.hrtime.bigint();
  run.armed(zeroNs, null);
  return { run, zeroNs };
}

describe('following a raw knock', () => {
  it('tells everything on one clock, with the port that a packet came from', () => {
    const run = newRun();
    const zeroNs = process.hrtime.bigint();
    expect(run.dueInMs()).toBeNull();
    const armed = run.armed(zeroNs, null);
    expect(armed).toEqual({ type: 'armed', zeroMs: run.zeroMs, link: null });
    const first = run.sent(0, zeroNs + 250_000n);
    expect(first).toMatchObject({ type: 'sent', packet: PLANNED[0], sourcePort: 61_007 });
    expect(first.sentAtMs - (run.zeroMs ?? 0)).toBeCloseTo(0.25, 6);
    const answer = run.answered(0, zeroNs + 900_000n, RST);
    expect(answer).toMatchObject({ type: 'answer', packet: PLANNED[0], ...RST });
    expect(run.sent(1, zeroNs + 1_000_000n)).toMatchObject({ packet: PLANNED[1], sourcePort: 61_008 });
    run.done(2);
  });

  it('waits for the next packet, and at last for answers to it', () => {
    const { run, zeroNs } = begun();
    expect(run.dueInMs()).toBe(0);
    run.sent(0, zeroNs);
    expect(run.dueInMs()).toBeGreaterThan(300_000);
    const before = run.dueInMs() ?? 0;
    run.sent(1, zeroNs);
    expect(run.dueInMs()).toBeGreaterThan(before);
  });

  it('leaves out an answer to a packet that has not left: it came to an earlier knock', () => {
    const { run, zeroNs } = begun();
    run.sent(0, zeroNs);
    expect(run.answered(1, zeroNs, RST)).toBeNull();
  });

  it.each([
    ['begins twice', (run: RawRun, now: bigint) => run.armed(now, null)],
    ['tells of packets out of order', (run: RawRun, now: bigint) => run.sent(1, now)],
    ['tells of packets out of order', (run: RawRun, now: bigint) => run.sent(7, now)],
    ['tells of an answer to a packet that there is not', (run: RawRun, now: bigint) => run.answered(2, now, RST)],
    ['ends before all packets are sent', (run: RawRun) => run.done(0)],
    ['ends before all packets are sent', (run: RawRun) => run.done(2)],
  ])('does not believe that it %s', (what, act) => {
    const { run, zeroNs } = begun();
    expect(() => act(run, zeroNs)).toThrow(`It ${what}.`);
  });

  it.each([
    ['tells of packets before it begins', (run: RawRun, now: bigint) => run.sent(0, now)],
    ['tells of packets before it begins', (run: RawRun, now: bigint) => run.answered(0, now, RST)],
    ['ends before all packets are sent', (run: RawRun) => run.done(2)],
    ['begins at another time than now', (run: RawRun, now: bigint) => run.armed(now + 3_600_000_000_000n, null)],
  ])('that has not begun does not believe that it %s', (what, act) => {
    expect(() => act(newRun(), process.hrtime.bigint())).toThrow(`It ${what}.`);
  });
});
