/** The plan against the door, around the clock; and one-time lists against a knockd that strikes its lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { say } from '../../../text/say';
import type { ArrivedPacket, Door } from '../../plan/door';
import type { KnockPlan, PlannedPacket } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import { modeSchema } from '../registry';
import type { SequenceStep } from '../port-sequence/schema';
import { listDoor, otpDoor } from './door';
import { knockdOtp } from './index';
import { HEAD_MS, TAIL_MS } from './period';
import { seqTimeout } from './plan';
import type { KnockdOtp, ListPorts, SeedPorts } from './schema';

const SERVICE = 22;
const SOURCE = Uint8Array.of(203, 0, 113, 7);
const PERIOD_MS = 60_000;
/** The beginning of a period of a minute. */
const START = 28_000_000 * PERIOD_MS;

const SEED: SeedPorts = {
  from: 'seed',
  seed: 'AAgR%XXx30O$#',
  periodSeconds: 60,
  basePort: 20_000,
  ipProtection: true,
  protocols: ['tcp', 'udp', 'tcp'],
  source: { by: 'route' },
};
const seeded = (values: Partial<SeedPorts> = {}, delayMs = 100): KnockdOtp & { readonly ports: SeedPorts } => ({
  kind: 'knockd-otp',
  ports: { ...SEED, ...values },
  delayMs,
});

const at = (unixMs: number): Moment => ({ servicePort: SERVICE, unixMs, source: SOURCE });

function receive(door: Door, packets: readonly ArrivedPacket[]): Door {
  return packets.reduce((before, packet) => before.receive(packet).door, door);
}

function isOpen(door: Door, atMs: number): boolean {
  return door.receive({ atMs, port: SERVICE, protocol: 'tcp' }).verdict === 'accept';
}

/** The packets as a server receives them whose clock was at 0 at `zeroUnixMs` of ours and is ahead by so much. */
function arriving(plan: KnockPlan, begunUnixMs: number, zeroUnixMs: number, aheadMs = 0): readonly PlannedPacket[] {
  const start = Math.max(begunUnixMs, plan.notBeforeUnixMs ?? 0);
  return plan.packets.map((packet) => ({ ...packet, atMs: start + packet.atMs - zeroUnixMs + aheadMs }));
}

/** Settings of a seed that the schema takes. */
const modeArb = fc
  .record({
    seed: fc.string({ unit: fc.constantFrom(...Array.from('azAZ09%$#é')), minLength: 1, maxLength: 15 }),
    periodSeconds: fc.oneof(fc.integer({ min: 2, max: 60 }), fc.constantFrom(45, 60, 3600, 86_400)),
    basePort: fc.integer({ min: 1024, max: 65_280 }),
    ipProtection: fc.boolean(),
    protocols: fc.array(fc.constantFrom('tcp' as const, 'udp' as const), { minLength: 1, maxLength: 32 }),
    delayMs: fc.integer({ min: 0, max: 200 }),
  })
  .map(({ delayMs, ...values }) => seeded(values, delayMs))
  .filter((mode) => modeSchema.safeParse(mode).success);

/** Any moment, and often one close to where the ports change. */
const momentArb = (periodSeconds: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 1.7e12, max: 1.9e12 }),
    fc
      .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: -8000, max: 1000 }))
      .map(([period, off]) =>
        Math.max(0, Math.ceil(1.7e12 / periodSeconds / 1000 + period) * periodSeconds * 1000 + off),
      ),
  );
const modeAndMoment = modeArb.chain((mode) => fc.tuple(fc.constant(mode), momentArb(mode.ports.periodSeconds)));

const doorFor = (mode: KnockdOtp & { readonly ports: SeedPorts }, zeroUnixMs: number): Door =>
  otpDoor(mode.ports, seqTimeout(mode), { servicePort: SERVICE, zeroUnixMs, source: SOURCE });

