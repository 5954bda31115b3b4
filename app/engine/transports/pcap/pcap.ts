/** The transport `pcap`: frames through libpcap, Npcap or BPF, sent by a process of their own (`job.ts`). */
import { SesamyError } from '../../../domain/errors';
import { text } from '../../../text/text';
import { monotonicMs, unlessCancelled } from '../../clock';
import { interfaceLost, notPermitted } from '../raw/failures';
import { ARM_PATIENCE_MS, REPORT_PATIENCE_MS } from '../raw/limits';
import { RawRun } from '../raw/run';
import type { Transport, TransportReport } from '../transport';
import { broken, converse } from './converse';
import type { PcapLauncher } from './launch';
import type { PcapReport } from './messages';
import { prepare, thisComputer } from './prepare';
import type { PcapSurroundings, Prepared } from './prepare';

/** @param launch starts the process that sends, one for each knock */
export function pcapTransport(launch: PcapLauncher, surroundings: PcapSurroundings = thisComputer): Transport {
  return {
    name: 'pcap',
    async *send(packets, route, listenMs, signal) {
      const prepared = await unlessCancelled(prepare(packets, route, listenMs, surroundings), signal);
      try {
        yield* follow(launch, prepared, signal);
      } catch (error) {
        // `cap` aborts its process when the interface goes down under it.
        const { interface: name } = prepared.link;
        const gone = !(await surroundings.interfaces()).some((each) => each.name === name && each.up);
        if (gone && error instanceof SesamyError && error.code === 'transport-failed')
          throw interfaceLost(text('pcap.failed.interface-lost', { name }));
        throw error;
      }
    },
  };
}

async function* follow(
  launch: PcapLauncher,
  { job, request, link }: Prepared,
  signal: AbortSignal,
): AsyncGenerator<TransportReport, void> {
  const run = new RawRun(job, broken);
  const patientUntilMs = monotonicMs() + ARM_PATIENCE_MS;
  // When the next report must have come.
  const due = (): number => {
    const dueInMs = run.dueInMs();
    return dueInMs === null ? patientUntilMs : monotonicMs() + dueInMs + REPORT_PATIENCE_MS;
  };
  for await (const report of converse(launch, request, due, signal))
    switch (report.type) {
      case 'armed':
        yield run.armed(BigInt(report.zeroNs), { ...link, nextHopMac: report.nextHopMac });
        break;
      case 'sent':
        yield run.sent(report.packet, BigInt(report.actualNs));
        break;
      case 'answer': {
        const { packet, seenNs, kind, icmp, from } = report;
        const answer = run.answered(packet, BigInt(seenNs), { kind, icmp, from });
        if (answer !== null) yield answer;
        break;
      }
      case 'done':
        run.done(job.packets.length);
        return;
      case 'failed':
        throw failure(report, link.interface, job.destination);
      case 'works':
        throw broken('answers another question');
    }
}

function failure(
  { reason, detail: said }: Extract<PcapReport, { readonly type: 'failed' }>,
  name: string,
  address: string,
): SesamyError {
  switch (reason) {
    case 'not-permitted':
      return notPermitted(text('pcap.failed.not-permitted', { said }));
    case 'no-device':
      return interfaceLost(text('pcap.failed.interface', { name, said }));
    case 'next-hop-silent':
      return new SesamyError('next-hop-silent', text('pcap.failed.next-hop-silent', { name, said, address }));
    case 'not-ethernet':
      return new SesamyError('transport-failed', said, { steps: [text('pcap.failed.other-way')] });
    default:
      return new SesamyError('transport-failed', text('pcap.failed.send', { name, reason, said }));
  }
}
