/** Plan and door of a port sequence, against docs/knock-modes.md §2 and knockd's order of work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { say } from '../../../text/say';
import type { ArrivedPacket, Door, DoorVerdict } from '../../plan/door';
import { doorOf } from '../registry';
import { portSequenceDoor } from './door';
import { portSequence } from './index';
import { portSequenceSchema } from './schema';
import type { PortSequence, SequenceStep } from './schema';

const SERVICE = 22;
const context = { servicePort: SERVICE };

function doorFor(mode: PortSequence): Door {
  const door = doorOf(mode, { ...context, zeroUnixMs: 0, source: Uint8Array.of(192, 0, 2, 1) });
  if (door === null) throw new Error('a port sequence has a door');
  return door;
}

function steps(...ports: readonly number[]): SequenceStep[] {
  return ports.map((port) => ({ port, protocol: 'tcp' }));
}

function mode(values: Partial<PortSequence>): PortSequence {
  return { kind: 'port-sequence', steps: steps(7000, 8000, 9000), delayMs: 200, closing: null, ...values };
}

function run(door: Door, packets: readonly ArrivedPacket[]): { verdicts: DoorVerdict[]; door: Door } {
  const verdicts: DoorVerdict[] = [];
  for (const packet of packets) {
    const result = door.receive(packet);
    verdicts.push(result.verdict);
    door = result.door;
  }
  return { verdicts, door };
}

/** TCP packets to these ports, `gapMs` apart. */
function taps(ports: readonly number[], startMs = 0, gapMs = 100): ArrivedPacket[] {
  return ports.map((port, i) => ({ atMs: startMs + i * gapMs, port, protocol: 'tcp' }));
}

function isOpen(door: Door): boolean {
  return door.receive({ atMs: 1e9, port: SERVICE, protocol: 'tcp' }).verdict === 'accept';
}

const stepArb: fc.Arbitrary<SequenceStep> = fc.record({
  port: fc.integer({ min: 1000, max: 1010 }),
  protocol: fc.constantFrom('tcp', 'udp'),
});
/** Any sequence the schema takes, ports that repeat included; never the service port. */
const modeArb: fc.Arbitrary<PortSequence> = fc.record({
  kind: fc.constant('port-sequence'),
  steps: fc.array(stepArb, { minLength: 1, maxLength: 32 }),
  delayMs: fc.integer({ min: 0, max: 60_000 }),
  closing: fc.constant(null),
});

/** From another range than the opening steps, so that neither sequence can be mistaken for the other. */
const closingArb: fc.Arbitrary<SequenceStep[]> = fc.array(
  fc.record({ port: fc.integer({ min: 2000, max: 2010 }), protocol: fc.constantFrom('tcp', 'udp') }),
  { minLength: 1, maxLength: 8 },
);

const same = (a: SequenceStep | undefined, b: SequenceStep | undefined) =>
  a?.port === b?.port && a?.protocol === b?.protocol;

