import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedPacket, SynFields } from '../plan/knock-plan';
import { knockPackets } from './knock-packet';
import type { KnockChance } from './knock-packet';

const PLANNED: readonly PlannedPacket[] = [
  { index: 0, atMs: 0, protocol: 'tcp', port: 7000, syn: null },
  { index: 1, atMs: 200, protocol: 'udp', port: 8000, payload: null },
];
const lowest: KnockChance = { below: () => 0 };
const highest: KnockChance = { below: (limit) => limit - 1 };

describe('knocks as raw packets', () => {
  it('are a bare SYN with an MSS, and one NUL byte', () => {
    expect(knockPackets(PLANNED, 4, lowest)).toEqual([
      {
        protocol: 'tcp',
        ttl: 64,
        ipId: 1,
        sourcePort: 61_000,
        destinationPort: 7000,
        sequence: 0,
        acknowledgment: 0,
        flags: 2,
        window: 64_240,
        options: Uint8Array.of(2, 4, 0x05, 0xb4),
      },
      { protocol: 'udp', ttl: 64, ipId: 1, sourcePort: 61_001, destinationPort: 8000, payload: Uint8Array.of(0) },
    ]);
  });

  it('have no IP ID and a smaller MSS over IPv6', () => {
    const [syn, datagram] = knockPackets(PLANNED, 6, highest);
    expect(syn).toMatchObject({ ipId: 0, options: Uint8Array.of(2, 4, 0x05, 0xa0), sequence: 0xffffffff });
    expect(datagram?.ipId).toBe(0);
  });

  it('begin again at the first source port after the last', () => {
    expect(knockPackets(PLANNED, 4, highest).map(({ sourcePort, ipId }) => [sourcePort, ipId])).toEqual([
      [65_535, 65_535],
      [61_000, 65_535],
    ]);
  });

  it('never share a source port', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, x) => {
          const planned = Array.from(
            { length: n },
            (_, index) => ({ index, atMs: index, protocol: 'tcp', port: 22, syn: null }) as const,
          );
          const ports = knockPackets(planned, 4, { below: (limit) => Math.floor(x * limit) }).map(
            (packet) => packet.sourcePort,
          );
          expect(new Set(ports).size).toBe(n);
          expect(ports.every((port) => port >= 61_000 && port <= 65_535)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  const CHOSEN = { sequence: 0x01020304, acknowledgment: 0xfffefdfc, ipId: 0xabcd, tsval: 0x80000002 } as const;
  const syn = (fields: Partial<SynFields>): PlannedPacket => ({
    index: 0,
    atMs: 0,
    protocol: 'tcp',
    port: 22,
    syn: { ...CHOSEN, ...fields },
  });

  it('carry the fields that the plan chooses', () => {
    expect(knockPackets([syn({})], 4, lowest)).toMatchObject([
      {
        ipId: 0xabcd,
        sequence: 0x01020304,
        acknowledgment: 0xfffefdfc,
        flags: 2,
        options: Uint8Array.of(2, 4, 0x05, 0xb4, 1, 1, 8, 10, 0x80, 0, 0, 2, 0, 0, 0, 0),
      },
    ]);
    // No identification in IPv6, whatever the plan says.
    expect(knockPackets([syn({})], 6, lowest)).toMatchObject([{ ipId: 0 }]);
  });

  it('leave to chance what the plan does not choose of them', () => {
    expect(knockPackets([syn({ ipId: null, tsval: null })], 4, highest)).toMatchObject([
      { ipId: 65_535, sequence: 0x01020304, options: Uint8Array.of(2, 4, 0x05, 0xb4) },
    ]);
  });

  const datagram = (payload: string): PlannedPacket => ({ index: 0, atMs: 0, protocol: 'udp', port: 22, payload });

  it('carry the payload that the plan gives in hex, an empty one too', () => {
    const payloads = (hex: string) =>
      knockPackets([datagram(hex)], 4, lowest).map((packet) => (packet.protocol === 'udp' ? [...packet.payload] : []));
    expect(payloads('00ff10')).toEqual([[0, 255, 16]]);
    expect(payloads('')).toEqual([[]]);
  });

  it('are not made of a plan that still waits for something', () => {
    expect(() => knockPackets([datagram('later')], 4, lowest)).toThrow(RangeError);
    const later: PlannedPacket = { index: 0, atMs: 0, protocol: 'tcp', port: 22, syn: 'later' };
    expect(() => knockPackets([later], 4, lowest)).toThrow(RangeError);
  });
});
