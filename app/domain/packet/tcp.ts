/** TCP segments without data (RFC 9293 §3.1). */
import { inRange, viewOf } from './bytes';
import { internetChecksum, pseudoHeaderSum } from './checksum';
import { IP_PROTOCOLS } from './ip';
import { MAX_TCP_OPTIONS } from './raw-packet';
import type { Ends, RawTcp } from './raw-packet';

const HEADER = 20;

export type Tcp = Pick<
  RawTcp,
  'sourcePort' | 'destinationPort' | 'sequence' | 'acknowledgment' | 'flags' | 'window' | 'options'
>;

export class TcpView implements Tcp {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly headerLength: number,
  ) {}

  /** Null unless there is a header with all its options. */
  static over(bytes: Uint8Array): TcpView | null {
    if (bytes.length < HEADER) return null;
    const headerLength = 4 * (viewOf(bytes).getUint8(12) >> 4);
    return headerLength < HEADER || headerLength > bytes.length ? null : new TcpView(bytes, headerLength);
  }

  get sourcePort(): number {
    return viewOf(this.bytes).getUint16(0);
  }

  get destinationPort(): number {
    return viewOf(this.bytes).getUint16(2);
  }

  get sequence(): number {
    return viewOf(this.bytes).getUint32(4);
  }

  get acknowledgment(): number {
    return viewOf(this.bytes).getUint32(8);
  }

  get flags(): number {
    return viewOf(this.bytes).getUint8(13);
  }

  get window(): number {
    return viewOf(this.bytes).getUint16(14);
  }

  get options(): Uint8Array {
    return this.bytes.subarray(HEADER, this.headerLength);
  }
}

/** @throws RangeError with the field's name */
export function emitTcp(ends: Ends, tcp: Tcp): Uint8Array {
  inRange('length of TCP options in words', tcp.options.length / 4, 0, MAX_TCP_OPTIONS / 4);
  const bytes = new Uint8Array(HEADER + tcp.options.length);
  const view = viewOf(bytes);
  view.setUint16(0, inRange('source port', tcp.sourcePort, 1, 0xffff));
  view.setUint16(2, inRange('destination port', tcp.destinationPort, 1, 0xffff));
  view.setUint32(4, inRange('sequence', tcp.sequence, 0, 0xffffffff));
  view.setUint32(8, inRange('acknowledgment', tcp.acknowledgment, 0, 0xffffffff));
  view.setUint8(12, (bytes.length / 4) << 4);
  view.setUint8(13, inRange('TCP flags', tcp.flags, 0, 255));
  view.setUint16(14, inRange('window', tcp.window, 0, 0xffff));
  bytes.set(tcp.options, HEADER);
  view.setUint16(16, internetChecksum(bytes, pseudoHeaderSum(ends, IP_PROTOCOLS.TCP, bytes.length)));
  return bytes;
}
