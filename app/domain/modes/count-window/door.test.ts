/** The door against docs/knock-modes.md §1, sentence by sentence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Door, DoorVerdict } from '../../plan/door';
import { countWindowDoor } from './door';

const W = 1000;
/** Bursts 1, 2, 3 with different ports: knocks on 7, the door on 22. */
const apart = countWindowDoor({ sequence: '123', windowMs: W, knockPort: 7, servicePort: 22 });
/** The same with one port for both. */
const equal = countWindowDoor({ sequence: '123', windowMs: W, knockPort: 22, servicePort: 22 });

const KNOCKS = [0, 1000, 1000, 2000, 2000, 2000];
const KNOCK_PORT = 7;
const SERVICE = 22;

type Packet = readonly [atMs: number, port: number, protocol?: 'tcp' | 'udp'];

function send(door: Door, packets: readonly Packet[]): { verdicts: DoorVerdict[]; door: Door } {
  const verdicts: DoorVerdict[] = [];
  for (const [atMs, port, protocol = 'tcp'] of packets) {
    const result = door.receive({ atMs, port, protocol });
    verdicts.push(result.verdict);
    door = result.door;
  }
  return { verdicts, door };
}

/** What the door does with the last of these packets. */
function last(door: Door, packets: readonly Packet[]): DoorVerdict | undefined {
  return send(door, packets).verdicts.at(-1);
}

const on = (port: number, times: readonly number[] = KNOCKS, shift = 0): Packet[] =>
  times.map((at) => [at + shift, port]);

describe('opening', () => {
  it('needs each burst in its window at the moment of the connecting SYN', () => {
    expect(last(apart, [...on(KNOCK_PORT), [2100, SERVICE]])).toBe('accept');
    expect(last(equal, [...on(SERVICE), [2100, SERVICE]])).toBe('accept');
  });

  it('works with every ε between 0 and W, W included, 0 not', () => {
    expect(last(apart, [...on(KNOCK_PORT), [2001, SERVICE]])).toBe('accept');
    expect(last(apart, [...on(KNOCK_PORT), [3000, SERVICE]])).toBe('accept');
    expect(last(apart, [...on(KNOCK_PORT), [2000, SERVICE]])).toBe('reset');
    expect(last(apart, [...on(KNOCK_PORT), [3001, SERVICE]])).toBe('ignore');
  });

  it('counts TCP SYNs and datagrams on the knock port alike', () => {
    const knocks = on(KNOCK_PORT).map(([at, port], i): Packet => [at, port, i % 2 === 0 ? 'udp' : 'tcp']);
    expect(last(apart, [...knocks, [2100, SERVICE]])).toBe('accept');
  });

  it('is not for datagrams', () => {
    expect(last(apart, [...on(KNOCK_PORT), [2100, SERVICE, 'udp']])).toBe('ignore');
    expect(last(equal, [...on(SERVICE), [2100, SERVICE, 'udp']])).toBe('count');
  });

  it('takes no notice of other ports', () => {
    const { verdicts } = send(apart, [[0, 80], ...on(KNOCK_PORT), [2050, 80], [2100, SERVICE]]);
    expect(verdicts).toEqual(['ignore', ...KNOCKS.map(() => 'count'), 'ignore', 'accept']);
  });

  it('does not happen for a wrong sequence, a wrong window or no knock', () => {
    expect(last(apart, [...on(KNOCK_PORT, [0, 1000, 1000, 1000, 2000, 2000]), [2100, SERVICE]])).toBe('reset');
    expect(last(apart, [...on(KNOCK_PORT, [0, 900, 900, 1800, 1800, 1800]), [1900, SERVICE]])).toBe('reset');
    expect(last(apart, [[0, SERVICE]])).toBe('ignore');
    expect(last(equal, [[0, SERVICE]])).toBe('count');
  });

  it('forgives knocks too many that only the whole of the windows sees (the rule says "at least sum" there)', () => {
    expect(last(apart, [...on(KNOCK_PORT, [0, ...KNOCKS]), [2100, SERVICE]])).toBe('accept');
    // With equal ports the last knock is itself checked, while the last burst is one short.
    expect(send(equal, [...on(SERVICE, [0, ...KNOCKS]), [2100, SERVICE]]).verdicts.slice(-2)).toEqual([
      'reset',
      'count',
    ]);
  });
});

describe('single use', () => {
  it('forgets the knocks with the SYN that it accepts', () => {
    const { verdicts, door } = send(apart, [...on(KNOCK_PORT), [2100, SERVICE], [2101, SERVICE]]);
    expect(verdicts.slice(-2)).toEqual(['accept', 'ignore']);
    expect(door.counted).toBe(0);
  });

  it('so a probe before the session eats the opening', () => {
    expect(last(equal, [...on(SERVICE), [2100, SERVICE], [2200, SERVICE]])).toBe('count');
  });

  it('opens again after another full knock', () => {
    expect(last(apart, [...on(KNOCK_PORT), [2100, SERVICE], ...on(KNOCK_PORT, KNOCKS, 2200), [4300, SERVICE]])).toBe(
      'accept',
    );
  });
});

