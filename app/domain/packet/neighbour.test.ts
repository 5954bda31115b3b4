/** The literals were made by another program (Python's struct and ipaddress), and tshark calls them well-formed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, parseMac } from './address';
import { ARP_OPERATIONS, emitArp } from './arp';
import { emitEthernet, ETHER_TYPES } from './ethernet';
import { emitNeighbourAdvertisement } from './ndp';
import { askNeighbour, readNeighbour } from './neighbour';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const address = (text: string): Uint8Array => parseAddress(text) ?? new Uint8Array();

const OWN_MAC = parseMac('02:00:5E:10:20:30') ?? new Uint8Array();
const NEXT_MAC = parseMac('02:00:5E:40:50:60') ?? new Uint8Array();
const [OWN_V4, NEXT_V4] = [address('192.0.2.1'), address('192.0.2.2')];
const [OWN_V6, NEXT_V6] = [address('2001:db8::1'), address('fe80::1234:56ff:fe78:9abc')];

const ARP_REQUEST = 'ffffffffffff02005e1020300806000108000604000102005e102030c0000201000000000000c0000202';
const ARP_REPLY = '02005e10203002005e4050600806000108000604000202005e405060c000020202005e102030c0000201';
const SOLICITATION =
  '3333ff789abc02005e10203086dd6000000000203aff20010db8000000000000000000000001ff0200000000000000000001ff789abc' +
  '87002f8600000000fe80000000000000123456fffe789abc010102005e102030';
const ADVERTISEMENT =
  '02005e10203002005e40506086dd6000000000203afffe80000000000000123456fffe789abc20010db8000000000000000000000001' +
  '8800b574e0000000fe80000000000000123456fffe789abc020102005e405060';
const ADVERTISEMENT_WITHOUT_MAC =
  '02005e10203002005e40506086dd6000000000183afffe80000000000000123456fffe789abc20010db8000000000000000000000001' +
  '8800e81e60000000fe80000000000000123456fffe789abc';

describe('asking', () => {
  it('is an ARP request to everybody', () => {
    expect(hexOf(askNeighbour(4, { mac: OWN_MAC, address: OWN_V4 }, NEXT_V4))).toBe(ARP_REQUEST);
  });

  it('is a neighbour solicitation to the solicited-node group', () => {
    expect(hexOf(askNeighbour(6, { mac: OWN_MAC, address: OWN_V6 }, NEXT_V6))).toBe(SOLICITATION);
  });
});

describe('telling', () => {
  it('is an ARP reply', () => {
    const reply = { senderMac: NEXT_MAC, senderAddress: NEXT_V4, targetMac: OWN_MAC, targetAddress: OWN_V4 };
    const payload = emitArp({ operation: ARP_OPERATIONS.REPLY, ...reply });
    const frame = emitEthernet({ destination: OWN_MAC, source: NEXT_MAC, etherType: ETHER_TYPES.ARP, payload });
    expect(hexOf(frame)).toBe(ARP_REPLY);
  });

  it('is a neighbour advertisement', () => {
    const told = { router: true, solicited: true, override: true, target: NEXT_V6, targetMac: NEXT_MAC };
    const payload = emitNeighbourAdvertisement({ source: NEXT_V6, destination: OWN_V6 }, told);
    const frame = emitEthernet({ destination: OWN_MAC, source: NEXT_MAC, etherType: ETHER_TYPES.IPV6, payload });
    expect(hexOf(frame)).toBe(ADVERTISEMENT);
  });
});

/** The frame with some of its bytes replaced. */
function changed(hex: string, at: number, by: string): Uint8Array {
  const frame = bytes(hex);
  frame.set(bytes(by), at);
  return frame;
}

/** The advertisement with other bytes in its message, and the checksum made right again (RFC 1624, by hand). */
function resummed(at: number, by: string): Uint8Array {
  const frame = changed(ADVERTISEMENT, at, by);
  const view = new DataView(frame.buffer);
  view.setUint16(56, 0);
  let sum = 58 + (frame.length - 54);
  for (let word = 22; word < frame.length; word += 2) sum += view.getUint16(word);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  view.setUint16(56, ~sum & 0xffff);
  return frame;
}

