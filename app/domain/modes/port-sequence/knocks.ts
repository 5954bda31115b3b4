/** What a list of knocks comes to where knockd listens, whoever chose its ports (docs/knock-modes.md §2). */
import { text } from '../../../text/text';
import { FIRST_LOOK_MS } from '../../plan/connect-schedule';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { bareKnock } from '../../plan/knock-plan';
import type { KnockPlan, PlannedPacket, PlanStep, Port } from '../../plan/knock-plan';
import { typedNumber } from '../inline';
import type { SequenceStep } from './schema';

/** Time between knocks of a new profile, in milliseconds. */
export const DEFAULT_DELAY_MS = 100;

/** How many tries make sense where the server can be brought back to its beginning. */
const TRIES = 3;

/** knockd's own default for seq_timeout. */
const KNOCKD_SEQ_TIMEOUT_SECONDS = 25;

/**
 * The least seq_timeout, in seconds, that a server for so many knocks at this distance can have: knockd's own, or more where
 * the knocks take longer than that. A lost last knock leaves knockd waiting for that long (docs/knock-modes.md §2).
 */
export function timeoutSeconds(knocks: number, delayMs: number): number {
  // Two more, because knockd cuts both times to whole seconds and refuses a difference equal to the timeout.
  return Math.max(KNOCKD_SEQ_TIMEOUT_SECONDS, Math.ceil(((knocks - 1) * delayMs) / 1000) + 2);
}

export function schedule(steps: readonly SequenceStep[], delayMs: number): readonly PlannedPacket[] {
  return steps.map((step, index) => bareKnock(index, index * delayMs, step));
}

/** One step for each packet. */
export function stepsOf(packets: readonly PlannedPacket[]): readonly PlanStep[] {
  return packets.map(({ index, protocol, port }) => ({
    label: text('step.numbered', { number: index + 1 }),
    detail: text('step.numbered.detail', { protocol, port }),
    firstPacket: index,
    packetCount: 1,
  }));
}

/** `7000/tcp, 8000/udp`: for summaries. */
export function portsShown(steps: readonly SequenceStep[]): string {
  return steps.map(({ port, protocol }) => `${port}/${protocol}`).join(', ');
}

export function sameStep(a: SequenceStep | undefined, b: SequenceStep | undefined): boolean {
  return a !== undefined && a.port === b?.port && a.protocol === b.protocol;
}

/**
 * What makes a knockd forget a try whose last knock was lost: that knock alone, which completes it, or is ignored where no try waits
 * for it. Where it also begins a sequence nothing does (docs/knock-modes.md §2).
 */
export function resync(steps: readonly SequenceStep[]): readonly PlannedPacket[] {
  const last = steps.at(-1);
  return last === undefined || sameStep(steps[0], last) ? [] : [bareKnock(0, 0, last)];
}

/** A second try of the same knocks: at once after a resync, or after knockd's timeout. */
export function retryOf(steps: readonly SequenceStep[], waitSeconds: number): KnockPlan['retry'] {
  const back = resync(steps);
  return {
    quietMs: waitSeconds * 1000,
    resync: back,
    nextTryUnixMs: null,
    tries: back.length === 0 ? 1 : TRIES,
  };
}

/** How the connection follows the last of these knocks. knockd opens the port until something shuts it, so looking is free. */
export function opening(packets: readonly PlannedPacket[], servicePort: Port): Pick<KnockPlan, 'connect' | 'door'> {
  const lastKnockMs = packets.at(-1)?.atMs ?? 0;
  return {
    connect: {
      port: servicePort,
      atMs: lastKnockMs + FIRST_LOOK_MS,
      timeoutMs: CONNECT_TIMEOUT_MS,
      by: 'ordinary',
      syn: null,
      firstBytes: 0,
      verify: 'free',
    },
    door: { fromMs: lastKnockMs, toMs: null, singleUse: false },
  };
}

/** `7000:tcp,8000:udp,9000`: tcp where nothing is said, as the reference client of knockd has it. Not checked. */
export function readSteps(text: string | undefined): readonly unknown[] | undefined {
  return text?.split(',').map((step) => {
    const [port, ...protocol] = step.trim().split(':');
    return { port: typedNumber(port), protocol: protocol.length === 0 ? 'tcp' : protocol.join(':') };
  });
}

export function writeSteps(steps: readonly SequenceStep[]): string {
  return steps.map((step) => `${step.port}:${step.protocol}`).join(',');
}
