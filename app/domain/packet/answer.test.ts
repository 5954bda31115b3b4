/** The packets that come in were made by another program (Python's struct and ipaddress), not by our own builder. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer';
import type { Ends, RawPacket, RawTcp, RawUdp } from './raw-packet';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

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
  flags: 2,
  window: 64_240,
  options: bytes('020405b4'),
};
const UDP: RawUdp = {
  protocol: 'udp',
  ttl: 64,
  ipId: 4660,
  sourcePort: 61_235,
  destinationPort: 7000,
  payload: bytes('00'),
};
const KNOCKS: readonly RawPacket[] = [{ ...SYN, sourcePort: 61_233 }, SYN, UDP, SYN];

const SYN_ACK = '4500002c000040004006b6c8c0000202c00002010016ef3200000007123456796012fe88bd8c0000020405b4';
const RST_WITH_IP_OPTIONS = '4600002c00004000400621c4c0000202c0000201940400000016ef32000000001234567950140000d3d60000';
const RST_V6 =
  '600000000014064020010db800000000000000000000000220010db80000000000000000000000010016ef32000000001234567950140000fc650000';
const ICMP_PROHIBITED =
  '4500003900094000fa019484c6336401c0000201030d8111000000004500001d123440000111e398c0000201c0000202ef331b580009714c00';
const ICMP_TIME_EXCEEDED =
  '4500003800094000fa019485c6336401c00002010b009d0a000000004500002c123440000106e394c0000201c0000202ef32001612345678';
const ICMPV6_PORT_UNREACHABLE =
  '6000000000393a4020010db8ffff0000000000000000000120010db8000000000000000000000001010432240000000060000000000911012001' +
  '0db800000000000000000000000120010db8000000000000000000000002ef331b58000999db00';

/** The packet with some of its bytes replaced. */
function changed(hex: string, at: number, by: string): Uint8Array {
  const packet = bytes(hex);
  packet.set(bytes(by), at);
  return packet;
}

describe('answers', () => {
  it.each([
    ['SYN/ACK', V4, SYN_ACK, { packet: 1, kind: 'syn-ack', from: '192.0.2.2', icmp: null }],
    ['RST, behind IP options', V4, RST_WITH_IP_OPTIONS, { packet: 1, kind: 'rst', from: '192.0.2.2', icmp: null }],
    ['RST over IPv6', V6, RST_V6, { packet: 1, kind: 'rst', from: '2001:db8::2', icmp: null }],
    [
      'ICMP prohibited, from a router',
      V4,
      ICMP_PROHIBITED,
      { packet: 2, kind: 'icmp', from: '198.51.100.1', icmp: { type: 3, code: 13 } },
    ],
    [
      'ICMP time exceeded that quotes eight bytes of a SYN',
      V4,
      ICMP_TIME_EXCEEDED,
      { packet: 1, kind: 'icmp', from: '198.51.100.1', icmp: { type: 11, code: 0 } },
    ],
    [
      'ICMPv6 port unreachable',
      V6,
      ICMPV6_PORT_UNREACHABLE,
      { packet: 2, kind: 'icmp', from: '2001:db8:ffff::1', icmp: { type: 1, code: 4 } },
    ],
  ] as const)('%s', (_name, ends, hex, answer) => {
    expect(readAnswer(ends, KNOCKS, bytes(hex))).toEqual(answer);
  });

  it('counts when the frame was padded', () => {
    expect(readAnswer(V4, KNOCKS, bytes(`${SYN_ACK}0000`))).toMatchObject({ packet: 1 });
  });

  it.each([
    ['a SYN/ACK from another host', V4, changed(SYN_ACK, 15, '03')],
    ['a SYN/ACK to another host', V4, changed(SYN_ACK, 19, '03')],
    ['a SYN/ACK from another port', V4, changed(SYN_ACK, 20, '0017')],
    ['a SYN/ACK to another port', V4, changed(SYN_ACK, 22, 'ef35')],
    ['an ACK', V4, changed(SYN_ACK, 33, '10')],
    ['a SYN', V4, changed(SYN_ACK, 33, '02')],
    ['a first fragment', V4, changed(SYN_ACK, 6, '2000')],
    ['a later fragment', V4, changed(SYN_ACK, 6, '0001')],
    ['a packet that is cut off', V4, bytes(SYN_ACK.slice(0, -2))],
    ['a packet of another protocol', V4, changed(SYN_ACK, 9, '84')],
    ['an echo reply that looks as if it quoted', V4, changed(ICMP_PROHIBITED, 20, '00')],
    ['a redirect', V4, changed(ICMP_PROHIBITED, 20, '05')],
    ['an error about another source', V4, changed(ICMP_PROHIBITED, 43, '09')],
    ['an error about another destination', V4, changed(ICMP_PROHIBITED, 47, '09')],
    ['an error about another source port', V4, changed(ICMP_PROHIBITED, 48, 'ef34')],
    ['an error about another protocol', V4, changed(ICMP_PROHIBITED, 37, '06')],
    ['an error about a later fragment', V4, changed(ICMP_PROHIBITED, 34, '0001')],
    ['an error that quotes another version of IP', V4, changed(ICMP_PROHIBITED, 28, '65')],
    ['an ICMPv6 message that is no error', V6, changed(ICMPV6_PORT_UNREACHABLE, 40, '80')],
    ['a packet of the other family', V6, bytes(SYN_ACK)],
  ] as const)('not %s', (_name, ends, packet) => {
    expect(readAnswer(ends, KNOCKS, packet)).toBeNull();
  });

  it('are never read out of what is cut off', () => {
    for (const [ends, hex] of [
      [V4, SYN_ACK],
      [V4, RST_WITH_IP_OPTIONS],
      [V6, RST_V6],
      [V4, ICMP_PROHIBITED],
      [V4, ICMP_TIME_EXCEEDED],
      [V6, ICMPV6_PORT_UNREACHABLE],
    ] as const)
      for (let length = 0; length < hex.length / 2; length++)
        expect(readAnswer(ends, KNOCKS, bytes(hex).subarray(0, length))).toBeNull();
  });

  it('come out of no bytes with an exception, and name a knock that there is', () => {
    const whole = fc
      .constantFrom(SYN_ACK, RST_WITH_IP_OPTIONS, RST_V6, ICMP_PROHIBITED, ICMPV6_PORT_UNREACHABLE)
      .map(bytes);
    const spoilt = fc
      .tuple(whole, fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 6 }), fc.nat(120))
      .map(([packet, changes, length]) => {
        for (const [at, byte] of changes) if (at < packet.length) packet[at] = byte;
        return packet.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.constantFrom(V4, V6), fc.oneof(fc.uint8Array({ maxLength: 120 }), spoilt), (ends, packet) => {
        const answer = readAnswer(ends, KNOCKS, packet);
        if (answer !== null) expect(KNOCKS[answer.packet]).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});
