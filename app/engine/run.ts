/** One try of a knock: transport, packets on schedule, connection, session, and the knocks that close the door again. */
import type { Socket } from 'node:net';
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import type { KnockEvent, PacketPhase } from '../domain/plan/knock-event';
import type { KnockPlan, PlannedPacket } from '../domain/plan/knock-plan';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { chooseTransport, needsLink, RAW_TRANSPORTS } from '../domain/plan/transport';
import type { TransportNeeds, TransportState } from '../domain/plan/transport';
import { openAdopted } from './adopted';
import type { Descriptors } from './adopted';
import { connectWhenDue } from './attempts';
import type { Shut } from './attempts';
import { monotonicMs, unlessCancelled } from './clock';
import { budgetOf } from './syn-budget';
import type { Transports } from './transports/registry';
import type { Route, Transport, TransportReport } from './transports/transport';

/** Bytes that a session moved: in from the server, out to it. */
export interface SessionTotals {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What becomes of the door once it is open. */
export interface Use {
  /** Uses the connection that the knock opened, and settles when it is over; null: only the knock was asked for. */
  readonly session: ((connection: Socket) => Promise<SessionTotals>) | null;
  /** Where an adopted connection is carried or handed to; null: nowhere. */
  readonly descriptors: Descriptors | null;
  /** Without a session: find out whether the door opened, where the plan allows it. */
  readonly check: boolean;
}

/** How far a try has come. Kept by whoever runs it, who is asked for it when the try ends in an error. */
export class Progress {
  /** The plan's zero on the clock of `monotonicMs`; null before it. */
  zeroMs: number | null = null;
  packetsLeft = false;

  /** Milliseconds since the plan's zero; 0 before it. */
  get nowMs(): number {
    return this.zeroMs === null ? 0 : monotonicMs() - this.zeroMs;
  }
}

export function routeOf({ address, family, source, bindSource, needs }: PreparedKnock): Route {
  return { address, family, source, bindSource, interface: needs.interface, sourceMac: needs.sourceMac };
}

/** The transport that a knock gets here and now, and what it lacks of what the profile asks for. */
export async function transportFor(
  needs: TransportNeeds,
  available: Transports,
  signal: AbortSignal,
): Promise<ReturnType<typeof chooseTransport> & { readonly transport: Transport }> {
  const choice = chooseTransport(needs, await unlessCancelled(statesFor(needs, available), signal));
  return { ...choice, transport: available.get(choice.name) };
}

/** The states that the choice depends on, and no others: each has to be asked for. */
async function statesFor(needs: TransportNeeds, available: Transports): Promise<readonly TransportState[]> {
  if (needs.wish !== 'auto') return available.states([needs.wish]);
  // A plain SYN or datagram is enough.
  if (needs.syn === 'plain' && !needsLink(needs)) return [];
  const states: TransportState[] = [];
  for (const name of needs.syn === 'adopted' ? (['helper'] as const) : RAW_TRANSPORTS) {
    states.push(...(await available.states([name])));
    if (states.some((state) => state.works)) break;
  }
  return states;
}

/**
 * One try, to its end.
 * @param first the bytes that the plan protects; empty where it protects none
 * @param giveUpMs how long to go on without an answer, in milliseconds from when the connection is due
 * @returns how the door stayed shut, where it did; null when all that was asked for was done
 * @throws SesamyError as transports and sessions do
 */
export async function* runTry(
  prepared: PreparedKnock,
  first: Uint8Array,
  giveUpMs: number,
  use: Use,
  available: Transports,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, Shut | null> {
  const { plan, needs } = prepared;
  const route = routeOf(prepared);
  const { transport, name, reason, warnings } = await transportFor(needs, available, signal);
  for (const message of [...warnings, ...plan.notes]) yield { type: 'warning', message };
  const begin = (zeroMs: number): KnockEvent => {
    progress.zeroMs = zeroMs;
    return { type: 'armed', plan, transport: name, reason, unixMs: Date.now() - progress.nowMs };
  };
  if (plan.connect.by === 'adopted') {
    yield* openAdopted(plan, first, route, begin, available, use.descriptors, signal);
    return null;
  }
  if (use.descriptors?.pass === true)
    throw new SesamyError('bad-input', text('fdpass.ordinary'), { steps: [text('fdpass.ordinary.advice')] });

  const budget = budgetOf(route.address);
  const connects = use.session !== null || (use.check && plan.connect.verify === 'free');
  for await (const report of transport.send(plan.packets, route, listenMs(plan, connects), signal))
    if (report.type === 'armed') {
      yield begin(report.zeroMs);
      if (report.link !== null) yield { type: 'link', ...report.link };
    } else {
      progress.packetsLeft = true;
      if (report.type === 'sent' && isServiceSyn(report.packet, plan)) budget.record(report.sentAtMs);
      yield packetEvent('knock', report, route, progress.zeroMs ?? 0);
    }
  if (progress.zeroMs === null) throw new SesamyError('internal', `The transport ${name} never began.`);
  if (!connects) {
    yield { type: 'sent', atMs: progress.nowMs, doorToMs: plan.door.toMs };
    return null;
  }
  const connection = yield* connectWhenDue(plan, route, progress.zeroMs, giveUpMs, budget, signal);
  if ('learned' in connection) return connection;
  if (use.session === null) {
    connection.destroy();
    return null;
  }
  const totals = await use.session(connection);
  // The session is over, so a cancel has no say any more.
  yield* sendAside('closing', plan.closing, route, transport, new AbortController().signal);
  yield { type: 'closed', atMs: progress.nowMs, ...totals };
  return null;
}

/** A knock that counts as a connection attempt, for a firewall that counts those. */
function isServiceSyn(packet: PlannedPacket, plan: KnockPlan): boolean {
  return packet.protocol === 'tcp' && packet.port === plan.connect.port;
}

/** Answers to a knock that opens nothing by itself are still worth a line in the log. */
const LISTEN_MS = 300;
/** What getting a connection under way may take, in milliseconds. */
const CONNECT_LEAD_MS = 10;

/** How long to listen for answers after the last packet: never into the time of the connection. */
function listenMs(plan: KnockPlan, connects: boolean): number {
  if (!connects) return LISTEN_MS;
  const gapMs = plan.connect.atMs - (plan.packets.at(-1)?.atMs ?? 0);
  return Math.max(0, Math.min(LISTEN_MS, gapMs - CONNECT_LEAD_MS));
}

/** Packets on a schedule of their own, beside the plan's: those that close the door, or that bring a server back. */
export async function* sendAside(
  phase: Exclude<PacketPhase, 'knock'>,
  packets: readonly PlannedPacket[],
  route: Route,
  transport: Transport,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, void> {
  if (packets.length === 0) return;
  let zeroMs = 0;
  for await (const report of transport.send(packets, route, 0, signal))
    if (report.type === 'armed') zeroMs = report.zeroMs;
    else yield packetEvent(phase, report, route, zeroMs);
}

function packetEvent(
  phase: PacketPhase,
  report: Exclude<TransportReport, { readonly type: 'armed' }>,
  route: Route,
  zeroMs: number,
): KnockEvent {
  const { packet } = report;
  if (report.type === 'answer') {
    const { kind, from, icmp } = report;
    return { type: 'answer', index: packet.index, phase, atMs: report.atMs - zeroMs, kind, from, icmp };
  }
  return {
    type: 'packet-sent',
    index: packet.index,
    phase,
    plannedMs: packet.atMs,
    actualMs: report.sentAtMs - zeroMs,
    protocol: packet.protocol,
    address: route.address,
    port: packet.port,
    sourcePort: report.sourcePort,
  };
}
