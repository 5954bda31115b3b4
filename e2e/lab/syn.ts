/** The fields of a captured TCP segment that a SYN's sender chooses, read without any of the program's own code. */
import type { CapturedPacket } from './capture';

export interface Syn {
  readonly sourcePort: number;
  readonly isn: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  /** Null when the segment has no timestamp option. */
  readonly tsval: number | null;
  readonly tsecr: number | null;
  /** In their order, without the values of timestamps: kind, then what it holds in hex. */
  readonly options: readonly string[];
  /** TTL or hop limit. */
  readonly ttl: number;
  /** IPv4: the flags with the fragment offset. IPv6: whether there is a flow label. */
  readonly head: number;
  readonly trafficClass: number;
}

const NOP = 1;
const TIMESTAMPS = 8;

export function addressBytes(text: string): Uint8Array {
  if (text.includes('.')) return Uint8Array.from(text.split('.').map(Number));
  const [left = '', right = ''] = text.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groups(left), groups(right)];
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

export function synOf({ bytes }: CapturedPacket): Syn {
  const ipv4 = bytes.readUInt8(0) >> 4 === 4;
  const tcp = bytes.subarray(ipv4 ? (bytes.readUInt8(0) & 0x0f) * 4 : 40);
  const options: string[] = [];
  let timestamps: Buffer | null = null;
  for (let rest = tcp.subarray(20, (tcp.readUInt8(12) >> 4) * 4); rest.length > 0;) {
    const kind = rest.readUInt8(0);
    const length = kind <= NOP ? 1 : rest.readUInt8(1);
    if (length === 0) throw new Error('An option has no length');
    const value = rest.subarray(Math.min(2, length), length);
    if (kind === TIMESTAMPS) timestamps = value;
    options.push(kind === TIMESTAMPS ? String(kind) : `${kind} ${value.toString('hex')}`.trim());
    rest = rest.subarray(length);
  }
  return {
    sourcePort: tcp.readUInt16BE(0),
    isn: tcp.readUInt32BE(4),
    acknowledgment: tcp.readUInt32BE(8),
    flags: tcp.readUInt8(13),
    window: tcp.readUInt16BE(14),
    tsval: timestamps?.readUInt32BE(0) ?? null,
    tsecr: timestamps?.readUInt32BE(4) ?? null,
    options,
    ttl: bytes.readUInt8(ipv4 ? 8 : 7),
    head: ipv4 ? bytes.readUInt16BE(6) : Number((bytes.readUInt32BE(0) & 0xfffff) !== 0),
    trafficClass: ipv4 ? bytes.readUInt8(1) : (bytes.readUInt16BE(0) >> 4) & 0xff,
  };
}
