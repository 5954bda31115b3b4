/** The literals were made by another program (Python's struct and ipaddress), and tshark calls them well-formed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPacket } from './build';
import { internetChecksum, pseudoHeaderSum } from './checksum';
import { TCP_FLAGS } from './raw-packet';
import type { Ends, RawPacket, RawTcp, RawUdp } from './raw-packet';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const V4: Ends = { family: 4, source: bytes('c0000201'), destination: bytes('c0000202') };
const V6: Ends = {
  family: 6,
  source: bytes('20010db8000000000000000000000001'),
  destination: bytes('20010db8000000000000000000000002'),
};

const SYN: RawTcp = {
  protocol: 'tcp',
  ttl: 64,
  ipId: 4660,
  sourcePort: 61_234,
  destinationPort: 22,
  sequence: 0x12345678,
  acknowledgment: 0,
  flags: TCP_FLAGS.SYN,
  window: 64_240,
  options: bytes('020405b4'),
};
const datagram = (payload: string, ipId = 4660): RawUdp => ({
  protocol: 'udp',
  ttl: 64,
  ipId,
  sourcePort: 61_234,
  destinationPort: 7000,
  payload: bytes(payload),
});

describe('a packet, byte for byte', () => {
  it.each<readonly [string, Ends, RawPacket, string]>([
    ['SYN', V4, SYN, '4500002c123440004006a494c0000201c0000202ef32001612345678000000006002faf0c13c0000020405b4'],
    [
      'every flag, every number at its largest, 40 bytes of options',
      V4,
      {
        protocol: 'tcp',
        ttl: 255,
        ipId: 65_535,
        sourcePort: 65_535,
        destinationPort: 65_535,
        sequence: 0xffffffff,
        acknowledgment: 0xffffffff,
        flags: 255,
        window: 65_535,
        options: bytes('020405b40402080a0000000100000000010303070101fd0601020304000000000000000000000000'),
      },
      '45000050ffff4000ff06f7a3c0000201c0000202fffffffffffffffffffffffff0ffffff70dc0000' +
        '020405b40402080a0000000100000000010303070101fd0601020304000000000000000000000000',
    ],
    [
      'no flag, every number at its smallest, no options',
      V4,
      {
        protocol: 'tcp',
        ttl: 1,
        ipId: 1,
        sourcePort: 1,
        destinationPort: 1,
        sequence: 0,
        acknowledgment: 0,
        flags: 0,
        window: 0,
        options: new Uint8Array(),
      },
      '45000028000140000106f5cbc0000201c0000202000100010000000000000000500000002bdf0000',
    ],
    [
      'SYN over IPv6',
      V6,
      { ...SYN, ipId: 0, options: bytes('020405a0') },
      '600000000018064020010db800000000000000000000000120010db8000000000000000000000002' +
        'ef32001612345678000000006002faf0e9df0000020405a0',
    ],
    ['empty datagram', V4, datagram(''), '4500001c123440004011a499c0000201c0000202ef321b580008714f'],
    ['datagram of one byte', V4, datagram('00'), '4500001d123440004011a498c0000201c0000202ef321b580009714d00'],
    ['datagram of three', V4, datagram('616263'), '4500001f123440004011a496c0000201c0000202ef321b58000bace6616263'],
    [
      'empty datagram over IPv6',
      V6,
      datagram('', 0),
      '600000000008114020010db800000000000000000000000120010db8000000000000000000000002ef321b58000899de',
    ],
    [
      'datagram of one byte over IPv6',
      V6,
      datagram('00', 0),
      '600000000009114020010db800000000000000000000000120010db8000000000000000000000002ef321b58000999dc00',
    ],
    [
      'datagram whose checksum comes out as zero',
      V4,
      datagram('714b'),
      '4500001e123440004011a497c0000201c0000202ef321b58000affff714b',
    ],
    [
      'the same over IPv6',
      V6,
      datagram('99da', 0),
      '60000000000a114020010db800000000000000000000000120010db8000000000000000000000002ef321b58000affff99da',
    ],
  ])('%s', (_name, ends, packet, hex) => {
    expect(hexOf(buildPacket(ends, packet))).toBe(hex);
  });
});

describe('checksums', () => {
  it('is that of RFC 1071’s example', () => {
    expect(internetChecksum(bytes('0001f203f4f5f6f7'))).toBe(0xffff - 0xddf2);
  });

  it('verify in every packet, of even and odd length', () => {
    const payload = fc.uint8Array({ maxLength: 512 });
    fc.assert(
      fc.property(fc.constantFrom(V4, V6), payload, (ends, data) => {
        const packet = buildPacket(ends, { ...datagram('', ends.family === 4 ? 1 : 0), payload: data });
        const [header, segment] = [packet.subarray(0, -8 - data.length), packet.subarray(-8 - data.length)];
        expect(internetChecksum(segment, pseudoHeaderSum(ends, 17, segment.length))).toBe(0);
        expect(hexOf(segment.subarray(6, 8))).not.toBe('0000');
        if (ends.family === 4) expect(internetChecksum(header)).toBe(0);
      }),
    );
  });
});

describe('what does not fit', () => {
  it.each<readonly [string, Ends, RawPacket]>([
    ['TTL', V4, { ...SYN, ttl: 0 }],
    ['TTL', V4, { ...SYN, ttl: 256 }],
    ['hop limit', V6, { ...SYN, ipId: 0, ttl: 0 }],
    ['IP ID', V4, { ...SYN, ipId: 0 }],
    ['IP ID', V4, { ...SYN, ipId: 65_536 }],
    ['IP ID', V6, SYN],
    ['source port', V4, { ...SYN, sourcePort: 0 }],
    ['source port', V4, { ...datagram(''), sourcePort: 65_536 }],
    ['destination port', V4, { ...SYN, destinationPort: 1.5 }],
    ['destination port', V4, { ...datagram(''), destinationPort: -1 }],
    ['sequence', V4, { ...SYN, sequence: 2 ** 32 }],
    ['acknowledgment', V4, { ...SYN, acknowledgment: Number.NaN }],
    ['TCP flags', V4, { ...SYN, flags: 256 }],
    ['window', V4, { ...SYN, window: 65_536 }],
    ['TCP options', V4, { ...SYN, options: new Uint8Array(3) }],
    ['TCP options', V4, { ...SYN, options: new Uint8Array(44) }],
    ['UDP payload', V4, { ...datagram(''), payload: new Uint8Array(513) }],
    ['source address', { ...V4, source: V6.source }, SYN],
    ['destination address', { ...V6, destination: V4.destination }, { ...SYN, ipId: 0 }],
  ])('%s', (field, ends, packet) => {
    expect(() => buildPacket(ends, packet)).toThrow(RangeError);
    expect(() => buildPacket(ends, packet)).toThrow(field);
  });
});
