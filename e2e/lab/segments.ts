/** TCP segments made by hand, and the whole answer to each: what a port looks like to somebody who scans it. */
import { must } from './process';

/** Names of what a scanner sends, with the TCP flags. */
export const PROBES = {
  syn: 0x02,
  'syn with a push': 0x0a,
  'syn with ece and cwr': 0xc2,
  'syn and fin': 0x03,
  fin: 0x01,
  null: 0x00,
  push: 0x08,
  xmas: 0x29,
  ack: 0x10,
  'fin and ack': 0x11,
  'syn and ack': 0x12,
  rst: 0x04,
  'syn and rst': 0x06,
} as const;

export interface Probe {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly flags: number;
  readonly isn: number;
  readonly sourcePort: number;
  /** The type of service, or traffic class. */
  readonly tos: number;
  readonly payload: string;
}

/**
 * Sends each segment from a raw socket and waits for its answer. Node has no raw sockets. Prints a line a probe: the IP
 * and TCP headers that came back, in hex, without addresses, ports and checksums; "-" where nothing came. An IPv6 flow
 * label is random, so that only whether there is one is printed.
 */
const PROGRAM = `
import json, socket, struct, sys, time

def checksum(data):
    if len(data) % 2: data += b'\\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def verified(source, destination, segment):
    return checksum(pseudo(source, destination, len(segment)) + segment) == 0

def pseudo(source, destination, length):
    if len(source) == 4: return source + destination + struct.pack('!BBH', 0, 6, length)
    return source + destination + struct.pack('!IHBB', length, 0, 0, 6)

for probe in json.load(sys.stdin):
    six = ':' in probe['destination']
    family = socket.AF_INET6 if six else socket.AF_INET
    source = socket.inet_pton(family, probe['source'])
    destination = socket.inet_pton(family, probe['destination'])
    payload = probe['payload'].encode()
    flags = probe['flags']
    def segment(sum):
        ports = struct.pack('!HH', probe['sourcePort'], probe['port'])
        numbers = struct.pack('!II', probe['isn'], 0x11223344 if flags & 0x10 else 0)
        return ports + numbers + struct.pack('!BBHHH', 0x50, flags, 1024, sum, 0) + payload
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as out, \\
         socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd if six else 0x0800)) as back:
        if six: out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, probe['tos'])
        else: out.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, probe['tos'])
        out.sendto(segment(checksum(pseudo(source, destination, 20 + len(payload)) + segment(0))), (probe['destination'], 0))
        answer = '-'
        end = time.monotonic() + 0.1
        while answer == '-' and time.monotonic() < end:
            back.settimeout(max(0.001, end - time.monotonic()))
            try: packet = back.recv(2048)
            except socket.timeout: break
            if six: header, sender, kind, tcp = packet[:8], packet[8:24], packet[6], packet[40:40 + struct.unpack('!H', packet[4:6])[0]]
            else: header, sender, kind, tcp = packet[:10], packet[12:16], packet[9], packet[20:struct.unpack('!H', packet[2:4])[0]]
            if kind != 6 or sender != destination: continue
            if struct.unpack('!HH', tcp[:4]) != (probe['port'], probe['sourcePort']): continue
            if six:
                word = struct.unpack('!I', header[:4])[0]
                header = struct.pack('!I', word & 0xfff00000) + (b'L' if word & 0xfffff else b'0') + header[4:]
            whole = 'right' if verified(destination, source, tcp) else 'WRONG'
            answer = ' '.join((header.hex(), tcp[4:16].hex(), tcp[18:].hex(), whole))
        print(answer, flush=True)
`;

/** Makes the kernel write each checksum by itself, as on a wire: a veth pair leaves them unwritten (ETHTOOL_STXCSUM). */
const WRITE_CHECKSUMS = `
import array, fcntl, socket, struct, sys
value = array.array('B', struct.pack('II', 0x17, 0))
request = struct.pack('16sP', sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(), 0x8946, request)
`;

/** The arguments that run {@link WRITE_CHECKSUMS} for an interface. */
export const writeChecksums = (device: string): readonly string[] => ['python3', '-c', WRITE_CHECKSUMS, device];

/** What came back to each of the probes. @param asSender runs a program as root where they are to leave */
export async function answersTo(
  probes: readonly Probe[],
  asSender: (argv: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  const printed = await must(asSender(['python3', '-c', PROGRAM]), { input: JSON.stringify(probes) });
  return printed.trim().split('\n');
}
