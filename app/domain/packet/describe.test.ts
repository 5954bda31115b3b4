import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAddress } from './address';
import { describePacket } from './describe';
import type { Ends, RawTcp, RawUdp } from './raw-packet';

const ends = (family: 4 | 6, source: string, destination: string): Ends => ({
  family,
  source: parseAddress(source) ?? new Uint8Array(),
  destination: parseAddress(destination) ?? new Uint8Array(),
});
const V4 = ends(4, '192.0.2.1', '192.0.2.2');
const V6 = ends(6, '2001:db8::1', '2001:db8::2');
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const SYN: RawTcp = {
  protocol: 'tcp',
  ttl: 64,
  ipId: 4660,
  sourcePort: 61_234,
  destinationPort: 22,
  sequence: 305_419_896,
  acknowledgment: 0,
  flags: 2,
  window: 64_240,
  options: bytes('020405b4'),
};
const UDP: RawUdp = {
  protocol: 'udp',
  ttl: 64,
  ipId: 4660,
  sourcePort: 61_234,
  destinationPort: 7000,
  payload: bytes('00'),
};

it('tells everything that a SYN carries', () => {
  expect(describePacket(V4, SYN)).toBe(
    'SYN 192.0.2.1:61234 → 192.0.2.2:22 seq 305419896 win 64240 ttl 64 id 4660 <mss 1460>',
  );
  expect(describePacket(V6, { ...SYN, ipId: 0, options: bytes('') })).toBe(
    'SYN [2001:db8::1]:61234 → [2001:db8::2]:22 seq 305419896 win 64240 hop limit 64',
  );
});

it('tells the length of a datagram', () => {
  expect(describePacket(V4, UDP)).toBe('UDP 192.0.2.1:61234 → 192.0.2.2:7000 1 byte ttl 64 id 4660');
  expect(describePacket(V4, { ...UDP, payload: bytes('') })).toContain(' 0 bytes ');
});

it.each([
  [{ flags: 0x12, acknowledgment: 0 }, 'SYN+ACK 192.0.2.1:61234 → 192.0.2.2:22 seq 305419896 ack 0 win'],
  // The code of TCP Knocking.
  [{ acknowledgment: 99 }, 'SYN 192.0.2.1:61234 → 192.0.2.2:22 seq 305419896 ack 99 win'],
  [{ flags: 0 }, 'TCP without flags 192.0.2.1'],
  [{ flags: 0xff }, 'FIN+SYN+RST+PSH+ACK+URG+ECE+CWR 192.0.2.1'],
])('%j', (change, text) => {
  expect(describePacket(V4, { ...SYN, ...change })).toContain(text);
});

it.each([
  ['020405b40402080a000000ff0000000001030307', '<mss 1460,sackOK,TS val 255 ecr 0,nop,wscale 7>'],
  ['01010101', '<nop,nop,nop,nop>'],
  ['01000000', '<nop,eol>'],
  ['fd0412340303', '<option 253 1234,malformed 0303>'],
  ['fe02', '<option 254>'],
  // A known kind of another length is still shown in full.
  ['020305', '<option 2 05>'],
  ['0200ffff', '<malformed 0200ffff>'],
  ['02', '<malformed 02>'],
])('options %s are %s', (options, text) => {
  expect(describePacket(V4, { ...SYN, options: bytes(options) })).toMatch(new RegExp(` ${text}$`));
});

it('has one line for any options', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (options) => {
      expect(describePacket(V4, { ...SYN, options })).toMatch(/^[ -~→]+$/);
    }),
  );
});
