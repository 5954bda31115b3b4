import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeListen, encodeProbe, encodeSend, ProtocolError, ReportReader } from './protocol';
import type { Report, SendRequest } from './protocol';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const REQUEST: SendRequest = {
  family: 4,
  level: 'link',
  interfaceIndex: 0x01020304,
  source: hex('c0000201'),
  destination: hex('c0000207'),
  sourceMac: hex('020000000001'),
  listenMs: 300.4,
  packets: [
    {
      atNs: 0x0102030405060708n,
      packet: {
        protocol: 'tcp',
        ttl: 64,
        ipId: 0x1234,
        sourcePort: 61_000,
        destinationPort: 22,
        sequence: 0xfffffffe,
        acknowledgment: 1,
        flags: 2,
        window: 64_240,
        options: hex('020405b4'),
      },
    },
    {
      atNs: 0n,
      packet: {
        protocol: 'udp',
        ttl: 255,
        ipId: 1,
        sourcePort: 1,
        destinationPort: 65_535,
        payload: hex('00'),
      },
    },
  ],
};
const ZEROS_12 = '00'.repeat(12);

describe('a request', () => {
  it('to probe is two bytes', () => {
    expect(text(encodeProbe())).toBe('000000020101');
  });

  it('to listen has every field in its place', () => {
    expect(text(encodeListen({ port: 5000, durationMs: 600_000, connections: 100 }))).toBe(
      '00000009010413880009 27c064'.replace(' ', ''),
    );
  });

  it('to send has every field in its place', () => {
    const body = [
      ...['01 02', '04 02 0002 01020304', `c0000201 ${ZEROS_12}`, `c0000207 ${ZEROS_12}`, '020000000001', '012c'],
      ...['0102030405060708 06 40 1234 ee48 0016', 'fffffffe 00000001 02 faf0 04 020405b4'],
      ...['0000000000000000 11 ff 0001 0001 ffff', '0001 00'],
    ].map(hex);
    expect(text(encodeSend(REQUEST))).toBe(`00000065${body.map(text).join('')}`);
  });

  it('of IPv6 through the routing table has whole addresses, no interface and no MAC', () => {
    const [source, destination] = ['20010db8' + '00'.repeat(11) + '01', '20010db8' + '00'.repeat(11) + '07'];
    const request = {
      ...REQUEST,
      family: 6,
      level: 'routed',
      interfaceIndex: 0,
      sourceMac: null,
      packets: [],
    } as const;
    const bytes = encodeSend({ ...request, source: hex(source), destination: hex(destination) });
    expect(text(bytes)).toBe(
      `00000032 0102 06 01 0000 00000000 ${source} ${destination} ${'00'.repeat(6)} 012c`.replaceAll(' ', ''),
    );
  });

  it.each([
    { source: hex('c00002') },
    { destination: hex('00'.repeat(16)) },
    { sourceMac: hex('0000') },
    { interfaceIndex: -1 },
    { listenMs: 65_536 },
    { packets: Array.from({ length: 65_536 }, () => REQUEST.packets[1]).filter((packet) => packet !== undefined) },
  ])('that no frame can hold is a mistake of ours (%#)', (change) => {
    expect(() => encodeSend({ ...REQUEST, ...change })).toThrow(RangeError);
  });
});

function read(...chunks: readonly Uint8Array[]): readonly Report[] {
  const reader = new ReportReader();
  const reports = chunks.flatMap((chunk) => [...reader.read(chunk)]);
  reader.end();
  return reports;
}

