/** Addresses between their text and their bytes in network order. */
import { isIpv4, isIpv6 } from '../profile/host';
import { ofLength, viewOf } from './bytes';

/** Four bytes for an IPv4 address, 16 for an IPv6 address without a zone; null for any other text. */
export function parseAddress(text: string): Uint8Array | null {
  if (isIpv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIpv6(text)) return null;
  const [before = '', after] = text.split('::');
  const head = groupsOf(before);
  const tail = groupsOf(after ?? '');
  const groups = [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The 16-bit groups of one side of `::`. */
function groupsOf(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** An address without the zone that a link-local one may name behind a percent sign (RFC 4007 §11). */
export interface ZonedAddress {
  readonly address: string;
  readonly zone: string | null;
}

export function splitZone(text: string): ZonedAddress {
  const [address = '', zone = null] = text.split('%');
  return { address, zone };
}

/**
 * Dotted decimal, or the one text that RFC 5952 recommends for an IPv6 address (§5: an IPv4-mapped one ends in dotted
 * decimal).
 * @throws RangeError unless there are 4 or 16 bytes
 */
export function formatAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const view = viewOf(ofLength('address', address, 16));
  const groups = Array.from({ length: 8 }, (_, position) => view.getUint16(2 * position));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${address.slice(12).join('.')}`;
  const zeros = longestZeros(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (zeros === null) return text(groups);
  return `${text(groups.slice(0, zeros.from))}::${text(groups.slice(zeros.to))}`;
}

/** RFC 5952 §4.2: the longest run of zero groups, the first of equals, never a single one. */
function longestZeros(groups: readonly number[]): { readonly from: number; readonly to: number } | null {
  let longest = { from: 0, to: 1 };
  let from = 0;
  groups.forEach((group, position) => {
    if (group !== 0) from = position + 1;
    else if (position + 1 - from > longest.to - longest.from) longest = { from, to: position + 1 };
  });
  return longest.to - longest.from > 1 ? longest : null;
}

/** Six bytes of a MAC address written with colons or hyphens, in either case; null for any other text. */
export function parseMac(text: string): Uint8Array | null {
  if (!/^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i.test(text)) return null;
  return Uint8Array.from(text.split(/[:-]/), (pair) => Number.parseInt(pair, 16));
}

/**
 * The form that profiles hold: six pairs of hex digits in capitals, with colons.
 * @throws RangeError unless there are 6 bytes
 */
export function formatMac(mac: Uint8Array): string {
  return Array.from(ofLength('MAC', mac, 6), (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}

/** Whether a MAC address can be that of one interface: the group bit is clear, and it is not all zeros. */
export function isUnicastMac(mac: Uint8Array): boolean {
  const [first = 1] = mac;
  return mac.length === 6 && first % 2 === 0 && mac.some((byte) => byte !== 0);
}

/** ff02::1:ffXX:XXXX, where every node with this IPv6 address listens (RFC 4291 §2.7.1). */
export function solicitedNode(address: Uint8Array): Uint8Array {
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  group.set(ofLength('address', address, 16).subarray(13), 13);
  return group;
}

/** 33:33 and the last four bytes of an IPv6 multicast address (RFC 2464 §7). */
export function multicastMac(group: Uint8Array): Uint8Array {
  return Uint8Array.of(0x33, 0x33, ...ofLength('multicast address', group, 16).subarray(12));
}
