import { randomInt } from 'node:crypto';
import { formatAddress, formatMac, parseAddress, parseMac, splitZone } from '../../../domain/packet/address';
import type { ZonedAddress } from '../../../domain/packet/address';
import { knockPackets } from '../../../domain/packet/knock-packet';
import { SesamyError } from '../../../domain/errors';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { fromMonotonicNs, monotonicMs } from '../../clock';
import { listInterfaces, sourceAddressFor } from '../../interfaces';
import type { NetworkInterface } from '../../interfaces';
import type { Link, PacketAnswer, Route, SentPacket, Transport, TransportReport } from '../transport';
import { brokenHelper, failureOf, notAsked } from './failures';
import { converse, HelperFailure } from './process';
import type { HelperCommand } from './process';
import { encodeSend } from './protocol';
import type { Report } from './protocol';

/** How the helper is started here. */
export interface HelperStart {
  /** The helper itself, for words. */
  readonly path: string;
  readonly command: HelperCommand;
  /** The system asks a person for a password first, who takes as long as they like. */
  readonly throughPkexec: boolean;
}

/** How long the helper may take to find its next hop and begin, in milliseconds. */
const ARM_PATIENCE_MS = 10_000;
/** How late a report may be after it is due, in milliseconds. */
const REPORT_PATIENCE_MS = 5000;
/** A zero further from now than this cannot be true, in milliseconds. */
const ZERO_WITHIN_MS = 60_000;

/**
 * The interface whose link the packets leave on; null where the routing table chooses, and on the way to this computer itself,
 * which has no link.
 * @param to a link-local destination brings its interface with it (RFC 4007 §11)
 */
async function linkInterface(route: Route, to: ZonedAddress, source: string): Promise<NetworkInterface | null> {
  const wanted = route.interface ?? to.zone;
  if (wanted === null && route.sourceMac === null) return null;
  const all = await listInterfaces();
  if (all.some((entry) => entry.addresses.includes(to.address))) return null;
  const chosen = all.find((entry) => (wanted === null ? entry.addresses.includes(source) : entry.name === wanted));
  if (chosen !== undefined) return chosen.loopback ? null : chosen;
  throw new SesamyError(
    'interface-not-found',
    wanted === null
      ? `No interface of this computer has the address ${source}.`
      : `The interface ${wanted} is not there any more.`,
  );
}

function addressBytes(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === null) throw new SesamyError('no-route', `The helper sends no packets to or from ${text}.`);
  return bytes;
}

/** Follows the reports of one request, and makes ours of them. */
class Run {
  zeroMs: number | null = null;
  private zeroNs = 0n;
  private sent = 0;

  constructor(
    private readonly path: string,
    private readonly packets: readonly PlannedPacket[],
    private readonly sourcePorts: readonly number[],
    private readonly family: Route['family'],
    private readonly on: NetworkInterface | null,
  ) {}

  /** When the next report is due, in milliseconds from now. */
  dueInMs(listenMs: number): number {
    const next = this.packets[this.sent] ?? this.packets.at(-1);
    return (this.zeroMs ?? 0) + (next?.atMs ?? 0) - monotonicMs() + (this.sent < this.packets.length ? 0 : listenMs);
  }

  armed(report: Extract<Report, { type: 'armed' }>): TransportReport {
    const zeroMs = fromMonotonicNs(report.zeroNs);
    if (this.zeroMs !== null || Math.abs(zeroMs - monotonicMs()) > ZERO_WITHIN_MS)
      throw this.nonsense('it begins twice, or at another time');
    [this.zeroMs, this.zeroNs] = [zeroMs, report.zeroNs];
    return { type: 'armed', zeroMs, link: this.linkOf(report) };
  }

  private linkOf(report: Extract<Report, { type: 'armed' }>): Link | null {
    if (this.on === null) return null;
    const { sourceMac, nextHopMac, nextHop } = report;
    return {
      interface: this.on.name,
      sourceMac: formatMac(sourceMac),
      nextHop: this.address(nextHop),
      nextHopMac: formatMac(nextHopMac),
    };
  }