describe('reading what is told', () => {
  it.each([
    ['an ARP reply', 4, NEXT_V4, bytes(ARP_REPLY)],
    ['an ARP reply in a padded frame', 4, NEXT_V4, bytes(ARP_REPLY + '00'.repeat(18))],
    ['an advertisement', 6, NEXT_V6, bytes(ADVERTISEMENT)],
    ['an unsolicited advertisement to all', 6, NEXT_V6, resummed(38, 'ff02000000000000000000000000000188000000a0')],
  ] as const)('%s', (_name, family, nextHop, frame) => {
    expect(readNeighbour(family, nextHop, frame)).toEqual(NEXT_MAC);
  });

  it.each([
    ['an ARP request', 4, NEXT_V4, changed(ARP_REPLY, 21, '01')],
    ['a reply of another host', 4, OWN_V4, bytes(ARP_REPLY)],
    ['a reply with a group MAC', 4, NEXT_V4, changed(ARP_REPLY, 22, '01')],
    ['a reply with no MAC', 4, NEXT_V4, changed(ARP_REPLY, 22, '000000000000')],
    ['ARP for another kind of hardware', 4, NEXT_V4, changed(ARP_REPLY, 15, '06')],
    ['ARP in a frame of another kind', 4, NEXT_V4, changed(ARP_REPLY, 12, '0800')],
    ['ARP behind a VLAN tag', 4, NEXT_V4, bytes(`${ARP_REPLY.slice(0, 24)}81000001${ARP_REPLY.slice(24)}`)],
    ['a reply that is cut off', 4, NEXT_V4, bytes(ARP_REPLY.slice(0, -2))],
    ['an advertisement of another host', 6, OWN_V6, bytes(ADVERTISEMENT)],
    ['an advertisement from beyond the link', 6, NEXT_V6, changed(ADVERTISEMENT, 21, 'fe')],
    ['an advertisement with a wrong checksum', 6, NEXT_V6, changed(ADVERTISEMENT, 85, '61')],
    ['an advertisement without the option', 6, NEXT_V6, bytes(ADVERTISEMENT_WITHOUT_MAC)],
    ['an advertisement with a code', 6, NEXT_V6, resummed(55, '01')],
    ['an advertisement with an option of no length', 6, NEXT_V6, resummed(79, '00')],
    ['an advertisement with an option longer than itself', 6, NEXT_V6, resummed(79, '02')],
    ['an advertisement of a group', 6, address('ff80::1234:56ff:fe78:9abc'), resummed(62, 'ff')],
    ['an advertisement with a group MAC', 6, NEXT_V6, resummed(80, '03')],
    ['an advertisement to a group that says it was asked for', 6, NEXT_V6, resummed(38, 'ff02')],
    ['a solicitation', 6, NEXT_V6, bytes(SOLICITATION)],
    ['another ICMPv6 message', 6, NEXT_V6, resummed(54, '86')],
    ['a frame of the other family', 6, NEXT_V6, bytes(ARP_REPLY)],
  ] as const)('not %s', (_name, family, nextHop, frame) => {
    expect(readNeighbour(family, nextHop, frame)).toBeNull();
  });

  it('never throws, and never tells a MAC that no interface has', () => {
    const spoilt = fc
      .tuple(
        fc.constantFrom(ARP_REPLY, ADVERTISEMENT).map(bytes),
        fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 4 }),
        fc.nat(90),
      )
      .map(([frame, changes, length]) => {
        for (const [at, byte] of changes) if (at < frame.length) frame[at] = byte;
        return frame.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.constantFrom(4, 6), fc.oneof(fc.uint8Array({ maxLength: 100 }), spoilt), (family, frame) => {
        const mac = readNeighbour(family, family === 4 ? NEXT_V4 : NEXT_V6, frame);
        if (mac !== null) expect(mac[0] ?? 1).toSatisfy((first: number) => mac.length === 6 && first % 2 === 0);
      }),
      { numRuns: 1000 },
    );
  });
});
