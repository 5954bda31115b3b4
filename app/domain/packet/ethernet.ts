/** Ethernet II frames without a VLAN tag (RFC 894, RFC 2464). */
import { inRange, ofLength, viewOf } from './bytes';

export const ETHER_TYPES = { IPV4: 0x0800, ARP: 0x0806, IPV6: 0x86dd } as const;
export const BROADCAST_MAC: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

const HEADER = 14;
/** Below it the field is a length (IEEE 802.3 §3.2.6). */
const FIRST_ETHER_TYPE = 0x0600;
const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8];

export interface Ethernet {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly etherType: number;
  readonly payload: Uint8Array;
}

export class EthernetView implements Ethernet {
  private constructor(private readonly bytes: Uint8Array) {}

  /** Null for too few bytes, for an 802.3 length and for a VLAN tag. */
  static over(bytes: Uint8Array): EthernetView | null {
    if (bytes.length < HEADER) return null;
    const frame = new EthernetView(bytes);
    return frame.etherType < FIRST_ETHER_TYPE || VLAN_TAGS.includes(frame.etherType) ? null : frame;
  }

  get destination(): Uint8Array {
    return this.bytes.subarray(0, 6);
  }

  get source(): Uint8Array {
    return this.bytes.subarray(6, 12);
  }

  get etherType(): number {
    return viewOf(this.bytes).getUint16(12);
  }

  /** With the padding of a short frame: the payload's own length tells where that begins. */
  get payload(): Uint8Array {
    return this.bytes.subarray(HEADER);
  }
}

/** Without padding and check sequence: the driver adds both. */
export function emitEthernet(frame: Ethernet): Uint8Array {
  const bytes = new Uint8Array(HEADER + frame.payload.length);
  bytes.set(ofLength('destination MAC', frame.destination, 6), 0);
  bytes.set(ofLength('source MAC', frame.source, 6), 6);
  viewOf(bytes).setUint16(12, inRange('EtherType', frame.etherType, FIRST_ETHER_TYPE, 0xffff));
  bytes.set(frame.payload, HEADER);
  return bytes;
}
