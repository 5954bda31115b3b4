/** ICMP (RFC 792) and ICMPv6 (RFC 4443) errors, which quote the packet that they are about. */
import type { AddressFamily } from '../plan/knock-event';
import { viewOf } from './bytes';
import { quotedIpOver } from './ip';

const HEADER = 8;
/** Destination unreachable, source quench, time exceeded, parameter problem. */
const V4_ERRORS: readonly number[] = [3, 4, 11, 12];
/** Destination unreachable, packet too big, time exceeded, parameter problem. */
const V6_ERRORS: readonly number[] = [1, 2, 3, 4];

/** What an error tells of the packet that it quotes. */
export interface Quoted {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export class IcmpErrorView {
  private constructor(
    private readonly bytes: Uint8Array,
    readonly quoted: Quoted,
  ) {}

  /** Null for anything but an error that quotes a packet up to its ports. */
  static over(family: AddressFamily, bytes: Uint8Array): IcmpErrorView | null {
    const [type = 0] = bytes;
    if (bytes.length < HEADER || !(family === 4 ? V4_ERRORS : V6_ERRORS).includes(type)) return null;
    const quoted = quotedIpOver(family, bytes.subarray(HEADER));
    // Both protocols begin with the two ports; the beginning is only in a first fragment.
    if (quoted === null || quoted.isFragment || quoted.payload.length < 4) return null;
    const { source, destination, protocol, payload } = quoted;
    const ports = viewOf(payload);
    const [sourcePort, destinationPort] = [ports.getUint16(0), ports.getUint16(2)];
    return new IcmpErrorView(bytes, { source, destination, protocol, sourcePort, destinationPort });
  }

  get type(): number {
    return viewOf(this.bytes).getUint8(0);
  }

  get code(): number {
    return viewOf(this.bytes).getUint8(1);
  }
}
