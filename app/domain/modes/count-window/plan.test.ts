/** The plan against the door: within the stated slack it opens, beyond it does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { say } from '../../../text/say';
import type { Door, DoorVerdict } from '../../plan/door';
import { planDurationMs } from '../../plan/knock-plan';
import type { KnockPlan, PlanSlack } from '../../plan/knock-plan';
import { doorOf } from '../registry';
import { connectDelayMs, countWindow } from './index';
import type { CountWindow } from './schema';

interface Case {
  readonly mode: CountWindow;
  readonly servicePort: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    sequence: fc.stringMatching(/^[1-9]{2,8}$/),
    windowMs: fc.oneof(fc.integer({ min: 200, max: 60_000 }), fc.constantFrom(200, 201, 999, 8000, 8001, 60_000)),
    knockPort: fc.constantFrom(null, 22, 443),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  })
  .map((settings) => ({ mode: { kind: 'count-window', ...settings }, servicePort: 22 }));

/** In [0, 1], both ends often. */
const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1));

function doorFor(mode: CountWindow, servicePort = 22): Door {
  const door = doorOf(mode, { servicePort, zeroUnixMs: 0, source: Uint8Array.of(192, 0, 2, 1) });
  if (door === null) throw new Error('count-window has a door');
  return door;
}

function slackOf(plan: KnockPlan): PlanSlack {
  if (plan.slack === null) throw new Error('a count-window plan has slack');
  return plan.slack;
}

/**
 * What the door does with the connecting SYN when packet i arrives `delays[i]` late and the SYN `connectDelay` late.
 * At the same moment the connection comes first: that is the worse order for it.
 */
function verdict(
  { mode, servicePort }: Case,
  plan: KnockPlan,
  delays: readonly number[],
  connectDelay: number,
): DoorVerdict {
  const arrivals = [
    { atMs: plan.connect.atMs + connectDelay, port: plan.connect.port, protocol: 'tcp' as const, connect: true },
    ...plan.packets.map((packet, i) => ({
      atMs: packet.atMs + (delays[i] ?? 0),
      port: packet.port,
      protocol: packet.protocol,
      connect: false,
    })),
  ].sort((a, b) => a.atMs - b.atMs);
  let door = doorFor(mode, servicePort);
  let answer: DoorVerdict = 'ignore';
  for (const packet of arrivals) {
    const result = door.receive(packet);
    if (packet.connect) answer = result.verdict;
    door = result.door;
  }
  return answer;
}

describe('the plan', () => {
  it('has one burst a window, and connects ε after the last', () => {
    const mode: CountWindow = {
      kind: 'count-window',
      sequence: '1234',
      windowMs: 3000,
      knockPort: null,
      protocol: 'tcp',
    };
    const plan = countWindow.plan(mode, { servicePort: 443 });
    expect(plan.packets.map((packet) => packet.atMs)).toEqual([
      0, 3000, 3000, 6000, 6000, 6000, 9000, 9000, 9000, 9000,
    ]);
    expect(
      plan.packets.every((packet, i) => packet.port === 443 && packet.protocol === 'tcp' && packet.index === i),
    ).toBe(true);
    expect(plan.packets.every((packet) => packet.protocol === 'tcp' && packet.syn === null)).toBe(true);
    expect(plan.connect).toMatchObject({ port: 443, atMs: 9375, by: 'ordinary', syn: null, verify: 'only-session' });
    expect(planDurationMs(plan)).toBe(9375);
    expect(plan.slack).toEqual({ knockLateMs: 375, connectLateMs: 2625 });
    expect(plan.door).toEqual({ fromMs: 9000, toMs: 12_000, singleUse: true });
    expect(plan.retry).toEqual({ quietMs: 12_000, resync: [], nextTryUnixMs: null, tries: 2 });
    expect(plan.awaits).toEqual([]);
    expect(plan.closing).toEqual([]);
    expect(plan.steps.map((step) => say(step.detail))).toEqual(
      ['1 SYN', '2 SYNs', '3 SYNs', '4 SYNs'].map((knocks) => `${knocks} to port 443`),
    );
    expect(say(plan.summary)).toBe('count-window 1 2 3 4, every 3 s · TCP SYN');
  });

  it('knocks where and how the profile says', () => {
    const mode: CountWindow = { kind: 'count-window', sequence: '21', windowMs: 200, knockPort: 7, protocol: 'udp' };
    const plan = countWindow.plan(mode, { servicePort: 22 });
    expect(plan.packets.map(({ port, protocol }) => `${port}/${protocol}`)).toEqual(['7/udp', '7/udp', '7/udp']);
    expect(plan.connect.port).toBe(22);
    expect(plan.steps.map((step) => say(step.detail))).toContain('2 datagrams to port 7');
  });

  it('gives away nothing of the secret in its outline', () => {
    expect(say(countWindow.outline(countWindow.defaults))).toBe('count-window, 4 bursts');
  });

  it('has an ε between 0 and W that nobody waits long for', () => {
    expect([200, 3000, 8000, 60_000].map(connectDelayMs)).toEqual([25, 375, 1000, 1000]);
  });

  it('is consistent: steps and bands cover the packets, in order', () => {
    fc.assert(
      fc.property(cases, ({ mode, servicePort }) => {
        const plan = countWindow.plan(mode, { servicePort });
        expect(plan.steps.flatMap((s) => Array.from({ length: s.packetCount }, (_, i) => s.firstPacket + i))).toEqual(
          plan.packets.map((packet) => packet.index),
        );
        expect(plan.bands).toHaveLength(mode.sequence.length);
        expect(plan.connect.atMs).toBeGreaterThan(plan.packets.at(-1)?.atMs ?? Infinity);
        expect(plan.connect.atMs).toBeLessThan(plan.door.toMs ?? 0);
      }),
    );
  });
});

