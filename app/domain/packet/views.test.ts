/** Every view: what is built is what is read, and no bytes make one that throws or looks beyond them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArpView, emitArp } from './arp';
import type { Arp } from './arp';
import { emitEthernet, EthernetView } from './ethernet';
import type { Ethernet } from './ethernet';
import { IcmpErrorView } from './icmp';
import { emitIpv4, emitIpv6, Ipv4View, Ipv6View } from './ip';
import type { Ipv4, Ipv6 } from './ip';
import { emitNeighbourAdvertisement, NeighbourAdvertisementView } from './ndp';
import type { NeighbourAdvertisement } from './ndp';
import type { Ends } from './raw-packet';
import { emitTcp, TcpView } from './tcp';
import type { Tcp } from './tcp';
import { emitUdp, UdpView } from './udp';
import type { Udp } from './udp';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const upTo = (max: number, min = 0) => fc.integer({ min, max });
const payload = fc.uint8Array({ maxLength: 100 });
const port = upTo(65_535, 1);

const ethernetArb: fc.Arbitrary<Ethernet> = fc.record({
  destination: exactly(6),
  source: exactly(6),
  etherType: fc.constantFrom(0x0600, 0x0800, 0x0806, 0x86dd, 0xffff),
  payload,
});
const arpArb: fc.Arbitrary<Arp> = fc.record({
  operation: upTo(65_535),
  senderMac: exactly(6),
  senderAddress: exactly(4),
  targetMac: exactly(6),
  targetAddress: exactly(4),
});
const ipArb = (addressLength: number): fc.Arbitrary<Ipv6> =>
  fc.record({
    source: exactly(addressLength),
    destination: exactly(addressLength),
    protocol: upTo(255),
    ttl: upTo(255, 1),
    payload,
  });
const ipv4Arb: fc.Arbitrary<Ipv4> = fc.tuple(ipArb(4), upTo(65_535)).map(([ip, id]) => ({ ...ip, id }));
const endsArb: fc.Arbitrary<Ends> = fc.oneof(
  fc.record({ family: fc.constant(4 as const), source: exactly(4), destination: exactly(4) }),
  fc.record({ family: fc.constant(6 as const), source: exactly(16), destination: exactly(16) }),
);
const tcpArb: fc.Arbitrary<Tcp> = fc.record({
  sourcePort: port,
  destinationPort: port,
  sequence: upTo(0xffffffff),
  acknowledgment: upTo(0xffffffff),
  flags: upTo(255),
  window: upTo(65_535),
  options: upTo(10).chain((words) => exactly(4 * words)),
});
const udpArb: fc.Arbitrary<Udp> = fc.record({
  sourcePort: port,
  destinationPort: port,
  payload: fc.uint8Array({ maxLength: 512 }),
});
const advertisementArb: fc.Arbitrary<NeighbourAdvertisement> = fc.record({
  router: fc.boolean(),
  solicited: fc.boolean(),
  override: fc.boolean(),
  target: exactly(16).filter((target) => target[0] !== 0xff),
  targetMac: fc.option(exactly(6)),
});

/** A view's values under the names of what it was built from. */
function read<T extends object>(view: T | null, like: T): T | null {
  if (view === null) return null;
  return Object.fromEntries(Object.keys(like).map((key) => [key, view[key as keyof T]])) as T;
}

/** The bytes inside a larger buffer full of ones, where looking too far would go unnoticed. */
function inside(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 128).fill(0xff);
  buffer.set(bytes, 64);
  return buffer.subarray(64, 64 + bytes.length);
}

describe('reads what was built', () => {
  it('Ethernet', () => {
    fc.assert(
      fc.property(ethernetArb, (x) => {
        expect(read<Ethernet>(EthernetView.over(inside(emitEthernet(x))), x)).toEqual(x);
      }),
    );
  });

  it('ARP', () => {
    fc.assert(
      fc.property(arpArb, (x) => {
        expect(read<Arp>(ArpView.over(inside(emitArp(x))), x)).toEqual(x);
      }),
    );
  });

  it('IPv4', () => {
    fc.assert(
      fc.property(ipv4Arb, payload, (x, padding) => {
        const view = Ipv4View.over(inside(Uint8Array.of(...emitIpv4(x), ...padding)));
        expect(read<Ipv4>(view, x)).toEqual(x);
        expect([view?.isFragment, view?.options.length]).toEqual([false, 0]);
      }),
    );
  });

  it('IPv6', () => {
    fc.assert(
      fc.property(ipArb(16), payload, (x, padding) => {
        expect(read<Ipv6>(Ipv6View.over(inside(Uint8Array.of(...emitIpv6(x), ...padding))), x)).toEqual(x);
      }),
    );
  });

  it('TCP', () => {
    fc.assert(
      fc.property(endsArb, tcpArb, (ends, x) => {
        expect(read<Tcp>(TcpView.over(inside(emitTcp(ends, x))), x)).toEqual(x);
      }),
    );
  });

  it('UDP', () => {
    fc.assert(
      fc.property(endsArb, udpArb, (ends, x) => {
        expect(read<Udp>(UdpView.over(inside(emitUdp(ends, x))), x)).toEqual(x);
      }),
    );
  });

  it('neighbour advertisements', () => {
    const destination = exactly(16).filter((address) => address[0] !== 0xff);
    fc.assert(
      fc.property(exactly(16), destination, advertisementArb, (source, to, x) => {
        const ip = Ipv6View.over(inside(emitNeighbourAdvertisement({ source, destination: to }, x)));
        expect(ip && read<NeighbourAdvertisement>(NeighbourAdvertisementView.over(ip), x)).toEqual(x);
      }),
    );
  });
});

