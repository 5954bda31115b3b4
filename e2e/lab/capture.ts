/** What tcpdump saw, packet by packet. Reads the pcap format itself, since tcpdump's text depends on well-known ports. */
import type { Running } from './process';

export interface CapturedPacket {
  /** The kernel's time in milliseconds since 1970. */
  readonly atMs: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other';
  /** TCP flags as tcpdump writes them: S, S., ., P., F., R. Empty for other protocols. */
  readonly flags: string;
  readonly srcPort: number | null;
  readonly dstPort: number | null;
  readonly payload: Buffer;
  /** The whole IP packet. */
  readonly bytes: Buffer;
  /** Ethernet source and destination, as six pairs of hex digits in capitals. */
  readonly sourceMac: string;
  readonly destinationMac: string;
}

const PCAP_MAGIC_MICROSECONDS = 0xa1b2c3d4;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;
const PROTOCOLS: Readonly<Record<number, CapturedPacket['protocol']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
};
const FLAGS: readonly (readonly [number, string])[] = [
  [0x01, 'F'],
  [0x02, 'S'],
  [0x04, 'R'],
  [0x08, 'P'],
  [0x10, '.'],
];

/** In the short form, as people and programs write it. */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function mac(bytes: Buffer): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join(':')
    .toUpperCase();
}

function parseFrame(atMs: number, frame: Buffer): CapturedPacket | null {
  const etherType = frame.readUInt16BE(12);
  const macs = { destinationMac: mac(frame.subarray(0, 6)), sourceMac: mac(frame.subarray(6, 12)) };
  const ip = frame.subarray(ETHERNET_HEADER);
  let source: string;
  let destination: string;
  let protocolNumber: number;
  let segment: Buffer;
  if (etherType === 0x0800) {
    source = [...ip.subarray(12, 16)].join('.');
    destination = [...ip.subarray(16, 20)].join('.');
    protocolNumber = ip.readUInt8(9);
    segment = ip.subarray((ip.readUInt8(0) & 0x0f) * 4, ip.readUInt16BE(2));
  } else if (etherType === 0x86dd) {
    source = ipv6(ip.subarray(8, 24));
    destination = ipv6(ip.subarray(24, 40));
    protocolNumber = ip.readUInt8(6);
    segment = ip.subarray(40, 40 + ip.readUInt16BE(4));
  } else return null;

  const protocol = PROTOCOLS[protocolNumber] ?? 'other';
  const bytes = etherType === 0x0800 ? ip.subarray(0, ip.readUInt16BE(2)) : ip.subarray(0, 40 + ip.readUInt16BE(4));
  const common = { atMs, source, destination, protocol, bytes, ...macs };
  if (protocol !== 'tcp' && protocol !== 'udp')
    return { ...common, flags: '', srcPort: null, dstPort: null, payload: segment };
  const ports = { srcPort: segment.readUInt16BE(0), dstPort: segment.readUInt16BE(2) };
  if (protocol === 'udp') return { ...common, ...ports, flags: '', payload: segment.subarray(8) };
  const bits = segment.readUInt8(13);
  return {
    ...common,
    ...ports,
    flags: FLAGS.map(([bit, name]) => (bits & bit ? name : '')).join(''),
    payload: segment.subarray((segment.readUInt8(12) >> 4) * 4),
  };
}

/** The IP packets in a pcap file, which may still be growing: an incomplete last record is left for later. */
function parsePcap(file: Buffer): CapturedPacket[] {
  if (file.length < PCAP_HEADER) return [];
  if (file.readUInt32LE(0) !== PCAP_MAGIC_MICROSECONDS)
    throw new Error('This is not the pcap format that was expected');
  const packets: CapturedPacket[] = [];
  let at = PCAP_HEADER;
  while (at + RECORD_HEADER <= file.length) {
    const length = file.readUInt32LE(at + 8);
    const end = at + RECORD_HEADER + length;
    if (end > file.length) break;
    const atMs = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const packet = parseFrame(atMs, file.subarray(at + RECORD_HEADER, end));
    if (packet) packets.push(packet);
    at = end;
  }
  return packets;
}

/** Router and neighbour discovery: the kernel's own talk to keep an IPv6 link going. */
const IPV6_HOUSEKEEPING: ReadonlySet<number> = new Set([133, 134, 135, 136, 137]);

/** Everything that a computer sent of its own will, by its addresses. */
function sentFrom(addresses: readonly string[], packets: readonly CapturedPacket[]): CapturedPacket[] {
  return packets.filter(
    ({ source, protocol, payload }) =>
      addresses.includes(source) && !(protocol === 'icmpv6' && IPV6_HOUSEKEEPING.has(payload.readUInt8(0))),
  );
}

/** A capture on the client's interface. Get one from `lab.capture()`. */
export class Capture {
  readonly #tcpdump: Running;
  readonly #client: readonly string[];
  readonly #sendMarker: () => Promise<Buffer>;

  /**
   * @param tcpdump listening, and writing pcap to its standard output
   * @param client the addresses whose packets count
   * @param sendMarker makes the server broadcast one datagram, and gives its payload
   */
  constructor(tcpdump: Running, client: readonly string[], sendMarker: () => Promise<Buffer>) {
    this.#tcpdump = tcpdump;
    this.#client = client;
    this.#sendMarker = sendMarker;
  }

  /** What the client has sent so far. */
  get sent(): CapturedPacket[] {
    return sentFrom(this.#client, parsePcap(this.#tcpdump.stdout));
  }

  /**
   * Ends the capture and gives everything that the client sent before this call. A marker packet proves that: once
   * tcpdump has it, it has all that went before.
   */
  async stop(): Promise<CapturedPacket[]> {
    const marker = await this.#sendMarker();
    const untilMarker = (): CapturedPacket[] | null => {
      const packets = parsePcap(this.#tcpdump.stdout);
      const at = packets.findIndex((packet) => packet.payload.equals(marker));
      return at < 0 ? null : packets.slice(0, at);
    };
    await this.#tcpdump.ready('the end of the capture', () => untilMarker() !== null);
    const packets = untilMarker() ?? [];
    await this.#tcpdump.stop('SIGINT');
    return sentFrom(this.#client, packets);
  }
}
