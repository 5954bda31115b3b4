/** The transport `pcap`: frames through libpcap, Npcap or BPF, sent by a process of their own (`job.ts`). */
import { SesamyError } from '../../../domain/errors';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import type { TransportState } from '../../../domain/plan/transport';
import { fromMonotonicNs, monotonicMs, throwIfCancelled, unlessCancelled } from '../../clock';
import type { Route, Transport, TransportReport } from '../transport';
import type { PcapLauncher } from './launch';
import { MAX_ANSWERS, MAX_PACKETS, readReport } from './messages';
import type { PcapFailure, PcapReport, PcapRequest, SendRequest } from './messages';
import { prepare, thisComputer } from './prepare';
import type { Prepared, Surroundings } from './prepare';
import { brokenState, worksState } from './state';

/** Starting a process, loading the package and finding the next hop take less than 2 s together. */
const PATIENCE_MS = 5_000;
/** How far a process that has begun may fall behind, on a computer that is busy. */
const LATE_MS = 3_000;
/** All that one job has to say. */
const MAX_UNHEARD = MAX_PACKETS + MAX_ANSWERS + 2;

/**
 * Whether the transport works here now: a process tries to load `cap` and to open a device. Never rejects.
 * @param launch starts the process
 */
export async function pcapState(launch: PcapLauncher): Promise<TransportState> {
  const { platform } = process;
  const person = { platform, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const due = monotonicMs() + PATIENCE_MS;
  try {
    for await (const report of converse(launch, { job: 'state' }, () => due, new AbortController().signal)) {
      if (report.type === 'works') return worksState;
      if (report.type === 'failed') return brokenState(report.reason, report.detail, person);
      break;
    }
    return brokenState('internal', 'the pcap process said something unexpected', person);
  } catch (error) {
    return brokenState('internal', error instanceof Error ? error.message : '', person);
  }
}

/** @param launch starts the process that sends, one for each knock */
export function pcapTransport(launch: PcapLauncher, surroundings: Surroundings = thisComputer): Transport {
  return {
    name: 'pcap',
    async *send(packets, route, listenMs, signal) {
      const prepared = await unlessCancelled(prepare(packets, route, listenMs, surroundings), signal);
      try {
        yield* run(launch, prepared, packets, route, signal);
      } catch (error) {
        // `cap` aborts its process when the interface goes down under it.
        const { interface: name } = prepared.link;
        const gone = !(await surroundings.interfaces()).some((each) => each.name === name && each.up);
        if (gone && error instanceof SesamyError && error.code === 'transport-failed')
          throw interfaceLost(name, 'it went down or away while the knock was under way.');
        throw error;
      }
    },
  };
}

async function* run(
  launch: PcapLauncher,
  { request, link }: Prepared,
  packets: readonly PlannedPacket[],
  route: Route,
  signal: AbortSignal,
): AsyncGenerator<TransportReport, void> {
  let zeroMs: number | null = null;
  let sent = 0;
  // When the next report must have come.
  const patientUntil = monotonicMs() + PATIENCE_MS;
  const due = (): number => (zeroMs === null ? patientUntil : zeroMs + nextAtMs(packets, sent, request) + LATE_MS);
  for await (const report of converse(launch, request, due, signal)) {
    if (report.type === 'failed') throw failure(report.reason, report.detail, request, route);
    if (report.type === 'armed' && zeroMs === null) {
      zeroMs = fromMonotonicNs(BigInt(report.zeroNs));
      if (Math.abs(zeroMs - monotonicMs()) > PATIENCE_MS) throw broken('told a zero that is nowhere near now');
      yield { type: 'armed', zeroMs, link: { ...link, nextHopMac: report.nextHopMac } };
    } else if (report.type === 'sent' && zeroMs !== null && report.packet === sent) {
      const packet = at(packets, sent);
      const sourcePort = request.packets[sent]?.packet.sourcePort ?? null;
      sent += 1;
      yield { type: 'sent', packet, sentAtMs: fromMonotonicNs(BigInt(report.actualNs)), sourcePort };
    } else if (report.type === 'answer' && report.packet < sent) {
      const { kind, from, icmp } = report;
      const atMs = fromMonotonicNs(BigInt(report.seenNs));
      yield { type: 'answer', packet: at(packets, report.packet), atMs, kind, from, icmp };
    } else if (report.type === 'done' && sent === packets.length) return;
    else throw broken(`said "${report.type}" out of turn`);
  }
}

function at(packets: readonly PlannedPacket[], position: number): PlannedPacket {
  const packet = packets[position];
  if (packet === undefined) throw broken('spoke of a packet that there is not');
  return packet;
}

/** When something has to happen next, in milliseconds after the zero: a packet leaves, or listening ends. */
function nextAtMs(packets: readonly PlannedPacket[], sent: number, request: SendRequest): number {
  return packets[sent]?.atMs ?? (packets.at(-1)?.atMs ?? 0) + request.listenMs;
}

function broken(how: string): SesamyError {
  return new SesamyError('transport-failed', `The pcap process ${how}.`);
}

/**
 * Starts a process, gives it its job and hears it out. Whatever ends this, ends the process.
 * @param due when the next report must have come, on the clock of `monotonicMs`
 * @throws SesamyError `cancelled`, `transport-failed`
 */
async function* converse(
  launch: PcapLauncher,
  request: PcapRequest,
  due: () => number,
  signal: AbortSignal,
): AsyncGenerator<PcapReport, void> {
  throwIfCancelled(signal);
  const port = launch();
  const heard: unknown[] = [];
  const fate: { ended: string | null } = { ended: null };
  let wake: () => void = () => undefined;
  const end = (): void => {
    port.kill();
    wake();
  };
  port.onMessage((message) => {
    if (heard.push(message) > MAX_UNHEARD) {
      fate.ended = 'said too much';
      heard.length = 0;
    }
    wake();
  });
  port.onExit((how) => {
    fate.ended ??= how;
    wake();
  });
  signal.addEventListener('abort', end, { once: true });
  try {
    port.post(request);
    for (;;) {
      const late =
        heard.length === 0 && fate.ended === null && (await silentUntil(due(), (resolve) => (wake = resolve)));
      throwIfCancelled(signal);
      const report = heard.length > 0 ? readReport(heard.shift()) : null;
      if (report !== null) yield report;
      else if (fate.ended !== null) throw broken(fate.ended);
      else throw broken(late ? 'fell silent' : 'said what it may not say');
    }
  } finally {
    signal.removeEventListener('abort', end);
    port.kill();
  }
}

/** Waits to be woken; true when nobody did in time. */
async function silentUntil(untilMs: number, onWake: (resolve: () => void) => void): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      onWake(() => {
        resolve(false);
      });
      timer = setTimeout(() => {
        resolve(true);
      }, untilMs - monotonicMs());
    });
  } finally {
    clearTimeout(timer);
  }
}

function interfaceLost(name: string, detail: string): SesamyError {
  return new SesamyError('interface-not-found', `The interface ${name} cannot be used: ${detail}`, {
    action: { kind: 'edit-field', label: 'Change the interface', field: 'interface' },
  });
}

function failure(reason: PcapFailure, detail: string, request: SendRequest, route: Route): SesamyError {
  const name = request.device.name;
  switch (reason) {
    case 'not-permitted':
      return new SesamyError('not-permitted', `The system does not let this program send raw frames: ${detail}`, {
        steps: ['See what is lacking: sesamy doctor, or Permissions in the Settings.'],
        action: { kind: 'open-permissions', label: 'Permissions' },
      });
    case 'no-device':
      return interfaceLost(name, detail);
    case 'next-hop-silent':
      return new SesamyError('next-hop-silent', `On ${name}, ${detail} It is the next hop to ${route.address}.`);
    case 'not-ethernet':
      return new SesamyError('transport-failed', detail, {
        steps: ['Choose another interface, or another transport.'],
      });
    default:
      return new SesamyError('transport-failed', `libpcap could not send on ${name} (${reason}): ${detail}`);
  }
}
