/** What comes back to knocks. The same meaning as native/src/answer.h, which the helper uses. */
import { formatAddress } from './address';
import { sameBytes } from './bytes';
import { IcmpErrorView } from './icmp';
import { IP_PROTOCOLS, ipOver } from './ip';
import type { Ipv4View, Ipv6View } from './ip';
import { TCP_FLAGS } from './raw-packet';
import type { Ends, RawPacket } from './raw-packet';
import { TcpView } from './tcp';

/** An answer to one of the packets. It proves nothing about the door. */
export interface Answer {
  /** The packet that it answers, as a position in the list. */
  readonly packet: number;
  readonly kind: 'syn-ack' | 'rst' | 'icmp';
  /** Who sent it: for an ICMP error often a router on the way. */
  readonly from: string;
  /** ICMP type and code (RFC 792, RFC 4443); null otherwise. */
  readonly icmp: { readonly type: number; readonly code: number } | null;
}

/**
 * Whether an IP packet (from its IP header on) answers one of the packets: a SYN/ACK or RST from the destination to a
 * knock's ports, or an ICMP or ICMPv6 error that quotes a knock. The first packet with these ports counts. TCP and IP
 * checksums are not looked at: captures on this computer often hold unfinished ones. Never throws.
 */
export function readAnswer(ends: Ends, packets: readonly RawPacket[], bytes: Uint8Array): Answer | null {
  const ip = ipOver(ends.family, bytes);
  if (ip === null || ip.isFragment || !sameBytes(ip.destination, ends.source)) return null;
  if (ip.protocol === IP_PROTOCOLS.TCP) return readTcp(ends, packets, ip);
  return ip.protocol === (ends.family === 4 ? IP_PROTOCOLS.ICMP : IP_PROTOCOLS.ICMPV6)
    ? readIcmp(ends, packets, ip)
    : null;
}

function readTcp(ends: Ends, packets: readonly RawPacket[], ip: Ipv4View | Ipv6View): Answer | null {
  const tcp = TcpView.over(ip.payload);
  if (tcp === null || !sameBytes(ip.source, ends.destination)) return null;
  const kind = kindOf(tcp.flags);
  const packet = positionOf(packets, 'tcp', tcp.destinationPort, tcp.sourcePort);
  return kind === null || packet === null ? null : { packet, kind, from: formatAddress(ip.source), icmp: null };
}

function kindOf(flags: number): 'syn-ack' | 'rst' | null {
  if ((flags & TCP_FLAGS.RST) !== 0) return 'rst';
  const both = TCP_FLAGS.SYN | TCP_FLAGS.ACK;
  return (flags & both) === both ? 'syn-ack' : null;
}

function readIcmp(ends: Ends, packets: readonly RawPacket[], ip: Ipv4View | Ipv6View): Answer | null {
  const error = IcmpErrorView.over(ends.family, ip.payload);
  if (error === null) return null;
  const { type, code, quoted } = error;
  if (!sameBytes(quoted.source, ends.source) || !sameBytes(quoted.destination, ends.destination)) return null;
  const protocol = quoted.protocol === IP_PROTOCOLS.TCP ? 'tcp' : quoted.protocol === IP_PROTOCOLS.UDP ? 'udp' : null;
  if (protocol === null) return null;
  const packet = positionOf(packets, protocol, quoted.sourcePort, quoted.destinationPort);
  return packet === null ? null : { packet, kind: 'icmp', from: formatAddress(ip.source), icmp: { type, code } };
}

function positionOf(
  packets: readonly RawPacket[],
  protocol: RawPacket['protocol'],
  sourcePort: number,
  destinationPort: number,
): number | null {
  const position = packets.findIndex(
    (packet) =>
      packet.protocol === protocol && packet.sourcePort === sourcePort && packet.destinationPort === destinationPort,
  );
  return position === -1 ? null : position;
}