  packetSent(report: Extract<Report, { type: 'sent' }>): TransportReport & SentPacket {
    const packet = this.packets[report.packet];
    if (packet === undefined || report.packet !== this.sent) throw this.nonsense('it tells of packets out of order');
    this.sent += 1;
    const sourcePort = this.sourcePorts[report.packet] ?? null;
    return { type: 'sent', packet, sentAtMs: this.timeOf(report.actualNs), sourcePort };
  }

  answered({
    packet: index,
    kind,
    icmp,
    from,
    seenNs,
  }: Extract<Report, { type: 'answer' }>): TransportReport & PacketAnswer {
    const packet = this.packets[index];
    if (packet === undefined) throw this.nonsense('it tells of an answer to a packet that there is not');
    return { type: 'answer', packet, atMs: this.timeOf(seenNs), kind, from: this.address(from), icmp };
  }

  done(packets: number): void {
    if (packets !== this.packets.length || this.sent !== packets)
      throw this.nonsense('it ends before all packets are sent');
  }

  /** Relative to the one zero, so that what is told apart is what the helper measured. */
  private timeOf(ns: bigint): number {
    if (this.zeroMs === null) throw this.nonsense('it tells of packets before it begins');
    return this.zeroMs + Number(ns - this.zeroNs) / 1e6;
  }

  private address(bytes: Uint8Array): string {
    return formatAddress(this.family === 4 ? bytes.subarray(0, 4) : bytes);
  }

  private nonsense(what: string): HelperFailure {
    return new HelperFailure(`${this.path} does not keep to the protocol: ${what}.`);
  }
}

async function* send(
  start: HelperStart,
  planned: readonly PlannedPacket[],
  route: Route,
  listenMs: number,
  signal: AbortSignal,
): AsyncGenerator<TransportReport, void> {
  const to = splitZone(route.address);
  const source = splitZone(route.sourceAddress ?? (await sourceAddressFor(route.address, route.family))).address;
  const on = await linkInterface(route, to, source);
  const packets = knockPackets(planned, route.family, { below: (limit) => randomInt(limit) });
  const request = encodeSend({
    family: route.family,
    level: on === null ? 'routed' : 'link',
    interfaceIndex: on?.kernelIndex ?? 0,
    source: addressBytes(source),
    destination: addressBytes(to.address),
    sourceMac: on === null || route.sourceMac === null ? null : parseMac(route.sourceMac),
    listenMs,
    packets: packets.map((packet, index) => ({
      atNs: BigInt(Math.round((planned[index]?.atMs ?? 0) * 1e6)),
      packet,
    })),
  });
  const ports = packets.map((packet) => packet.sourcePort);
  const run = new Run(start.path, planned, ports, route.family, on);
  const patienceMs = (): number | null => {
    if (run.zeroMs !== null) return Math.max(0, run.dueInMs(listenMs)) + REPORT_PATIENCE_MS;
    return start.throughPkexec ? null : ARM_PATIENCE_MS;
  };
  try {
    for await (const report of converse(start.command, request, signal, patienceMs))
      switch (report.type) {
        case 'armed':
          yield run.armed(report);
          break;
        case 'sent':
          yield run.packetSent(report);
          break;
        case 'answer':
          yield run.answered(report);
          break;
        case 'done':
          run.done(report.packets);
          break;
        case 'failed':
          throw failureOf(report, {
            ...{ path: start.path, route, source },
            ...{ interface: on?.name ?? null, packets: packets.length },
          });
        case 'probed':
        case 'syn':
        case 'open':
        case 'carried':
        case 'listening':
        case 'arrived':
          throw notAsked(start.path);
      }
  } catch (error) {
    throw error instanceof HelperFailure ? brokenHelper(error, start.throughPkexec) : error;
  }
}

/**
 * The privileged helper of Linux: raw packets through the routing table, or at link level where the route names an interface or
 * a source MAC.
 */
export function helperTransport(start: HelperStart): Transport {
  return {
    name: 'helper',
    send: (packets, route, listenMs, signal) => send(start, packets, route, listenMs, signal),
  };
}