describe('the plan', () => {
  it('sends each step once, at its time, and connects when the server had time to open', () => {
    const plan = portSequence.plan(
      mode({ steps: [...steps(7000), { port: 8000, protocol: 'udp' }, ...steps(9000)], closing: steps(9000, 7000) }),
      context,
    );
    expect(plan.packets).toEqual([
      { index: 0, atMs: 0, protocol: 'tcp', port: 7000, syn: null },
      { index: 1, atMs: 200, protocol: 'udp', port: 8000, payload: null },
      { index: 2, atMs: 400, protocol: 'tcp', port: 9000, syn: null },
    ]);
    expect(plan.closing).toEqual([
      { index: 0, atMs: 0, protocol: 'tcp', port: 9000, syn: null },
      { index: 1, atMs: 200, protocol: 'tcp', port: 7000, syn: null },
    ]);
    expect(plan.connect).toMatchObject({ port: SERVICE, atMs: 420, by: 'ordinary', syn: null, verify: 'free' });
    expect(plan.door).toEqual({ fromMs: 400, toMs: null, singleUse: false });
    expect(plan.slack).toBeNull();
    expect(plan.retry).toEqual({
      quietMs: 25_000,
      resync: [{ index: 0, atMs: 0, protocol: 'tcp', port: 9000, syn: null }],
      nextTryUnixMs: null,
      tries: 3,
    });
    expect(plan.awaits).toEqual([]);
    expect(plan.steps.map((step) => say(step.detail))).toEqual([
      '1 SYN to port 7000',
      '1 datagram to port 8000',
      '1 SYN to port 9000',
    ]);
    expect(say(plan.summary)).toBe('port sequence 7000/tcp, 8000/udp, 9000/tcp, every 200 ms');
  });

  it('gives away nothing of the secret in its outline', () => {
    expect(say(portSequence.outline(mode({})))).toBe('port sequence, 3 steps');
    expect(say(portSequence.outline(mode({ steps: steps(1) })))).toBe('port sequence, 1 step');
  });

  it('starts from defaults that its own schema takes', () => {
    expect(portSequenceSchema.parse(portSequence.defaults)).toEqual(portSequence.defaults);
  });

  it('waits longer before a retry where the knocks themselves take longer than knockd’s own timeout', () => {
    expect(portSequence.plan(mode({ delayMs: 20_000 }), context).retry.quietMs).toBe(42_000);
  });

  it('opens the door, whatever the moment it starts at', () => {
    fc.assert(
      fc.property(modeArb, fc.nat(5000), (one, startMs) => {
        const plan = portSequence.plan(one, context);
        const packets = plan.packets.map((packet) => ({ ...packet, atMs: packet.atMs + startMs }));
        const { verdicts, door } = run(doorFor(one), packets);
        expect(new Set(verdicts)).toEqual(new Set(['count']));
        expect(isOpen(door)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a second try', () => {
  /** Ports that differ, so that there is a resync. */
  const listArb = fc.uniqueArray(stepArb, { minLength: 2, maxLength: 8, selector: (step) => step.port });

  it('at once opens the door after its resync, whichever knock was lost', () => {
    fc.assert(
      fc.property(listArb, fc.nat(), (list, pick) => {
        const one = mode({ steps: list });
        const { packets, retry } = portSequence.plan(one, context);
        const first = packets.filter((_, i) => i !== pick % packets.length);
        const at = (start: number, all: readonly ArrivedPacket[]) =>
          all.map((packet) => ({ ...packet, atMs: start + packet.atMs }));
        const again = [...first, ...at(2000, retry.resync), ...at(2100, packets)];
        expect(isOpen(run(doorFor(one), again).door)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('has no resync where the last knock begins the sequence too: only the quiet time helps then', () => {
    expect(portSequence.plan(mode({ steps: steps(7000, 8000, 7000) }), context).retry).toMatchObject({
      quietMs: 25_000,
      resync: [],
      tries: 1,
    });
  });
});

describe('the door stays shut', () => {
  /** An opening sequence of distinct ports, as every sensible one is, and the packets of its plan. */
  const distinct = fc
    .uniqueArray(stepArb, { minLength: 2, maxLength: 8, selector: (step) => step.port })
    .map((list) => ({
      one: mode({ steps: list }),
      packets: [...portSequence.plan(mode({ steps: list }), context).packets],
    }));

  const opens = (one: PortSequence, packets: readonly ArrivedPacket[]): boolean =>
    isOpen(
      run(
        doorFor(one),
        packets.map((packet, i) => ({ ...packet, atMs: i * 10 })),
      ).door,
    );

  it('for a packet that comes twice', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ one, packets }, pick) => {
        // The last one may come twice: the door is open by then.
        const at = pick % (packets.length - 1);
        const twice = packets.flatMap((packet, i) => (i === at ? [packet, packet] : [packet]));
        expect(opens(one, twice)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('for two packets swapped', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ one, packets }, pick) => {
        const at = pick % (packets.length - 1);
        const swapped = packets.map((packet, i) => packets[i === at ? at + 1 : i === at + 1 ? at : i] ?? packet);
        expect(opens(one, swapped)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('for a packet lost', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ one, packets }, pick) => {
        expect(
          opens(
            one,
            packets.filter((_, i) => i !== pick % packets.length),
          ),
        ).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('for a watched packet in between that is not the next', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), fc.nat(), ({ one, packets }, pick, choice) => {
        const at = 1 + (pick % (packets.length - 1));
        const foreign = packets[choice % packets.length];
        fc.pre(foreign !== undefined && !same(foreign, packets[at]));
        expect(
          opens(
            one,
            packets.flatMap((packet, i) => (i === at ? [foreign, packet] : [packet])),
          ),
        ).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('for the right ports with the wrong protocol', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ one, packets }, pick) => {
        const wrong = packets.map((packet, i): ArrivedPacket =>
          i === pick % packets.length ? { ...packet, protocol: packet.protocol === 'tcp' ? 'udp' : 'tcp' } : packet,
        );
        expect(opens(one, wrong)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('but ports that nobody watches do no harm', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ one, packets }, pick) => {
        const stranger: ArrivedPacket = { atMs: 0, port: 5, protocol: 'tcp' };
        expect(
          opens(
            one,
            packets.flatMap((packet, i) => (i === pick % packets.length ? [stranger, packet] : [packet])),
          ),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('knockd’s rule', () => {
  const door = doorFor(mode({}));

  it('shuts out a SYN that comes before the last step', () => {
    expect(run(door, taps([7000, 8000, SERVICE])).verdicts).toEqual(['count', 'count', 'ignore']);
  });

  it('keeps the door open for further connections', () => {
    expect(run(door, taps([7000, 8000, 9000, SERVICE, SERVICE])).verdicts).toEqual([
      'count',
      'count',
      'count',
      'accept',
      'accept',
    ]);
  });

  it('does not begin again with the packet that killed an attempt', () => {
    const { verdicts, door: after } = run(door, taps([7000, 7000, 8000, 9000]));
    expect(verdicts).toEqual(['count', 'reset', 'reset', 'reset']);
    expect(isOpen(run(after, taps([7000, 8000, 9000], 1000)).door)).toBe(true);
  });

  it('fails a retry at once after a lost last knock, and forgives it after the timeout', () => {
    const lost = taps([7000, 8000]);
    expect(isOpen(run(door, [...lost, ...taps([7000, 8000, 9000], 500)]).door)).toBe(false);
    expect(isOpen(run(door, [...lost, ...taps([7000, 8000, 9000], 25_000)]).door)).toBe(true);
    // The other way: the final step alone, which here completes the sequence late.
    expect(isOpen(run(door, [...lost, ...taps([9000], 500)]).door)).toBe(true);
  });

  it('counts its timeout in whole seconds from the first knock', () => {
    const rule = { steps: steps(1, 2), closing: null, servicePort: SERVICE, timeoutSeconds: 5 };
    const pair = (first: number, second: number) =>
      isOpen(run(portSequenceDoor(rule), [...taps([1], first), ...taps([2], second)]).door);
    expect(pair(0, 4999)).toBe(true);
    expect(pair(0, 5000)).toBe(false);
    expect(pair(999, 5000)).toBe(false);
    expect(pair(999, 4999)).toBe(true);
  });

  it('lets an expired attempt’s successor begin with the very packet that finds it expired', () => {
    const rule = { steps: steps(1, 2), closing: null, servicePort: SERVICE, timeoutSeconds: 5 };
    expect(isOpen(run(portSequenceDoor(rule), [...taps([1], 0), ...taps([1, 2], 6000)]).door)).toBe(true);
  });

  it('moves attempts on even with packets to the service port, if that is watched', () => {
    const own = doorFor(mode({ steps: steps(7000, SERVICE), closing: steps(SERVICE, 9000) }));
    const { verdicts, door: after } = run(own, taps([7000, SERVICE, SERVICE, 9000]));
    expect(verdicts).toEqual(['count', 'count', 'accept', 'count']);
    expect(isOpen(after)).toBe(false);
  });

  it('remembers how far the attempt is', () => {
    expect(run(door, taps([7000, 8000])).door.counted).toBe(2);
    expect(run(door, taps([7000, 8000, 7000])).door.counted).toBe(0);
    expect(door.counted).toBe(0);
  });

  it('listens on every port once', () => {
    const twice = doorFor(mode({ steps: steps(1, 2, 1), closing: steps(2, 1, SERVICE) }));
    expect(twice.listens).toEqual([1, 2, SERVICE].map((port) => ({ port, protocol: 'tcp' })));
  });
});

describe('the closing sequence', () => {
  it('shuts what the opening one opened', () => {
    fc.assert(
      fc.property(modeArb, closingArb, (opening, list) => {
        const one = { ...opening, closing: list };
        const plan = portSequence.plan(one, context);
        const opened = run(doorFor(one), plan.packets).door;
        expect(isOpen(opened)).toBe(true);
        const later = plan.connect.atMs + 10_000;
        const closed = run(
          opened,
          plan.closing.map((packet) => ({ ...packet, atMs: packet.atMs + later })),
        ).door;
        expect(isOpen(closed)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is not begun by a packet that kills an opening attempt', () => {
    const one = doorFor(mode({ closing: steps(9000, 8000, 7000) }));
    const { verdicts } = run(one, taps([7000, 9000, 8000, 7000]));
    expect(verdicts).toEqual(['count', 'reset', 'reset', 'count']);
  });

  it('may begin like the opening one: both run until a packet decides', () => {
    const one = doorFor(mode({ steps: steps(1, 2), closing: steps(1, 3) }));
    const opened = run(one, taps([1, 2])).door;
    expect(isOpen(opened)).toBe(true);
    expect(isOpen(run(opened, taps([1, 3], 1000)).door)).toBe(false);
  });
});
