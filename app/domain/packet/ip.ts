/** IPv4 (RFC 791) and IPv6 without extension headers (RFC 8200). */
import type { AddressFamily } from '../plan/knock-event';
import { inRange, ofLength, viewOf } from './bytes';
import { internetChecksum } from './checksum';

/** IANA's protocol numbers, also those of IPv6's Next Header field. */
export const IP_PROTOCOLS = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;

const V4_HEADER = 20;
const V6_HEADER = 40;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** What both versions have, each under its one name here. */
interface Ip {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** In IPv6: Next Header. */
  readonly protocol: number;
  /** In IPv6: Hop Limit. */
  readonly ttl: number;
  readonly payload: Uint8Array;
}

export interface Ipv4 extends Ip {
  readonly id: number;
}

export type Ipv6 = Ip;

export class Ipv4View implements Ipv4 {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly headerLength: number,
    private readonly totalLength: number,
  ) {}

  /** Null unless there is a header with all its options. The packet ends where its length says; null if that is later. */
  static over(bytes: Uint8Array): Ipv4View | null {
    const packet = Ipv4View.overQuoted(bytes);
    return packet === null || packet.totalLength > bytes.length ? null : packet;
  }

  /** As {@link over}, but an ICMP error quotes only the beginning of a packet: it may end before its length says. */
  static overQuoted(bytes: Uint8Array): Ipv4View | null {
    if (bytes.length < V4_HEADER) return null;
    const view = viewOf(bytes);
    const first = view.getUint8(0);
    const headerLength = 4 * (first & 0x0f);
    const totalLength = view.getUint16(2);
    if (first >> 4 !== 4 || headerLength < V4_HEADER || headerLength > bytes.length || totalLength < headerLength)
      return null;
    return new Ipv4View(bytes, headerLength, totalLength);
  }

  get source(): Uint8Array {
    return this.bytes.subarray(12, 16);
  }

  get destination(): Uint8Array {
    return this.bytes.subarray(16, 20);
  }

  get protocol(): number {
    return viewOf(this.bytes).getUint8(9);
  }

  get ttl(): number {
    return viewOf(this.bytes).getUint8(8);
  }

  get id(): number {
    return viewOf(this.bytes).getUint16(4);
  }

  get options(): Uint8Array {
    return this.bytes.subarray(V4_HEADER, this.headerLength);
  }

  /** A piece of a packet: its payload is not one whole message, and only the first piece has ports. */
  get isFragment(): boolean {
    return (viewOf(this.bytes).getUint16(6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0;
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(this.headerLength, this.totalLength);
  }
}

export class Ipv6View implements Ipv6 {
  /** Only an extension header makes fragments (RFC 8200 §4.5), and packets with those are no TCP, UDP or ICMPv6 here. */
  readonly isFragment = false;

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly totalLength: number,
  ) {}

  /** Null unless there is a header. The packet ends where its length says; null if that is later than the bytes do. */
  static over(bytes: Uint8Array): Ipv6View | null {
    const packet = Ipv6View.overQuoted(bytes);
    return packet === null || packet.totalLength > bytes.length ? null : packet;
  }

  /** As {@link over}, but the packet may end before its length says. */
  static overQuoted(bytes: Uint8Array): Ipv6View | null {
    if (bytes.length < V6_HEADER) return null;
    const view = viewOf(bytes);
    return view.getUint8(0) >> 4 === 6 ? new Ipv6View(bytes, V6_HEADER + view.getUint16(4)) : null;
  }

  get source(): Uint8Array {
    return this.bytes.subarray(8, 24);
  }

  get destination(): Uint8Array {
    return this.bytes.subarray(24, V6_HEADER);
  }

  get protocol(): number {
    return viewOf(this.bytes).getUint8(6);
  }

  get ttl(): number {
    return viewOf(this.bytes).getUint8(7);
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(V6_HEADER, this.totalLength);
  }
}

/** The packet that these bytes hold from their IP header on, if it is one of this family. */
export function ipOver(family: AddressFamily, bytes: Uint8Array): Ipv4View | Ipv6View | null {
  return family === 4 ? Ipv4View.over(bytes) : Ipv6View.over(bytes);
}

/** What an ICMP or ICMPv6 error quotes. */
export function quotedIpOver(family: AddressFamily, bytes: Uint8Array): Ipv4View | Ipv6View | null {
  return family === 4 ? Ipv4View.overQuoted(bytes) : Ipv6View.overQuoted(bytes);
}

/**
 * With DF, ToS 0 and no options.
 * @throws RangeError with the field's name
 */
export function emitIpv4(ip: Ipv4): Uint8Array {
  const length = V4_HEADER + ip.payload.length;
  const bytes = new Uint8Array(inRange('IPv4 length', length, V4_HEADER, 0xffff));
  const view = viewOf(bytes);
  view.setUint8(0, (4 << 4) | (V4_HEADER / 4));
  view.setUint16(2, length);
  view.setUint16(4, inRange('IP ID', ip.id, 0, 0xffff));
  view.setUint16(6, DONT_FRAGMENT);
  view.setUint8(8, inRange('TTL', ip.ttl, 1, 255));
  view.setUint8(9, inRange('protocol', ip.protocol, 0, 255));
  bytes.set(ofLength('source address', ip.source, 4), 12);
  bytes.set(ofLength('destination address', ip.destination, 4), 16);
  view.setUint16(10, internetChecksum(bytes.subarray(0, V4_HEADER)));
  bytes.set(ip.payload, V4_HEADER);
  return bytes;
}

/**
 * With traffic class 0 and flow label 0.
 * @throws RangeError with the field's name
 */
export function emitIpv6(ip: Ipv6): Uint8Array {
  const bytes = new Uint8Array(V6_HEADER + inRange('IPv6 payload length', ip.payload.length, 0, 0xffff));
  const view = viewOf(bytes);
  view.setUint8(0, 6 << 4);
  view.setUint16(4, ip.payload.length);
  view.setUint8(6, inRange('next header', ip.protocol, 0, 255));
  view.setUint8(7, inRange('hop limit', ip.ttl, 1, 255));
  bytes.set(ofLength('source address', ip.source, 16), 8);
  bytes.set(ofLength('destination address', ip.destination, 16), 24);
  bytes.set(ip.payload, V6_HEADER);
  return bytes;
}