describe('a knock by the clock', () => {
  it('is the ports of the period, one knock each, at its distance', () => {
    const plan = knockdOtp.plan(seeded({ ipProtection: false }), at(START + 20_000));
    expect(plan.packets.map(({ protocol, atMs }) => [protocol, atMs])).toEqual([
      ['tcp', 0],
      ['udp', 100],
      ['tcp', 200],
    ]);
    expect(plan.packets.every(({ port }) => port >= 20_000 && port <= 20_255)).toBe(true);
    expect(plan.connect).toMatchObject({ port: SERVICE, atMs: 220, by: 'ordinary', syn: null, verify: 'free' });
    expect(plan).toMatchObject({ notBeforeUnixMs: null, notes: [], awaits: [], refusal: null, spent: null });
    expect(say(plan.summary)).toMatch(/^one-time ports 20\d{3}\/tcp, 20\d{3}\/udp, 20\d{3}\/tcp, every 100 ms$/);
  });

  it('opens a door whose clock is right, at any moment', () => {
    fc.assert(
      fc.property(modeAndMoment, fc.nat(1_000_000), ([mode, unixMs], uptimeMs) => {
        const plan = knockdOtp.plan(mode, at(unixMs));
        const zero = unixMs - uptimeMs;
        const packets = arriving(plan, unixMs, zero);
        const door = receive(doorFor(mode, zero), packets);
        expect(isOpen(door, (packets.at(-1)?.atMs ?? 0) + 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it(`opens a door whose clock is up to ${HEAD_MS} ms behind or less than ${TAIL_MS} ms ahead`, () => {
    fc.assert(
      fc.property(modeAndMoment, fc.integer({ min: -HEAD_MS, max: TAIL_MS - 1 }), ([mode, unixMs], aheadMs) => {
        const plan = knockdOtp.plan(mode, at(unixMs));
        const zero = unixMs - 10_000;
        const packets = arriving(plan, unixMs, zero, aheadMs);
        expect(isOpen(receive(doorFor(mode, zero), packets), (packets.at(-1)?.atMs ?? 0) + 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('has other ports at the next try, which begins in the next period', () => {
    fc.assert(
      fc.property(modeAndMoment, ([mode, unixMs]) => {
        const long = {
          ...mode,
          ports: { ...mode.ports, protocols: [...mode.ports.protocols, 'tcp', 'udp', 'tcp', 'tcp'] },
        };
        const checked = modeSchema.safeParse(long);
        fc.pre(checked.success && checked.data.kind === 'knockd-otp');
        const settings = checked.data;
        const first = knockdOtp.plan(settings, at(unixMs));
        const again = first.retry.nextTryUnixMs;
        expect(again).toBeGreaterThan(unixMs);
        const second = knockdOtp.plan(settings, at(again ?? 0));
        expect(second.notBeforeUnixMs).toBeNull();
        const ports = (plan: KnockPlan) => plan.packets.map(({ port }) => port);
        expect(ports(second)).not.toEqual(ports(first));
        expect(ports(second)).toEqual(ports(knockdOtp.plan(settings, at((again ?? 0) + 1))));
      }),
      { numRuns: 150 },
    );
  });

  it('opens at the second try, whichever knock of the first was lost', () => {
    fc.assert(
      fc.property(modeAndMoment, fc.nat(), ([mode, unixMs], pick) => {
        const first = knockdOtp.plan(mode, at(unixMs));
        const lost = pick % first.packets.length;
        // Where a port comes twice, what is left of a try may be taken for the beginning of another.
        const distinct = new Set(first.packets.map(({ port, protocol }) => `${port}/${protocol}`)).size;
        fc.pre(distinct === first.packets.length);
        const { resync, quietMs, nextTryUnixMs } = first.retry;
        const packets = arriving(first, unixMs, unixMs);
        const lastMs = packets.at(-1)?.atMs ?? 0;
        const wait = resync.length > 0 ? 0 : lastMs + quietMs;
        const again = Math.max(nextTryUnixMs ?? 0, unixMs + wait);
        const second = knockdOtp.plan(mode, at(again));
        const door = receive(doorFor(mode, unixMs), [
          ...packets.filter((packet) => packet.index !== lost),
          ...resync.map((packet) => ({ ...packet, atMs: again - unixMs })),
          ...arriving(second, again, unixMs),
        ]);
        expect(isOpen(door, again - unixMs + 200_000)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('near the end of a period', () => {
  /** Six knocks take half a second. */
  const plan = (leftMs: number): KnockPlan => knockdOtp.plan(seeded(), at(START + PERIOD_MS - leftMs));
  const notes = (leftMs: number): readonly string[] => plan(leftMs).notes.map(say);

  it('it waits for the next ports when the last knock would come later than a second before it', () => {
    expect(plan(1500)).toMatchObject({ notBeforeUnixMs: null });
    expect(plan(1499)).toMatchObject({ notBeforeUnixMs: START + PERIOD_MS + HEAD_MS });
    expect(plan(1499).packets).toEqual(knockdOtp.plan(seeded(), at(START + PERIOD_MS + 30_000)).packets);
  });

  it('it says how long it waits', () => {
    expect(notes(1200)).toEqual([
      expect.stringMatching(
        /^The ports change in 1\.2 s: the knock waits 1\.7 s for the next ones, until \d\d:\d\d:00\.$/,
      ),
    ]);
  });

  it('it says that the ports change soon', () => {
    expect(notes(6499)).toEqual([expect.stringMatching(/^The ports change in 6\.5 s: /)]);
    expect(notes(6500)).toEqual([]);
  });

  it('and in the first half second of one it waits for a server whose clock is behind', () => {
    const early = knockdOtp.plan(seeded(), at(START + 100));
    expect(early.notBeforeUnixMs).toBe(START + HEAD_MS);
    expect(early.notes.map(say)).toEqual([expect.stringMatching(/waits 400 ms/)]);
    expect(knockdOtp.plan(seeded(), at(START + HEAD_MS)).notBeforeUnixMs).toBeNull();
  });

  it('the next try is the one after the period that is knocked on', () => {
    expect(plan(30_000).retry.nextTryUnixMs).toBe(START + PERIOD_MS + HEAD_MS);
    expect(plan(100).retry.nextTryUnixMs).toBe(START + 2 * PERIOD_MS + HEAD_MS);
  });

  it('a second try makes sense where nobody waits long for other ports', () => {
    const tries = (periodSeconds: number) => knockdOtp.plan(seeded({ periodSeconds }), at(START + 2000)).retry.tries;
    expect([45, 60, 120, 3600].map(tries)).toEqual([2, 2, 2, 1]);
  });
});

describe('what a knock by the clock awaits', () => {
  const kinds = (mode: KnockdOtp, moment: Omit<Moment, 'servicePort'>): readonly string[] =>
    knockdOtp.plan(mode, { servicePort: SERVICE, ...moment }).awaits.map(({ kind }) => kind);

  it('is the clock, and with protection first the address, which takes time, unless it is given', () => {
    expect(kinds(seeded({ ipProtection: false }), {})).toEqual(['unixMs']);
    expect(kinds(seeded(), {})).toEqual(['source', 'unixMs']);
    expect(kinds(seeded(), { unixMs: START })).toEqual(['source']);
    expect(kinds(seeded({ source: { by: 'given', address: '203.0.113.7' } }), {})).toEqual(['unixMs']);
    const command = { by: 'command', command: ['curl', '-4', 'https://ip.example'] } as const;
    expect(knockdOtp.plan(seeded({ source: { ...command, command: [...command.command] } }), at(START)).awaits).toEqual(
      [],
    );
    expect(
      knockdOtp.plan(seeded({ source: { ...command, command: [...command.command] } }), { servicePort: 22 }).awaits[0],
    ).toEqual({ kind: 'source', lookup: command });
  });

  it('leaves the ports open until it is there, and keeps the seed to itself', () => {
    const without = knockdOtp.plan(seeded(), { servicePort: SERVICE, unixMs: START + 30_000 });
    const details = without.steps.map(({ detail }) => say(detail));
    expect(details.slice(0, 3).every((detail) => /^1 (SYN|datagram) to port 20\d{3}$/.test(detail))).toBe(true);
    expect(details.slice(3)).toEqual(
      ['SYN', 'datagram', 'SYN'].map((noun) => `1 ${noun} to a port from 20000 to 20255, known when it is sent`),
    );
    expect(say(without.summary)).toBe('one-time ports, 6 knocks to ports 20000 to 20255, every 100 ms');
    for (const moment of [at(START + 1), { servicePort: SERVICE }])
      expect(JSON.stringify(knockdOtp.plan(seeded(), moment))).not.toContain(SEED.seed);
  });

  it('takes a given address for the one that the server sees', () => {
    const given = seeded({ source: { by: 'given', address: '203.0.113.7' } });
    const elsewhere = { servicePort: SERVICE, unixMs: START + 30_000, source: Uint8Array.of(10, 0, 0, 1) };
    expect(knockdOtp.plan(given, elsewhere).packets).toEqual(knockdOtp.plan(seeded(), at(START + 30_000)).packets);
    expect(knockdOtp.plan(seeded(), elsewhere).packets).not.toEqual(knockdOtp.plan(given, elsewhere).packets);
  });

  it('refuses an address of 16 bytes, and wants a host with IPv4', () => {
    const { refusal } = knockdOtp.plan(seeded(), { ...at(START), source: new Uint8Array(16) });
    expect(refusal).toMatchObject({ field: 'mode.ports.source' });
    expect(refusal === null ? '' : say(refusal.cause)).toContain('IPv6');
    expect(knockdOtp.family?.(seeded())).toBe(4);
    expect(knockdOtp.family?.(seeded({ ipProtection: false }))).toBeNull();
  });
});

const step = (port: number): SequenceStep => ({ port, protocol: 'tcp' });
/** Ten sequences of three. */
const LIST: ListPorts = {
  from: 'list',
  sequences: Array.from({ length: 10 }, (_, at) => [step(7000 + at), step(8000 + at), step(9000 + at)]),
};
const listed: KnockdOtp = { kind: 'knockd-otp', ports: LIST, delayMs: 100 };
const usedUp = (used: number): Moment => ({ servicePort: SERVICE, used });

describe('a knock by the list', () => {
  it('is the first sequence that is not used up, and spends it', () => {
    const plan = knockdOtp.plan(listed, usedUp(3));
    expect(plan.packets.map(({ port }) => port)).toEqual([7003, 8003, 9003]);
    expect(plan).toMatchObject({ spent: 4, awaits: [], refusal: null, notes: [] });
    expect(say(plan.summary)).toBe('one-time sequence 4 of 10: 7003/tcp, 8003/tcp, 9003/tcp, every 100 ms');
    expect(knockdOtp.family?.(listed)).toBe(4);
  });

  it('awaits how many are used up', () => {
    const plan = knockdOtp.plan(listed, { servicePort: SERVICE });
    expect(plan).toMatchObject({ awaits: [{ kind: 'used' }], spent: null });
    expect(say(plan.summary)).toBe('one-time sequence, one of 10, every 100 ms');
  });

  it('says when few are left, and when it is the last', () => {
    const notes = (used: number) => knockdOtp.plan(listed, usedUp(used)).notes.map(say);
    expect(notes(6)).toEqual([]);
    expect(notes(7)).toEqual(['3 one-time sequences are left, this one among them.']);
    expect(notes(8)).toEqual(['2 one-time sequences are left, this one among them.']);
    expect(notes(9)).toEqual(['This is the last one-time sequence of the list.']);
  });

  it('refuses when all are used up: nothing is sent and nothing spent', () => {
    for (const used of [10, 11]) {
      const plan = knockdOtp.plan(listed, usedUp(used));
      expect(plan).toMatchObject({ packets: [], spent: null, notes: [], refusal: { field: 'mode.ports.sequences' } });
      expect(plan.refusal === null ? '' : say(plan.refusal.cause)).toBe('All 10 one-time sequences are used up.');
      expect(plan.refusal?.steps.length).toBeGreaterThan(0);
    }
  });

  it('opens a knockd ten times, each with the next sequence, and then no more', () => {
    let door = listDoor(LIST, 25, { servicePort: SERVICE });
    let used = 0;
    for (let time = 0; time < 10; time++) {
      const plan = knockdOtp.plan(listed, usedUp(used));
      const begin = time * 1000;
      const after = receive(
        door,
        plan.packets.map((packet) => ({ ...packet, atMs: begin + packet.atMs })),
      );
      expect(isOpen(after, begin + 500)).toBe(true);
      used = plan.spent ?? used;
      // The next one is another: the one just used does nothing any more.
      expect(
        receive(
          after,
          plan.packets.map((packet) => ({ ...packet, atMs: begin + 600 })),
        ).counted,
      ).toBe(0);
      door = after;
    }
    expect(used).toBe(10);
  });

  it('after silence is the same line again, which opens whichever knock was lost', () => {
    for (const lost of [0, 1, 2]) {
      const first = knockdOtp.plan(listed, usedUp(0));
      const second = knockdOtp.plan(listed, usedUp(0));
      expect(second).toEqual(first);
      const door = receive(listDoor(LIST, 25, { servicePort: SERVICE }), [
        ...first.packets.filter(({ index }) => index !== lost),
        ...first.retry.resync.map((packet) => ({ ...packet, atMs: 2000 })),
        ...second.packets.map((packet) => ({ ...packet, atMs: 2100 + packet.atMs })),
      ]);
      expect(isOpen(door, 3000)).toBe(true);
    }
  });
});

describe('the doors', () => {
  it('listen on every port that a byte can reach, with the protocols in use', () => {
    const door = doorFor(seeded(), START);
    expect(door.listens).toHaveLength(2 * 256 + 1);
    expect(doorFor(seeded({ protocols: ['tcp'] }), START).listens).toHaveLength(257);
    expect(doorFor(seeded({ protocols: ['tcp'], basePort: SERVICE }), START).listens).toHaveLength(256);
  });

  it('stay shut for the right knock of another period, another seed or another address', () => {
    const plan = knockdOtp.plan(seeded(), at(START + 30_000));
    const opens = (mode: KnockdOtp & { readonly ports: SeedPorts }, zeroUnixMs: number, source = SOURCE) =>
      isOpen(
        receive(otpDoor(mode.ports, 25, { servicePort: SERVICE, zeroUnixMs, source }), plan.packets),
        plan.connect.atMs,
      );
    expect(opens(seeded(), START + 30_000)).toBe(true);
    expect(opens(seeded(), START + 90_000)).toBe(false);
    expect(opens(seeded({ seed: 'another' }), START + 30_000)).toBe(false);
    expect(opens(seeded(), START + 30_000, Uint8Array.of(203, 0, 113, 8))).toBe(false);
  });

  it('keep the period of a try’s first knock, and forget it after the timeout', () => {
    const { packets } = knockdOtp.plan(seeded({ ipProtection: false }), at(START + 30_000));
    const across = packets.map((packet, index) => ({ ...packet, atMs: 59_999 + index }));
    expect(isOpen(receive(doorFor(seeded({ ipProtection: false }), START), across), 61_000)).toBe(true);
    const slow = packets.map((packet, index) => ({ ...packet, atMs: index * 13_000 }));
    expect(isOpen(receive(doorFor(seeded({ ipProtection: false }), START), slow), 61_000)).toBe(false);
  });
});
