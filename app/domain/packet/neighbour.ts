/** How the next hop's MAC address is asked for and told: ARP for IPv4, neighbour discovery for IPv6. */
import type { AddressFamily } from '../plan/knock-event';
import { isUnicastMac, multicastMac, solicitedNode } from './address';
import { ARP_OPERATIONS, ArpView, emitArp } from './arp';
import { sameBytes } from './bytes';
import { BROADCAST_MAC, emitEthernet, ETHER_TYPES, EthernetView } from './ethernet';
import { Ipv6View } from './ip';
import { emitNeighbourSolicitation, NeighbourAdvertisementView } from './ndp';

/**
 * The frame that asks every station of the link, or those of the solicited-node group, who has this address.
 * @throws RangeError for an address of the wrong length
 */
export function askNeighbour(
  family: AddressFamily,
  own: { readonly mac: Uint8Array; readonly address: Uint8Array },
  nextHop: Uint8Array,
): Uint8Array {
  if (family === 4)
    return emitEthernet({
      destination: BROADCAST_MAC,
      source: own.mac,
      etherType: ETHER_TYPES.ARP,
      payload: emitArp({
        operation: ARP_OPERATIONS.REQUEST,
        senderMac: own.mac,
        senderAddress: own.address,
        targetMac: new Uint8Array(6),
        targetAddress: nextHop,
      }),
    });
  const group = solicitedNode(nextHop);
  return emitEthernet({
    destination: multicastMac(group),
    source: own.mac,
    etherType: ETHER_TYPES.IPV6,
    payload: emitNeighbourSolicitation({ source: own.address, destination: group }, nextHop, own.mac),
  });
}

/** The MAC address that a frame tells of the next hop: an ARP reply or a neighbour advertisement. Never throws. */
export function readNeighbour(family: AddressFamily, nextHop: Uint8Array, frame: Uint8Array): Uint8Array | null {
  const ethernet = EthernetView.over(frame);
  if (ethernet?.etherType !== (family === 4 ? ETHER_TYPES.ARP : ETHER_TYPES.IPV6)) return null;
  const mac = family === 4 ? fromArp(nextHop, ethernet.payload) : fromAdvertisement(nextHop, ethernet.payload);
  return mac !== null && isUnicastMac(mac) ? mac : null;
}

function fromArp(nextHop: Uint8Array, bytes: Uint8Array): Uint8Array | null {
  const arp = ArpView.over(bytes);
  return arp?.operation === ARP_OPERATIONS.REPLY && sameBytes(arp.senderAddress, nextHop) ? arp.senderMac : null;
}

function fromAdvertisement(nextHop: Uint8Array, bytes: Uint8Array): Uint8Array | null {
  const ip = Ipv6View.over(bytes);
  const advertisement = ip && NeighbourAdvertisementView.over(ip);
  return advertisement !== null && sameBytes(advertisement.target, nextHop) ? advertisement.targetMac : null;
}