describe('the plan and the door', () => {
  it('open when nothing is late', () => {
    fc.assert(
      fc.property(cases, (one) => {
        expect(verdict(one, countWindow.plan(one.mode, { servicePort: 22 }), [], 0)).toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('open with any jitter up to the stated slack', () => {
    const jitter = fc.array(share, { minLength: 72, maxLength: 72 });
    fc.assert(
      fc.property(cases, jitter, fc.nat(100), (one, shares, transit) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        const { knockLateMs, connectLateMs } = slackOf(plan);
        // From the earliest that a knock may be, connectLateMs before the SYN's own delay, to 1 ms short of the latest.
        const connectDelay = connectLateMs + transit;
        const delays = shares.map((part) => transit + Math.floor(part * (connectLateMs + knockLateMs - 1)));
        expect(verdict(one, plan, delays, connectDelay)).toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('do not open when one knock is late by the slack', () => {
    fc.assert(
      fc.property(cases, fc.nat(71), fc.nat(20), (one, pick, beyond) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        const late = pick % plan.packets.length;
        const delays = plan.packets.map((_, i) => (i === late ? slackOf(plan).knockLateMs + beyond : 0));
        expect(verdict(one, plan, delays, 0)).not.toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('do not open when the connection is late by more than the slack', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 1000 }), (one, beyond) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        expect(verdict(one, plan, [], slackOf(plan).connectLateMs)).toBe('accept');
        expect(verdict(one, plan, [], slackOf(plan).connectLateMs + beyond)).not.toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('do not open when one knock is that much earlier than the connection', () => {
    fc.assert(
      fc.property(cases, fc.nat(71), fc.integer({ min: 1, max: 20 }), (one, pick, beyond) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        const early = pick % plan.packets.length;
        const whole = slackOf(plan).connectLateMs + beyond;
        const delays = plan.packets.map((_, i) => (i === early ? 0 : whole));
        expect(verdict(one, plan, delays, whole)).not.toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('do not open with a knock missing, or with a digit, a window or a port that is wrong', () => {
    fc.assert(
      fc.property(cases, fc.nat(71), (one, pick) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        const missing = pick % plan.packets.length;
        const fewer = { ...plan, packets: plan.packets.filter((packet) => packet.index !== missing) };
        expect(verdict(one, fewer, [], 0)).not.toBe('accept');
        const elsewhere = { ...plan, packets: plan.packets.map((packet) => ({ ...packet, port: 7 })) };
        expect(verdict(one, elsewhere, [], 0)).not.toBe('accept');
        const digit = one.mode.sequence.at(-1) === '9' ? '8' : String(Number(one.mode.sequence.at(-1)) + 1);
        const other: CountWindow = { ...one.mode, sequence: one.mode.sequence.slice(0, -1) + digit };
        expect(verdict(one, countWindow.plan(other, { servicePort: 22 }), [], 0)).not.toBe('accept');
        const hasty: CountWindow = { ...one.mode, windowMs: Math.floor(one.mode.windowMs / 2) };
        expect(verdict(one, countWindow.plan(hasty, { servicePort: 22 }), [], 0)).not.toBe('accept');
      }),
      { numRuns: 500 },
    );
  });

  it('open on a retry after the quiet that the plan asks for', () => {
    fc.assert(
      fc.property(cases, fc.nat(71), (one, pick) => {
        const plan = countWindow.plan(one.mode, { servicePort: 22 });
        const missing = pick % plan.packets.length;
        let door = doorFor(one.mode);
        for (const packet of plan.packets) if (packet.index !== missing) door = door.receive(packet).door;
        door = door.receive({ atMs: plan.connect.atMs, port: 22, protocol: 'tcp' }).door;
        const again = plan.connect.atMs + plan.retry.quietMs;
        for (const packet of plan.packets) door = door.receive({ ...packet, atMs: again + packet.atMs }).door;
        expect(door.receive({ atMs: again + plan.connect.atMs, port: 22, protocol: 'tcp' }).verdict).toBe('accept');
      }),
      { numRuns: 500 },
    );
  });
});