describe('probes and wrong SYNs', () => {
  it('a probe before knocking counts as a knock when the ports are equal', () => {
    const { verdicts } = send(equal, [[0, SERVICE], ...on(SERVICE), [2100, SERVICE]]);
    expect(verdicts[0]).toBe('count');
    expect(verdicts).not.toContain('accept');
  });

  it('and does no harm when they are not', () => {
    expect(last(apart, [[0, SERVICE], ...on(KNOCK_PORT), [2100, SERVICE]])).toBe('accept');
  });

  it('a SYN with the wrong count resets once sum knocks are in sight', () => {
    const sixAtOnce = on(KNOCK_PORT, [0, 0, 0, 0, 0, 0]);
    const { verdicts, door } = send(apart, [...sixAtOnce, [10, SERVICE]]);
    expect(verdicts.at(-1)).toBe('reset');
    expect(door.counted).toBe(0);
  });

  it('with fewer it is merely counted, or passed over where it is no knock', () => {
    const fiveAtOnce = [0, 0, 0, 0, 0];
    expect(send(equal, [...on(SERVICE, fiveAtOnce), [10, SERVICE]]).door.counted).toBe(6);
    expect(send(apart, [...on(KNOCK_PORT, fiveAtOnce), [10, SERVICE]]).door.counted).toBe(5);
  });
});

describe('residue', () => {
  it.each<readonly [string, Packet]>([
    ['another knock', [20, KNOCK_PORT]],
    ['a datagram', [20, KNOCK_PORT, 'udp']],
    ['a packet to any port', [20, 80]],
    ['a datagram to any port', [20, 53, 'udp']],
  ])('more than sum knocks within nW reset with %s', (_name, packet) => {
    const seven = on(KNOCK_PORT, [0, 0, 0, 0, 0, 0, 0]);
    const { verdicts, door } = send(apart, [...seven, packet]);
    expect(verdicts).toEqual([...seven.map(() => 'count'), 'reset']);
    expect(door.counted).toBe(0);
  });

  it('reaches exactly nW back', () => {
    const seven = on(KNOCK_PORT, [0, 10, 10, 10, 10, 10, 10]);
    expect(last(apart, [...seven, [3 * W, 80]])).toBe('reset');
    expect(last(apart, [...seven, [3 * W + 1, 80]])).toBe('ignore');
  });

  it('more than 2·sum knocks ever reset, however old they are', () => {
    const slow = (n: number) =>
      on(
        KNOCK_PORT,
        Array.from({ length: n }, (_, i) => i * 10 * W),
      );
    expect(last(apart, [...slow(12), [1e6, 80]])).toBe('ignore');
    expect(last(apart, [...slow(13), [1e6, 80]])).toBe('reset');
  });

  it('a reset on purpose takes knocks up to sum+1 in sight, leftovers included, and then any packet', () => {
    const quick = (n: number) =>
      on(
        KNOCK_PORT,
        Array.from({ length: n }, () => 600),
      );
    const leftovers = on(KNOCK_PORT, [0, 500]);
    const { door } = send(apart, [...leftovers, ...quick(5), [610, 80]]);
    expect(door.counted).toBe(0);
    expect(last(door, [...on(KNOCK_PORT, KNOCKS, 700), [2800, SERVICE]])).toBe('accept');
    // Whoever does not count the leftovers resets too early, and leaves knocks of the reset itself behind.
    expect(send(apart, [...leftovers, ...quick(7), [610, 80]]).door.counted).toBe(1);
  });
});

describe('leftovers of a failed try', () => {
  const failed = on(KNOCK_PORT, KNOCKS.slice(0, -1));

  it('count in the next one', () => {
    const { verdicts } = send(apart, [...failed, ...on(KNOCK_PORT, KNOCKS, 2500), [4600, SERVICE]]);
    expect(verdicts).not.toContain('accept');
  });

  it('do no harm after nW of quiet', () => {
    const again = 2000 + 3 * W + 1;
    expect(last(apart, [...failed, ...on(KNOCK_PORT, KNOCKS, again), [again + 2100, SERVICE]])).toBe('accept');
  });

  it('of two tries that were never reset spoil the third, which resets; the fourth opens', () => {
    const { verdicts } = send(
      apart,
      [0, 1, 2, 3].flatMap((attempt): Packet[] => {
        const start = attempt * 10 * W;
        // The connections of the first two tries were lost on the way.
        return [...on(KNOCK_PORT, KNOCKS, start), ...(attempt < 2 ? [] : [[start + 2100, SERVICE] as const])];
      }),
    );
    expect(verdicts.filter((verdict) => verdict === 'accept' || verdict === 'reset')).toEqual(['reset', 'accept']);
  });
});

describe('as a value', () => {
  it('listens on the knock port with both protocols and on the service port', () => {
    expect(apart.listens).toEqual([
      { port: 7, protocol: 'tcp' },
      { port: 7, protocol: 'udp' },
      { port: 22, protocol: 'tcp' },
    ]);
    expect(equal.listens).toEqual([
      { port: 22, protocol: 'tcp' },
      { port: 22, protocol: 'udp' },
    ]);
  });

  it('does not change', () => {
    send(apart, on(KNOCK_PORT));
    expect(apart.counted).toBe(0);
    expect(send(apart, on(KNOCK_PORT)).door.counted).toBe(6);
  });

  it('never remembers more than 2·sum+1 knocks', () => {
    const traffic = fc.array(fc.tuple(fc.nat(5000), fc.constantFrom(KNOCK_PORT, SERVICE, 80)), { maxLength: 100 });
    fc.assert(
      fc.property(traffic, fc.constantFrom(apart, equal), (steps, start) => {
        let at = 0;
        let door = start;
        for (const [wait, port] of steps) {
          at += wait;
          door = door.receive({ atMs: at, port, protocol: 'tcp' }).door;
          expect(door.counted).toBeLessThanOrEqual(13);
        }
      }),
    );
  });
});