describe('IPv4 options and fragments', () => {
  const packet = emitIpv4({
    source: Uint8Array.of(192, 0, 2, 1),
    destination: Uint8Array.of(192, 0, 2, 2),
    protocol: 6,
    ttl: 64,
    id: 1,
    payload: Uint8Array.of(0x94, 4, 0, 0, 9, 9),
  });

  it('tells options from the payload', () => {
    packet[0] = 0x46;
    const view = Ipv4View.over(packet);
    expect([view?.options, view?.payload]).toEqual([Uint8Array.of(0x94, 4, 0, 0), Uint8Array.of(9, 9)]);
    packet[0] = 0x45;
  });

  it.each([
    [0x4000, false],
    [0x2000, true],
    [0x0001, true],
    [0x1fff, true],
  ])('%i is a fragment: %s', (word, fragment) => {
    new DataView(packet.buffer).setUint16(6, word);
    expect(Ipv4View.over(packet)?.isFragment).toBe(fragment);
  });

  it.each([
    ['a header shorter than any', 0x44],
    ['a header longer than the packet', 0x4f],
    ['another version', 0x65],
  ])('refuses %s', (_name, first) => {
    expect(Ipv4View.over(Uint8Array.of(first, ...packet.subarray(1)))).toBeNull();
  });
});

describe('hostile bytes', () => {
  // Bytes that begin like a packet get further than chance alone would let them.
  const hostile = fc
    .tuple(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom<readonly number[]>(
        [],
        [0x45, 0, 0, 60],
        [0x4f, 0, 0, 100],
        [0x60, 0, 0, 0, 0, 32, 58, 255],
        [3, 0, 0, 0, 0, 0, 0, 0, 0x4f, 0, 0, 90],
        [1, 0, 0, 0, 0, 0, 0, 0, 0x60],
        [0, 1, 8, 0, 6, 4],
      ),
    )
    .map(([bytes, start]) => {
      bytes.set(start.slice(0, bytes.length));
      return inside(bytes);
    });
  const within = (part: Uint8Array, whole: Uint8Array): boolean =>
    part.buffer === whole.buffer &&
    part.byteOffset >= whole.byteOffset &&
    part.byteOffset + part.length <= whole.byteOffset + whole.length;

  it.each<readonly [string, (bytes: Uint8Array) => object | null, readonly string[]]>([
    ['Ethernet', (bytes) => EthernetView.over(bytes), ['destination', 'source', 'etherType', 'payload']],
    ['ARP', (bytes) => ArpView.over(bytes), ['operation', 'senderMac', 'senderAddress', 'targetMac', 'targetAddress']],
    [
      'IPv4',
      (bytes) => Ipv4View.over(bytes),
      ['source', 'destination', 'protocol', 'ttl', 'id', 'options', 'isFragment', 'payload'],
    ],
    [
      'quoted IPv4',
      (bytes) => Ipv4View.overQuoted(bytes),
      ['source', 'destination', 'protocol', 'ttl', 'id', 'options', 'isFragment', 'payload'],
    ],
    ['IPv6', (bytes) => Ipv6View.over(bytes), ['source', 'destination', 'protocol', 'ttl', 'payload']],
    ['quoted IPv6', (bytes) => Ipv6View.overQuoted(bytes), ['source', 'destination', 'protocol', 'ttl', 'payload']],
    [
      'TCP',
      (bytes) => TcpView.over(bytes),
      ['sourcePort', 'destinationPort', 'sequence', 'acknowledgment', 'flags', 'window', 'options'],
    ],
    ['UDP', (bytes) => UdpView.over(bytes), ['sourcePort', 'destinationPort', 'payload']],
    ['ICMP error', (bytes) => IcmpErrorView.over(4, bytes), ['type', 'code', 'quoted']],
    ['ICMPv6 error', (bytes) => IcmpErrorView.over(6, bytes), ['type', 'code', 'quoted']],
  ])('%s', (_name, over, names) => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const view = over(bytes);
        if (view === null) return;
        for (const name of names) {
          const value: unknown = Reflect.get(view, name);
          expect(value, name).toBeDefined();
          if (value instanceof Uint8Array) expect(within(value, bytes), name).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
