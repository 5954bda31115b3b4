/** Two builders of packets, in TypeScript and in C: held to make the same bytes, and to refuse the same values. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPacket } from '../../app/domain/packet/build';
import type { Ends, RawPacket, RawTcp, RawUdp } from '../../app/domain/packet/raw-packet';
import { encodeSend } from '../../app/engine/transports/helper/protocol';
import { Running } from './process';

const TOOL = path.join(import.meta.dirname, '../../native/build/Release/packet-bytes');
const MALFORMED = 1;
const REFUSED = 0xffffffff;
/** The helper sends 200 packets a second at most. */
const STEP_NS = 5_000_000n;

const upTo = (max: number, min = 0) => fc.integer({ min, max });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const port = fc.oneof(fc.constantFrom(1, 65_535), upTo(65_535, 1));
const number32 = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff), upTo(0xffffffff));

const common = (family: 4 | 6) => ({
  ttl: upTo(255, 1),
  ipId: family === 4 ? upTo(65_535, 1) : fc.constant(0),
  sourcePort: port,
  destinationPort: port,
});
const tcpOf = (family: 4 | 6): fc.Arbitrary<RawTcp> =>
  fc.record({
    ...common(family),
    protocol: fc.constant('tcp'),
    sequence: number32,
    acknowledgment: number32,
    flags: upTo(255),
    window: upTo(65_535),
    options: upTo(10).chain((words) => bytes(4 * words)),
  });
const udpOf = (family: 4 | 6): fc.Arbitrary<RawUdp> =>
  fc.record({
    ...common(family),
    protocol: fc.constant('udp'),
    payload: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 512, size: 'max' })),
  });
const packetOf = (family: 4 | 6): fc.Arbitrary<RawPacket> => fc.oneof(tcpOf(family), udpOf(family));

/** Addresses that can be those of one host: the others are refused before any packet is looked at. */
const hostOf = (family: 4 | 6): fc.Arbitrary<Uint8Array> =>
  family === 4
    ? bytes(4).map((address) => Uint8Array.of(1 + ((address[0] ?? 0) % 223), ...address.subarray(1)))
    : bytes(16).map((address) => Uint8Array.of(0x20, ...address.subarray(1)));
const endsOf = (family: 4 | 6): fc.Arbitrary<Ends> =>
  fc.record({ family: fc.constant(family), source: hostOf(family), destination: hostOf(family) });

interface Request {
  readonly ends: Ends;
  readonly packets: readonly RawPacket[];
}
const requestOf = (family: 4 | 6): fc.Arbitrary<Request> =>
  fc.record({ ends: endsOf(family), packets: fc.array(packetOf(family), { minLength: 1, maxLength: 20 }) });
const requests = fc.oneof(requestOf(4), requestOf(6));

/** What the C side makes of a request. */
async function inC({ ends, packets }: Request): Promise<Buffer> {
  const running = new Running([TOOL]);
  running.child.stdin.end(
    encodeSend({
      ...ends,
      level: 'routed',
      interfaceIndex: 0,
      sourceMac: null,
      listenMs: 0,
      packets: packets.map((packet, position) => ({ atNs: BigInt(position) * STEP_NS, packet })),
    }),
  );
  const { code, stderr } = await running.within(10_000);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return running.stdout;
}

/** What the TypeScript side makes of it, in the same form. */
function inTypeScript({ ends, packets }: Request): Buffer {
  return Buffer.concat(
    packets.flatMap((packet) => {
      const built = buildPacket(ends, packet);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(built.length);
      return [length, built];
    }),
  );
}

/** A value that its field can hold on the way to the helper, but no packet may have. */
const spoiling = (family: 4 | 6): fc.Arbitrary<RawPacket> =>
  fc.oneof(
    fc
      .tuple(
        packetOf(family),
        fc.constantFrom<Partial<RawPacket>>(
          { ttl: 0 },
          { ipId: family === 4 ? 0 : 1 },
          { sourcePort: 0 },
          { destinationPort: 0 },
        ),
      )
      .map(([packet, change]) => ({ ...packet, ...change }) as RawPacket),
    fc
      .tuple(tcpOf(family), fc.constantFrom(1, 2, 3, 5, 39, 41, 44, 255))
      .map(([packet, length]) => ({ ...packet, options: new Uint8Array(length) })),
    fc
      .tuple(udpOf(family), fc.constantFrom(513, 1000, 65_535))
      .map(([packet, length]) => ({ ...packet, payload: new Uint8Array(length) })),
  );
const spoilt = fc
  .constantFrom<4 | 6>(4, 6)
  .chain((family) => fc.tuple(requestOf(family), spoiling(family), fc.nat(20)))
  .map(([{ ends, packets }, bad, at]) => {
    const position = Math.min(at, packets.length);
    return {
      bad,
      position,
      request: { ends, packets: [...packets.slice(0, position), bad, ...packets.slice(position)] },
    };
  });

describe('TypeScript and C', () => {
  beforeAll(() => {
    if (!existsSync(TOOL)) throw new Error(`${TOOL} is not there: npm run helper:build makes it.`);
  });

  it('build the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        expect((await inC(request)).toString('hex')).toBe(inTypeScript(request).toString('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('build the same bytes at every length of options and payload', async () => {
    for (const family of [4, 6] as const) {
      const [ends] = fc.sample(endsOf(family), { numRuns: 1, seed: 1 });
      const [tcp] = fc.sample(tcpOf(family), { numRuns: 1, seed: 2 });
      const [udp] = fc.sample(udpOf(family), { numRuns: 1, seed: 3 });
      if (ends === undefined || tcp === undefined || udp === undefined) throw new Error('There is no sample');
      const fill = (length: number): Uint8Array => Uint8Array.from({ length }, (_, position) => 255 - (position % 251));
      const packets: readonly RawPacket[] = [
        ...Array.from({ length: 11 }, (_, words) => ({ ...tcp, options: fill(4 * words) })),
        ...Array.from({ length: 513 }, (_, length) => ({ ...udp, payload: fill(length) })),
      ];
      expect((await inC({ ends, packets })).equals(inTypeScript({ ends, packets }))).toBe(true);
    }
  });

  it('refuse the same packets', async () => {
    await fc.assert(
      fc.asyncProperty(spoilt, async ({ request, bad, position }) => {
        const answer = await inC(request);
        expect([answer.length, answer.readUInt32BE(0), answer[4]]).toEqual([7, REFUSED, MALFORMED]);
        expect(answer.readUInt16BE(5)).toBe(position);
        expect(() => buildPacket(request.ends, bad)).toThrow(RangeError);
      }),
      { numRuns: 200 },
    );
  });
});
