/** UDP datagrams (RFC 768). */
import { inRange, viewOf } from './bytes';
import { internetChecksum, pseudoHeaderSum } from './checksum';
import { IP_PROTOCOLS } from './ip';
import { MAX_UDP_PAYLOAD } from './raw-packet';
import type { Ends, RawUdp } from './raw-packet';

const HEADER = 8;

export type Udp = Pick<RawUdp, 'sourcePort' | 'destinationPort' | 'payload'>;

export class UdpView implements Udp {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly length: number,
  ) {}

  /** Null unless there is as much as its length says, and a header at least. */
  static over(bytes: Uint8Array): UdpView | null {
    if (bytes.length < HEADER) return null;
    const length = viewOf(bytes).getUint16(4);
    return length < HEADER || length > bytes.length ? null : new UdpView(bytes, length);
  }

  get sourcePort(): number {
    return viewOf(this.bytes).getUint16(0);
  }

  get destinationPort(): number {
    return viewOf(this.bytes).getUint16(2);
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(HEADER, this.length);
  }
}

/** @throws RangeError with the field's name */
export function emitUdp(ends: Ends, udp: Udp): Uint8Array {
  const bytes = new Uint8Array(HEADER + inRange('length of UDP payload', udp.payload.length, 0, MAX_UDP_PAYLOAD));
  const view = viewOf(bytes);
  view.setUint16(0, inRange('source port', udp.sourcePort, 1, 0xffff));
  view.setUint16(2, inRange('destination port', udp.destinationPort, 1, 0xffff));
  view.setUint16(4, bytes.length);
  bytes.set(udp.payload, HEADER);
  const checksum = internetChecksum(bytes, pseudoHeaderSum(ends, IP_PROTOCOLS.UDP, bytes.length));
  // Zero would mean that there is no checksum (RFC 768), which IPv6 forbids (RFC 8200 §8.1).
  view.setUint16(6, checksum === 0 ? 0xffff : checksum);
  return bytes;
}