const FROM = `c0000207${ZEROS_12}`;
const REPORTS: readonly (readonly [string, Report])[] = [
  ['0000000c 01 81 0000000000003000 01 02', { type: 'probed', capabilities: 0x3000n, noNewPrivs: true, seccomp: 2 }],
  [
    `0000002a 01 82 ffffffffffffffff 00000003 020000000001 020000000002 ${FROM}`,
    {
      type: 'armed',
      zeroNs: 0xffffffffffffffffn,
      interfaceIndex: 3,
      sourceMac: hex('020000000001'),
      nextHopMac: hex('020000000002'),
      nextHop: hex(FROM),
    },
  ],
  ['00000014 01 83 03e7 0000000000000001 0000000000000002', { type: 'sent', packet: 999, plannedNs: 1n, actualNs: 2n }],
  [
    `0000001f 01 84 0000000000000005 0001 02 0000 ${FROM}`,
    { type: 'answer', seenNs: 5n, packet: 1, kind: 'rst', icmp: null, from: hex(FROM) },
  ],
  [
    `0000001f 01 84 0000000000000005 0001 03 0301 ${FROM}`,
    { type: 'answer', seenNs: 5n, packet: 1, kind: 'icmp', icmp: { type: 3, code: 1 }, from: hex(FROM) },
  ],
  ['00000004 01 85 0009', { type: 'done', packets: 9 }],
  ['00000005 01 8a 06 1388', { type: 'listening', family: 6, port: 5000 }],
  [
    `00000022 01 8b 04 ${FROM} d986 89abcdef 00000001 01 00000000`,
    {
      ...{ type: 'arrived', family: 4, from: hex(FROM), sourcePort: 0xd986 },
      ...{ isn: 0x89abcdef, acknowledgment: 1, tsval: 0 },
    },
  ],
  [
    `00000022 01 8b 06 ${FROM} d986 00000000 00000000 00 00000000`,
    {
      ...{ type: 'arrived', family: 6, from: hex(FROM), sourcePort: 0xd986 },
      ...{ isn: 0, acknowledgment: 0, tsval: null },
    },
  ],
  ['00000009 01 86 0d ffff 00000000', { type: 'failed', reason: 'next-hop-silent', packet: null, errno: 0 }],
  ['00000009 01 86 0e 0002 00000065', { type: 'failed', reason: 'send-failed', packet: 2, errno: 101 }],
];
const ALL = hex(REPORTS.map(([bytes]) => bytes).join(''));

describe('a report', () => {
  it.each(REPORTS)('is read from %s', (bytes, report) => {
    expect(read(hex(bytes))).toEqual([report]);
  });

  it('is the same wherever the bytes are cut', () => {
    const whole = REPORTS.map(([, report]) => report);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(ALL.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), ALL.length];
        const chunks = at.slice(1).map((to, position) => ALL.subarray(at[position], to));
        expect(read(...chunks)).toEqual(whole);
      }),
    );
  });

  it.each([
    ['00000000', 'of no length'],
    ['00000001 01', 'too short for a type'],
    ['0000002b 01 82', 'longer than any report: refused before it is here'],
    ['ffffffff', 'of four gigabytes'],
    ['00000004 02 85 0009', 'of another version'],
    ['00000004 01 87 0009', 'of an unknown type'],
    ['00000004 01 01 0009', 'that is a request'],
    ['00000005 01 85 0009 00', 'with a byte left over'],
    ['00000003 01 85 00', 'with a field cut short'],
    ['00000009 01 86 00 ffff 00000000', 'without a reason'],
    ['00000009 01 86 40 ffff 00000000', 'with an unknown reason'],
    [`0000001f 01 84 0000000000000005 0001 00 0000 ${FROM}`, 'of no kind of answer'],
    [`0000001f 01 84 0000000000000005 0001 04 0000 ${FROM}`, 'of an unknown kind of answer'],
    ['00000005 01 8a 05 1388', 'of no address family'],
    ['00000004 01 85', 'that ends too soon'],
    ['000000', 'that has just begun'],
  ])('is refused: %s, %s', (bytes) => {
    expect(() => read(hex(bytes))).toThrow(ProtocolError);
  });

  it('is a report or an error, whatever the bytes are', () => {
    const frame = fc
      .tuple(fc.constantFrom(129, 130, 131, 132, 133, 134, 138, 139, 7), fc.uint8Array({ maxLength: 50 }))
      .map(([type, fields]) => Uint8Array.of(0, 0, 0, fields.length + 2, 1, type, ...fields));
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 100 })), { maxLength: 5 }), (chunks) => {
        try {
          const reports = read(...chunks);
          expect(reports.length).toBeLessThanOrEqual(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 8);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});
