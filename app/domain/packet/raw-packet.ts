/**
 * One IP packet, as values. The builder in TypeScript (`build.ts`, for libpcap and for printing) and the one in C
 * (native/src/packet.c, for the helper) make the same bytes of it; a property test holds them to that.
 */
import type { AddressFamily } from '../plan/knock-event';
import type { Port } from '../plan/knock-plan';

/** TCP's flag bits (RFC 9293 §3.1, RFC 3168 §6.1). */
export const TCP_FLAGS = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

/** The most bytes that a knock datagram carries; the helper refuses more. */
export const MAX_UDP_PAYLOAD = 512;
/** TCP options take at most 40 bytes, in whole 32-bit words (RFC 9293 §3.1). */
export const MAX_TCP_OPTIONS = 40;

/** What both protocols have in common. All numbers are unsigned. */
interface IpValues {
  /** IPv4 TTL or IPv6 hop limit, 1 to 255. */
  readonly ttl: number;
  /** IPv4 identification, 1 to 65535: Linux fills in a zero by itself. IPv6 has none: 0. */
  readonly ipId: number;
  readonly sourcePort: Port;
  readonly destinationPort: Port;
}

export interface RawTcp extends IpValues {
  readonly protocol: 'tcp';
  /** In a SYN: the ISN. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** A sum of {@link TCP_FLAGS}. */
  readonly flags: number;
  readonly window: number;
  /** Whole 32-bit words, at most {@link MAX_TCP_OPTIONS} bytes. */
  readonly options: Uint8Array;
}

export interface RawUdp extends IpValues {
  readonly protocol: 'udp';
  /** At most {@link MAX_UDP_PAYLOAD} bytes. */
  readonly payload: Uint8Array;
}

export type RawPacket = RawTcp | RawUdp;

/** The two ends of a packet, as bytes: 4 for IPv4, 16 for IPv6, in network order. */
export interface Ends {
  readonly family: AddressFamily;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}
