import type { NetworkInterface } from '../../../domain/network-interface';
import { formatAddress, formatMac } from '../../../domain/packet/address';
import { rawJob, thisComputer, wayOut } from '../raw/job';
import type { RawJob, Surroundings } from '../raw/job';
import { ARM_PATIENCE_MS, REPORT_PATIENCE_MS } from '../raw/limits';
import { RawRun } from '../raw/run';
import type { Link, Route, Transport, TransportReport } from '../transport';
import { ask } from './ask';
import { failureOf, helperError } from './failures';
import { HelperFailure } from './process';
import type { HelperStart } from './process';
import { encodeSend } from './protocol';
import type { Report, SendRequest } from './protocol';

/**
 * The interface whose link the packets leave on; null where the routing table chooses, and on the way to this computer itself,
 * which has no link.
 */
async function linkInterface(job: RawJob, surroundings: Surroundings): Promise<NetworkInterface | null> {
  if (job.wanted === null && job.sourceMac === null) return null;
  const way = await wayOut(job, surroundings);
  return way.to === 'itself' || way.interface.loopback ? null : way.interface;
}

/** @param on the interface whose link the packets leave on; null: the routing table's choice */
export function sendRequest({ ends, packets, sourceMac, listenMs }: RawJob, on: NetworkInterface | null): SendRequest {
  return {
    ...ends,
    level: on === null ? 'routed' : 'link',
    interfaceIndex: on?.kernelIndex ?? 0,
    sourceMac: on === null ? null : sourceMac,
    listenMs,
    packets,
  };
}

function linkOf(on: NetworkInterface, report: Extract<Report, { readonly type: 'armed' }>, route: Route): Link {
  return {
    interface: on.name,
    sourceMac: formatMac(report.sourceMac),
    nextHop: addressOf(report.nextHop, route),
    nextHopMac: formatMac(report.nextHopMac),
  };
}

/** An address in a report takes 16 bytes, whatever its family. */
function addressOf(bytes: Uint8Array, { family }: Route): string {
  return formatAddress(family === 4 ? bytes.subarray(0, 4) : bytes);
}

/**
 * The privileged helper of Linux: raw packets through the routing table, or at link level where the route names an interface or
 * a source MAC.
 */
export function helperTransport(start: HelperStart, surroundings: Surroundings = thisComputer): Transport {
  return {
    name: 'helper',
    async *send(planned, route, listenMs, signal): AsyncGenerator<TransportReport, void> {
      const job = rawJob(planned, route, listenMs, surroundings);
      const on = await linkInterface(job, surroundings);
      const run = new RawRun(job, (what) =>
        helperError(new HelperFailure(`${start.path} does not keep to the protocol: it ${what}.`), start),
      );
      const reports = ask(
        start,
        {
          request: encodeSend(sendRequest(job, on)),
          answers: ['armed', 'sent', 'answer', 'done'],
          failure: (report) =>
            failureOf(report, { path: start.path, route, interface: on?.name ?? null, packets: planned.length }),
          patienceMs: () => {
            const dueInMs = run.dueInMs();
            if (dueInMs !== null) return dueInMs + REPORT_PATIENCE_MS;
            return start.throughPkexec ? null : ARM_PATIENCE_MS;
          },
        },
        signal,
      );
      for await (const report of reports)
        switch (report.type) {
          case 'armed':
            yield run.armed(report.zeroNs, on === null ? null : linkOf(on, report, route));
            break;
          case 'sent':
            yield run.sent(report.packet, report.actualNs);
            break;
          case 'answer': {
            const { packet, seenNs, kind, icmp, from } = report;
            const answer = run.answered(packet, seenNs, { kind, icmp, from: addressOf(from, route) });
            if (answer !== null) yield answer;
            break;
          }
          case 'done':
            run.done(report.packets);
        }
    },
  };
}
