/** Packets of every kind, as Wireshark's own dissectors read them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress, formatMac, parseAddress, parseMac } from '../../app/domain/packet/address';
import { ARP_OPERATIONS, emitArp } from '../../app/domain/packet/arp';
import { buildPacket } from '../../app/domain/packet/build';
import { emitEthernet, ETHER_TYPES } from '../../app/domain/packet/ethernet';
import { emitNeighbourAdvertisement } from '../../app/domain/packet/ndp';
import { askNeighbour } from '../../app/domain/packet/neighbour';
import { TCP_FLAGS } from '../../app/domain/packet/raw-packet';
import type { Ends, RawPacket, RawTcp } from '../../app/domain/packet/raw-packet';
import { must } from './process';

/** One field of tshark's each, with its value as tshark prints it. */
type Fields = Readonly<Record<string, string>>;
interface Sample {
  readonly name: string;
  readonly frame: Uint8Array;
  readonly fields: Fields;
  /** What tshark warns of, and rightly, where the packet is odd on purpose. */
  readonly warnings: readonly string[];
}

const CHECKSUM_GOOD = '1';
/** Wireshark's PI_WARN; errors and malformed packets are above it, comments, chats and notes below. */
const SEVERITY_WARNING = 0x00600000;

function some<T>(value: T | null): T {
  if (value === null) throw new Error('This is no address');
  return value;
}
const address = (text: string): Uint8Array => some(parseAddress(text));
const OWN_MAC = some(parseMac('02:00:5E:10:20:30'));
const NEXT_MAC = some(parseMac('02:00:5E:40:50:60'));
const V4: Ends = { family: 4, source: address('192.0.2.1'), destination: address('192.0.2.2') };
const V6: Ends = { family: 6, source: address('2001:db8::1'), destination: address('2001:db8::2') };

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexNumber = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
const macText = (mac: Uint8Array): string => formatMac(mac).toLowerCase();

function ipFields(ends: Ends, packet: RawPacket, payloadLength: number): Fields {
  const [source, destination] = [formatAddress(ends.source), formatAddress(ends.destination)];
  if (ends.family === 6)
    return {
      'ipv6.src': source,
      'ipv6.dst': destination,
      'ipv6.hlim': String(packet.ttl),
      'ipv6.tclass': '0x00000000',
      'ipv6.flow': '0x000000',
      'ipv6.plen': String(payloadLength),
    };
  return {
    'ip.src': source,
    'ip.dst': destination,
    'ip.ttl': String(packet.ttl),
    'ip.id': hexNumber(packet.ipId, 4),
    'ip.hdr_len': '20',
    'ip.len': String(20 + payloadLength),
    'ip.dsfield': '0x00',
    'ip.flags.df': '1',
    'ip.flags.mf': '0',
    'ip.checksum.status': CHECKSUM_GOOD,
  };
}

/** The packet in a frame, and what has to be read out of it. */
function sample(name: string, ends: Ends, packet: RawPacket, warnings: readonly string[] = []): Sample {
  const etherType = ends.family === 4 ? ETHER_TYPES.IPV4 : ETHER_TYPES.IPV6;
  const payload = buildPacket(ends, packet);
  const frame = emitEthernet({ destination: NEXT_MAC, source: OWN_MAC, etherType, payload });
  const ports = (protocol: string): Fields => ({
    [`${protocol}.srcport`]: String(packet.sourcePort),
    [`${protocol}.dstport`]: String(packet.destinationPort),
    [`${protocol}.checksum.status`]: CHECKSUM_GOOD,
  });
  const fields: Fields =
    packet.protocol === 'udp'
      ? {
          ...ipFields(ends, packet, 8 + packet.payload.length),
          ...ports('udp'),
          'udp.length': String(8 + packet.payload.length),
          'udp.payload': hexOf(packet.payload),
        }
      : {
          ...ipFields(ends, packet, 20 + packet.options.length),
          ...ports('tcp'),
          'tcp.seq_raw': String(packet.sequence),
          'tcp.ack_raw': String(packet.acknowledgment),
          'tcp.flags': hexNumber(packet.flags, 4),
          'tcp.window_size_value': String(packet.window),
          'tcp.hdr_len': String(20 + packet.options.length),
          'tcp.options': hexOf(packet.options),
          'tcp.len': '0',
        };
  const macs = { 'eth.dst': macText(NEXT_MAC), 'eth.src': macText(OWN_MAC) };
  return { name, frame, fields: { ...macs, ...fields }, warnings };
}

