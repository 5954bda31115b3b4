import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../domain/packet/address';
import { ARP_OPERATIONS, ArpView, emitArp } from '../../../domain/packet/arp';
import { buildPacket } from '../../../domain/packet/build';
import { emitEthernet, ETHER_TYPES, EthernetView } from '../../../domain/packet/ethernet';
import { knockPackets } from '../../../domain/packet/knock-packet';
import { TCP_FLAGS } from '../../../domain/packet/raw-packet';
import type { RawPacket } from '../../../domain/packet/raw-packet';
import { IP_PROTOCOLS, ipOver } from '../../../domain/packet/ip';
import { bareKnock } from '../../../domain/plan/knock-plan';
import { loadFailure } from './addon';
import type { CapAddon } from './addon';
import { runJob } from './job';
import { readReport } from './messages';
import type { PcapReport, SendRequest } from './messages';

const OWN_MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const CHOSEN_MAC = Uint8Array.of(0, 0x0e, 0x35, 1, 2, 3);
const HOP_MAC = Uint8Array.of(2, 0, 0, 0, 0, 9);
const SOURCE = Uint8Array.of(10, 77, 0, 2);
const HOST = Uint8Array.of(10, 77, 0, 1);
const ENDS = { family: 4, source: HOST, destination: SOURCE } as const;

const packets = knockPackets(
  [
    bareKnock(0, 0, { protocol: 'tcp', port: 7000 }),
    bareKnock(1, 3, { protocol: 'udp', port: 7001 }),
    bareKnock(2, 6, { protocol: 'tcp', port: 7002 }),
  ],
  4,
  { below: () => 7 },
);

const request: SendRequest = {
  job: 'send',
  family: 4,
  device: { name: 'eth0', addresses: ['10.77.0.2'] },
  source: '10.77.0.2',
  destination: '10.77.0.1',
  link: { ownMac: '02:00:00:00:00:01', sourceMac: '00:0E:35:01:02:03', nextHop: '10.77.0.1' },
  listenMs: 20,
  packets: packets.map((packet, position) => ({ atNs: String(position * 3_000_000), packet })),
};

interface Wire {
  readonly sent: Uint8Array[];
  readonly opened: { name: string; filter: string }[];
}

/** What a host at the other end of the wire would answer to a frame. */
type Peer = (frame: EthernetView) => readonly Uint8Array[];

interface Fakes {
  readonly peer?: Peer;
  readonly linkType?: string;
  readonly devices?: unknown;
  readonly openError?: string;
  readonly sendError?: string;
}

/** A stand-in for libpcap, with a wire of its own. */
function fakeCap({ peer, linkType = 'ETHERNET', devices, openError, sendError }: Fakes): { cap: CapAddon; wire: Wire } {
  const wire: Wire = { sent: [], opened: [] };
  class Cap {
    private readonly listeners: ((length: number, truncated: boolean) => void)[] = [];
    private buffer: Buffer = Buffer.alloc(0);
    static deviceList(): unknown {
      return devices ?? [{ name: 'eth0', description: 'a card', addresses: [{ addr: '10.77.0.2' }] }];
    }
    open(name: string, filter: string, _size: number, buffer: Buffer): string {
      if (openError !== undefined) throw new Error(openError);
      wire.opened.push({ name, filter });
      this.buffer = buffer;
      return linkType;
    }
    on(_event: 'packet', listener: (length: number, truncated: boolean) => void): this {
      this.listeners.push(listener);
      return this;
    }
    send(frame: Buffer, length: number): void {
      if (sendError !== undefined) throw new Error(sendError);
      const bytes = Uint8Array.from(frame.subarray(0, length));
      wire.sent.push(bytes);
      const seen = EthernetView.over(bytes);
      for (const answer of (seen && peer?.(seen)) ?? []) {
        this.buffer.set(answer);
        for (const listener of this.listeners) listener(answer.length, false);
      }
    }
  }
  return { cap: { Cap }, wire };
}

const answersArp: Peer = ({ etherType, payload }) => {
  const arp = etherType === ETHER_TYPES.ARP ? ArpView.over(payload) : null;
  if (arp?.operation !== ARP_OPERATIONS.REQUEST) return [];
  const reply = {
    operation: ARP_OPERATIONS.REPLY,
    senderMac: HOP_MAC,
    senderAddress: arp.targetAddress,
    targetMac: arp.senderMac,
    targetAddress: arp.senderAddress,
  };
  return [emitEthernet({ destination: arp.senderMac, source: HOP_MAC, etherType, payload: emitArp(reply) })];
};

