import { inRange } from './bytes';
import { emitIpv4, emitIpv6, IP_PROTOCOLS } from './ip';
import type { Ends, RawPacket } from './raw-packet';
import { emitTcp } from './tcp';
import { emitUdp } from './udp';

/**
 * The bytes of one IP packet, with its checksums: the same as native/src/packet.c makes.
 * @throws RangeError with the name of the field that holds what it cannot: a mistake of this program
 */
export function buildPacket(ends: Ends, packet: RawPacket): Uint8Array {
  const { family, source, destination } = ends;
  const ip = {
    source,
    destination,
    ttl: packet.ttl,
    protocol: packet.protocol === 'tcp' ? IP_PROTOCOLS.TCP : IP_PROTOCOLS.UDP,
    payload: packet.protocol === 'tcp' ? emitTcp(ends, packet) : emitUdp(ends, packet),
  };
  if (family === 4) return emitIpv4({ ...ip, id: inRange('IP ID', packet.ipId, 1, 0xffff) });
  inRange('IP ID', packet.ipId, 0, 0);
  return emitIpv6(ip);
}