/** Every sample has a source port of its own, so that tshark does not take them for one conversation. */
let nextPort = 61_000;
const common = (family: 4 | 6) => ({
  ttl: 64,
  ipId: family === 4 ? 0x1234 : 0,
  sourcePort: nextPort++,
  destinationPort: 40_001,
});
const tcp = (family: 4 | 6, change: Partial<RawTcp> = {}): RawTcp => ({
  ...common(family),
  protocol: 'tcp',
  sequence: 0x12345678,
  acknowledgment: 0,
  flags: TCP_FLAGS.SYN,
  window: 64_240,
  options: Uint8Array.of(2, 4, 5, 0xb4),
  ...change,
});

const LINUX_OPTIONS = Uint8Array.from(Buffer.from('020405b40402080a12345678000000000103030a', 'hex'));
const { SYN, ACK, FIN, RST, PSH, URG, ECE, CWR } = TCP_FLAGS;

function samplesOf(ends: Ends): readonly Sample[] {
  const { family } = ends;
  const name = (text: string): string => `${text} over IPv${family}`;
  const bare = { options: new Uint8Array() };
  return [
    sample(name('SYN'), ends, tcp(family)),
    sample(name('SYN without options'), ends, tcp(family, bare)),
    sample(name('SYN with the options of Linux'), ends, tcp(family, { options: LINUX_OPTIONS })),
    sample(
      name('SYN with 40 bytes of options'),
      ends,
      tcp(family, { options: Uint8Array.of(...LINUX_OPTIONS, 0xfd, 18, ...new Uint8Array(16).fill(7), 1, 0) }),
    ),
    sample(name('SYN with a code in its acknowledgment'), ends, tcp(family, { acknowledgment: 0xdeadbeef })),
    sample(
      name('SYN with every number at its largest'),
      ends,
      tcp(family, { ttl: 255, sequence: 0xffffffff, window: 65_535, destinationPort: 65_535 }),
    ),
    sample(
      name('ACK with every number at its smallest'),
      ends,
      tcp(family, { ttl: 1, sequence: 0, acknowledgment: 0, window: 0, flags: ACK, ...bare }),
      ['TCP Zero Window segment'],
    ),
    sample(name('ECN SYN'), ends, tcp(family, { flags: SYN | ECE | CWR })),
    sample(name('RST'), ends, tcp(family, { flags: RST, ...bare }), ['Connection reset (RST)']),
    sample(name('FIN+PSH+URG'), ends, tcp(family, { flags: FIN | PSH | URG, ...bare })),
    sample(name('no flag'), ends, tcp(family, { flags: 0, ...bare })),
    ...[0, 1, 2, 3, 512].map((length) =>
      sample(name(`datagram of ${length} bytes`), ends, {
        ...common(family),
        protocol: 'udp',
        payload: new Uint8Array(length).fill(0xa5),
      }),
    ),
    sample(name('datagram whose checksum comes out as zero'), ends, {
      ttl: 64,
      ipId: family === 4 ? 1 : 0,
      sourcePort: 61_234,
      destinationPort: 7000,
      protocol: 'udp',
      payload: family === 4 ? Uint8Array.of(0x71, 0x4b) : Uint8Array.of(0x99, 0xda),
    }),
  ];
}