/** The frame of a RST to a knock from its own port. */
function rstTo(knock: RawPacket): Uint8Array {
  const rst: RawPacket = {
    protocol: 'tcp',
    ttl: 64,
    ipId: 1,
    sourcePort: knock.destinationPort,
    destinationPort: knock.sourcePort,
    sequence: 0,
    acknowledgment: 1,
    flags: TCP_FLAGS.RST | TCP_FLAGS.ACK,
    window: 0,
    options: new Uint8Array(),
  };
  const payload = buildPacket(ENDS, rst);
  return emitEthernet({ destination: OWN_MAC, source: HOP_MAC, etherType: ETHER_TYPES.IPV4, payload });
}

async function job(message: unknown, fakes: Fakes = {}): Promise<{ reports: PcapReport[]; wire: Wire }> {
  const { cap, wire } = fakeCap(fakes);
  const reports: PcapReport[] = [];
  await runJob(
    message,
    () => cap,
    (report) => reports.push(report),
  );
  // Whatever the process says, the app understands.
  for (const report of reports) expect(readReport(report)).toEqual(report);
  return { reports, wire };
}

describe('the pcap process', () => {
  it('asks for the next hop with its own MAC address, and knocks with the chosen one', async () => {
    const { reports, wire } = await job(request, { peer: answersArp });
    const frames = wire.sent.map((frame) => EthernetView.over(frame));
    expect(frames.map((frame) => frame?.etherType)).toEqual([0x0806, 0x0800, 0x0800, 0x0800]);
    expect(frames[0]?.source).toEqual(OWN_MAC);
    for (const frame of frames.slice(1)) expect(frame).toMatchObject({ source: CHOSEN_MAC, destination: HOP_MAC });
    expect(frames.slice(1).map((frame) => frame?.payload)).toEqual(
      packets.map((packet) => buildPacket({ family: 4, source: SOURCE, destination: HOST }, packet)),
    );
    expect(reports.map(({ type }) => type)).toEqual(['armed', 'sent', 'sent', 'sent', 'done']);
    expect(reports[0]).toMatchObject({ nextHopMac: '02:00:00:00:00:09' });
  });

  it('never sends before a packet is due', async () => {
    const { reports } = await job(request, { peer: answersArp });
    const sent = reports.filter((report) => report.type === 'sent');
    for (const { plannedNs, actualNs } of sent) expect(BigInt(actualNs)).toBeGreaterThanOrEqual(BigInt(plannedNs));
  });

  it('tells of answers, and leaves out those to packets that have not left', async () => {
    const [first, , last] = packets;
    if (first === undefined || last === undefined) throw new Error('three packets');
    const peer: Peer = (frame) => {
      const isDatagram = ipOver(4, frame.payload)?.protocol === IP_PROTOCOLS.UDP;
      return isDatagram ? [rstTo(last), rstTo(first)] : answersArp(frame);
    };
    const { reports } = await job(request, { peer });
    expect(reports.filter(({ type }) => type === 'answer')).toEqual([
      expect.objectContaining({ packet: 0, kind: 'rst', from: formatAddress(HOST), icmp: null }),
    ]);
  });

  it('asks three times for a silent next hop, and sends no knock', async () => {
    const { reports, wire } = await job(request);
    expect(wire.sent).toHaveLength(3);
    expect(reports).toEqual([expect.objectContaining({ type: 'failed', reason: 'next-hop-silent' })]);
  });

  it('knocks on loopback without asking', async () => {
    const loopback = { ...request, source: '127.0.0.1', destination: '127.0.0.1', link: null };
    const { wire } = await job(loopback);
    expect(wire.sent).toHaveLength(3);
    expect(EthernetView.over(wire.sent[0] ?? new Uint8Array())).toMatchObject({
      source: new Uint8Array(6),
      destination: new Uint8Array(6),
    });
  });

  it('finds a device by its addresses where names differ, as with Npcap', async () => {
    const devices = [
      { name: '\\Device\\NPF_Loopback', addresses: [], flags: 'PCAP_IF_LOOPBACK' },
      { name: '\\Device\\NPF_{0}', addresses: [{ addr: '10.77.0.2' }] },
    ];
    const { wire } = await job(request, { peer: answersArp, devices });
    expect(wire.opened).toEqual([{ name: '\\Device\\NPF_{0}', filter: 'arp or icmp or (tcp and src host 10.77.0.1)' }]);
  });

  it.each([
    [{ devices: [{ name: 'eth7', addresses: [] }] }, 'no-device'],
    [{ openError: 'socket: Operation not permitted' }, 'not-permitted'],
    [{ openError: '(cannot open BPF device) /dev/bpf0: Permission denied' }, 'not-permitted'],
    [{ openError: "You don't have permission to perform this capture on that device" }, 'not-permitted'],
    [{ openError: 'That device is not up' }, 'no-device'],
    [{ openError: 'eth0: No such device exists (SIOCGIFHWADDR: No such device)' }, 'no-device'],
    [{ sendError: 'send: Device not configured' }, 'no-device'],
    [{ sendError: 'send: Invalid argument' }, 'send-failed'],
    [{ linkType: 'RAW' }, 'not-ethernet'],
    [{ sendError: 'send: Network is down' }, 'no-device'],
    [{ sendError: 'send: Message too long' }, 'send-failed'],
    [{ devices: 'nonsense' }, 'internal'],
  ] as const)('gives a failure its name: %j', async (fakes, reason) => {
    const { reports } = await job(request, fakes);
    expect(reports).toEqual([expect.objectContaining({ type: 'failed', reason })]);
  });

  it('refuses a request outside its limits before libpcap is touched', async () => {
    const crowd = (count: number, stepNs: number) =>
      Array.from({ length: count }, (_, position) => ({ atNs: String(position * stepNs), packet: packets[0] }));
    for (const wrong of [
      null,
      { job: 'format' },
      { ...request, extra: true },
      { ...request, destination: '10.77.0.1 or 1=1' },
      { ...request, destination: '224.0.0.1' },
      { ...request, destination: '255.255.255.255' },
      { ...request, destination: 'fd77::1' },
      { ...request, listenMs: 2_001 },
      { ...request, link: { ...request.link, sourceMac: 'FF:FF:FF:FF:FF:FF' } },
      { ...request, packets: [] },
      { ...request, packets: crowd(1_001, 10_000_000) },
      { ...request, packets: crowd(201, 4_900_000) },
      { ...request, packets: crowd(2, 600_000_000_001) },
      { ...request, packets: [...request.packets].reverse() },
    ]) {
      const { reports, wire } = await job(wrong, { peer: answersArp });
      expect(reports).toEqual([expect.objectContaining({ type: 'failed', reason: 'malformed' })]);
      expect(wire.opened).toEqual([]);
    }
  });

  it('says whether a device can be opened, and takes loopback for that', async () => {
    const devices = [
      { name: 'any', addresses: [] },
      { name: 'eth0', addresses: [{ addr: '10.77.0.2' }] },
      { name: 'lo', addresses: [{ addr: '127.0.0.1' }], flags: 'PCAP_IF_LOOPBACK' },
    ];
    const { reports, wire } = await job({ job: 'state' }, { devices });
    expect(reports).toEqual([{ type: 'works' }]);
    expect(wire.opened).toEqual([{ name: 'lo', filter: '' }]);
    const { reports: refused } = await job({ job: 'state' }, { openError: 'socket: Operation not permitted' });
    expect(refused).toEqual([expect.objectContaining({ type: 'failed', reason: 'not-permitted' })]);
  });

  it('tells apart why cap does not load', () => {
    const failed = (code: string, message: string, platform: NodeJS.Platform = 'linux') =>
      loadFailure(Object.assign(new Error(message), { code }), platform).reason;
    expect(failed('MODULE_NOT_FOUND', "Cannot find module 'cap'")).toBe('cap-absent');
    expect(failed('MODULE_NOT_FOUND', "Cannot find module '../build/Release/cap.node'")).toBe('cap-not-built');
    const other = 'cap.node was compiled against a different Node.js version using NODE_MODULE_VERSION 115.';
    expect(failed('ERR_DLOPEN_FAILED', other)).toBe('cap-not-built');
    expect(failed('ERR_DLOPEN_FAILED', 'libpcap.so.0.8: cannot open shared object file')).toBe('libpcap-absent');
    expect(failed('ERR_DLOPEN_FAILED', 'The specified module could not be found.', 'win32')).toBe('npcap-absent');
  });
});
