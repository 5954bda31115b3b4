/** ARP for IPv4 over Ethernet (RFC 826). */
import { inRange, ofLength, viewOf } from './bytes';
import { ETHER_TYPES } from './ethernet';

export const ARP_OPERATIONS = { REQUEST: 1, REPLY: 2 } as const;

const LENGTH = 28;
/** Hardware type Ethernet, protocol type IPv4, addresses of 6 and 4 bytes. */
const ETHERNET_AND_IPV4 = [0, 1, ETHER_TYPES.IPV4 >> 8, ETHER_TYPES.IPV4 & 0xff, 6, 4] as const;

export interface Arp {
  readonly operation: number;
  readonly senderMac: Uint8Array;
  readonly senderAddress: Uint8Array;
  readonly targetMac: Uint8Array;
  readonly targetAddress: Uint8Array;
}

export class ArpView implements Arp {
  private constructor(private readonly bytes: Uint8Array) {}

  /** Null for too few bytes, and for anything but IPv4 over Ethernet. */
  static over(bytes: Uint8Array): ArpView | null {
    if (bytes.length < LENGTH) return null;
    return ETHERNET_AND_IPV4.every((byte, position) => byte === bytes[position]) ? new ArpView(bytes) : null;
  }

  get operation(): number {
    return viewOf(this.bytes).getUint16(6);
  }

  get senderMac(): Uint8Array {
    return this.bytes.subarray(8, 14);
  }

  get senderAddress(): Uint8Array {
    return this.bytes.subarray(14, 18);
  }

  get targetMac(): Uint8Array {
    return this.bytes.subarray(18, 24);
  }

  get targetAddress(): Uint8Array {
    return this.bytes.subarray(24, LENGTH);
  }
}

/** @throws RangeError for an address of the wrong length */
export function emitArp(arp: Arp): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  bytes.set(ETHERNET_AND_IPV4);
  viewOf(bytes).setUint16(6, inRange('ARP operation', arp.operation, 0, 0xffff));
  bytes.set(ofLength('sender MAC', arp.senderMac, 6), 8);
  bytes.set(ofLength('sender address', arp.senderAddress, 4), 14);
  bytes.set(ofLength('target MAC', arp.targetMac, 6), 18);
  bytes.set(ofLength('target address', arp.targetAddress, 4), 24);
  return bytes;
}