const NEIGHBOUR = address('fe80::1234:56ff:fe78:9abc');
const ARP_ADDRESSES = { 'arp.hw.type': '1', 'arp.proto.type': '0x0800', 'arp.hw.size': '6', 'arp.proto.size': '4' };
const NEIGHBOURS: readonly Sample[] = [
  {
    name: 'ARP request',
    warnings: [],
    frame: askNeighbour(4, { mac: OWN_MAC, address: V4.source }, V4.destination),
    fields: {
      'eth.dst': 'ff:ff:ff:ff:ff:ff',
      'eth.src': macText(OWN_MAC),
      ...ARP_ADDRESSES,
      'arp.opcode': '1',
      'arp.src.hw_mac': macText(OWN_MAC),
      'arp.src.proto_ipv4': '192.0.2.1',
      'arp.dst.hw_mac': '00:00:00:00:00:00',
      'arp.dst.proto_ipv4': '192.0.2.2',
    },
  },
  {
    name: 'ARP reply',
    warnings: [],
    frame: emitEthernet({
      destination: OWN_MAC,
      source: NEXT_MAC,
      etherType: ETHER_TYPES.ARP,
      payload: emitArp({
        operation: ARP_OPERATIONS.REPLY,
        senderMac: NEXT_MAC,
        senderAddress: V4.destination,
        targetMac: OWN_MAC,
        targetAddress: V4.source,
      }),
    }),
    fields: {
      ...ARP_ADDRESSES,
      'arp.opcode': '2',
      'arp.src.hw_mac': macText(NEXT_MAC),
      'arp.src.proto_ipv4': '192.0.2.2',
      'arp.dst.hw_mac': macText(OWN_MAC),
      'arp.dst.proto_ipv4': '192.0.2.1',
    },
  },
  {
    name: 'neighbour solicitation',
    warnings: [],
    frame: askNeighbour(6, { mac: OWN_MAC, address: V6.source }, NEIGHBOUR),
    fields: {
      'eth.dst': '33:33:ff:78:9a:bc',
      'ipv6.dst': 'ff02::1:ff78:9abc',
      'ipv6.hlim': '255',
      'icmpv6.type': '135',
      'icmpv6.code': '0',
      'icmpv6.checksum.status': CHECKSUM_GOOD,
      'icmpv6.nd.ns.target_address': formatAddress(NEIGHBOUR),
      'icmpv6.opt.type': '1',
      'icmpv6.opt.linkaddr': macText(OWN_MAC),
    },
  },
  {
    name: 'neighbour advertisement',
    warnings: [],
    frame: emitEthernet({
      destination: OWN_MAC,
      source: NEXT_MAC,
      etherType: ETHER_TYPES.IPV6,
      payload: emitNeighbourAdvertisement(
        { source: NEIGHBOUR, destination: V6.source },
        { router: true, solicited: true, override: false, target: NEIGHBOUR, targetMac: NEXT_MAC },
      ),
    }),
    fields: {
      'ipv6.hlim': '255',
      'icmpv6.type': '136',
      'icmpv6.checksum.status': CHECKSUM_GOOD,
      'icmpv6.nd.na.flag.r': '1',
      'icmpv6.nd.na.flag.s': '1',
      'icmpv6.nd.na.flag.o': '0',
      'icmpv6.nd.na.target_address': formatAddress(NEIGHBOUR),
      'icmpv6.opt.type': '2',
      'icmpv6.opt.linkaddr': macText(NEXT_MAC),
    },
  },
];

const SAMPLES = [...samplesOf(V4), ...samplesOf(V6), ...NEIGHBOURS];
/** Between the values of a field that a packet has more than once. */
const AGGREGATOR = ';';
const listOf = (value = ''): readonly string[] => (value === '' ? [] : value.split(AGGREGATOR));
const REMARKS = ['_ws.malformed', '_ws.expert.severity', '_ws.expert.message'];

/** A capture file of Ethernet frames (the pcap format, version 2.4). */
function pcap(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(0xa1b2c3d4, 0);
  header.writeUInt16BE(2, 4);
  header.writeUInt16BE(4, 6);
  header.writeUInt32BE(65_535, 16);
  header.writeUInt32BE(1, 20);
  const records = frames.flatMap((frame, second) => {
    const record = Buffer.alloc(16);
    record.writeUInt32BE(second, 0);
    record.writeUInt32BE(frame.length, 8);
    record.writeUInt32BE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}

describe('tshark', () => {
  let folder: string;
  let seen: readonly Fields[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sesamy-tshark-'));
    const file = path.join(folder, 'packets.pcap');
    await writeFile(file, pcap(SAMPLES.map(({ frame }) => frame)));
    const names = [...new Set([...SAMPLES.flatMap(({ fields }) => Object.keys(fields)), ...REMARKS])];
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => [
      '-o',
      `${name}:TRUE`,
    ]);
    const printed = await must(
      [
        'tshark',
        '-n',
        '-r',
        file,
        ...checks,
        '-T',
        'fields',
        '-E',
        `aggregator=${AGGREGATOR}`,
        ...names.flatMap((name) => ['-e', name]),
      ],
      // Without the settings of whoever runs the test.
      { env: { PATH: process.env['PATH'] ?? '', HOME: folder, WIRESHARK_CONFIG_DIR: folder } },
    );
    seen = printed
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => {
        const values = line.split('\t');
        return Object.fromEntries(names.map((name, position) => [name, values[position] ?? '']));
      });
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads as many packets as there are', () => {
    expect(seen).toHaveLength(SAMPLES.length);
  });

  it.each(SAMPLES.map((each, position) => ({ ...each, position })))(
    'reads: $name',
    ({ fields, warnings, position }) => {
      const read = seen[position] ?? {};
      expect(read).toMatchObject(fields);
      expect(read['_ws.malformed']).toBe('');
      const messages = listOf(read['_ws.expert.message']);
      const severities = listOf(read['_ws.expert.severity']).map(Number);
      expect(messages.filter((_, index) => (severities[index] ?? 0) >= SEVERITY_WARNING)).toEqual(warnings);
    },
  );
});
