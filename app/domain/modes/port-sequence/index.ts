import type { KnockPlan, PlannedPacket } from '../../plan/knock-plan';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { count, duration } from '../../../text/words';
import { defineMode } from '../mode-definition';
import type { PlanContext } from '../mode-definition';
import { typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { portSequenceDoor } from './door';
import { portSequenceSchema } from './schema';
import type { PortSequence, SequenceStep } from './schema';

/**
 * How long after the last step the connection starts, in milliseconds. knockd runs a shell and a firewall command
 * first; a SYN that comes too early is dropped and comes again only after a second.
 */
const SETTLE_MS = 300;

/** After a refusal (a firewall that rejects, and has not opened yet) the engine tries again after this time. */
const REATTEMPT_MS = 250;

/** knockd's own default for seq_timeout. */
const KNOCKD_SEQ_TIMEOUT_SECONDS = 25;

/**
 * The least seq_timeout, in seconds, that a server for these settings can have: knockd's own, or more where the
 * knocks take longer than that. A lost last knock leaves knockd waiting for that long (knock-modes §2).
 */
function timeoutSeconds(mode: PortSequence): number {
  const longest = Math.max(mode.steps.length, mode.closing?.length ?? 0);
  // Two more, because knockd cuts both times to whole seconds and refuses a difference equal to the timeout.
  return Math.max(KNOCKD_SEQ_TIMEOUT_SECONDS, Math.ceil(((longest - 1) * mode.delayMs) / 1000) + 2);
}

function schedule(steps: readonly SequenceStep[], delayMs: number): readonly PlannedPacket[] {
  return steps.map((step, index) => ({ index, atMs: index * delayMs, protocol: step.protocol, port: step.port }));
}

function plan(mode: PortSequence, context: PlanContext): KnockPlan {
  const packets = schedule(mode.steps, mode.delayMs);
  const lastKnockMs = (packets.length - 1) * mode.delayMs;
  const atMs = lastKnockMs + SETTLE_MS;
  return {
    summary: `port sequence ${packets.map((p) => `${p.port}/${p.protocol}`).join(', ')}, every ${duration(mode.delayMs)}`,
    packets,
    steps: packets.map((packet) => ({
      label: `Step ${packet.index + 1}`,
      detail: `${packet.protocol === 'tcp' ? '1 SYN' : '1 datagram'} to port ${packet.port}`,
      firstPacket: packet.index,
      packetCount: 1,
    })),
    bands: [],
    connect: {
      port: context.servicePort,
      atMs,
      timeoutMs: CONNECT_TIMEOUT_MS,
      probing: 'free',
      reattemptMs: REATTEMPT_MS,
    },
    door: { fromMs: lastKnockMs, toMs: null, singleUse: false },
    slack: null,
    retryQuietMs: timeoutSeconds(mode) * 1000,
    closing: mode.closing === null ? [] : schedule(mode.closing, mode.delayMs),
  };
}

/** `7000:tcp,8000:udp,9000`: tcp where nothing is said, as the reference client of knockd has it. */
function readSteps(text: string | undefined): readonly unknown[] | undefined {
  return text?.split(',').map((step) => {
    const [port, ...protocol] = step.trim().split(':');
    return { port: typedNumber(port), protocol: protocol.length === 0 ? 'tcp' : protocol.join(':') };
  });
}

function writeSteps(steps: readonly SequenceStep[]): string {
  return steps.map((step) => `${step.port}:${step.protocol}`).join(',');
}

const inline: InlineForm<PortSequence> = {
  options: [
    { flags: '--steps <list>', field: 'steps', description: 'ports in order, such as 7000:tcp,8000:udp,9000' },
    { flags: '--delay <ms>', field: 'delayMs', description: 'milliseconds between knocks (default: 200)' },
    { flags: '--closing <list>', field: 'closing', description: 'knocks that shut the door when a session ends' },
  ],
  read: (values) => ({
    steps: readSteps(values['steps']),
    delayMs: typedNumber(values['delayMs'] ?? '200'),
    closing: readSteps(values['closing']) ?? null,
  }),
  write: (mode) => [
    ...['--steps', writeSteps(mode.steps), '--delay', String(mode.delayMs)],
    ...(mode.closing === null ? [] : ['--closing', writeSteps(mode.closing)]),
  ],
};

/** Several ports in order, as knockd and its kin expect (knock-modes §2, seed 003). */
export const portSequence = defineMode({
  kind: 'port-sequence',
  label: 'Port sequence',
  description: 'Several ports in order, as knockd',
  schema: portSequenceSchema,
  defaults: {
    kind: 'port-sequence',
    steps: [
      { port: 7000, protocol: 'tcp' },
      { port: 8000, protocol: 'tcp' },
      { port: 9000, protocol: 'tcp' },
    ],
    delayMs: 200,
    closing: null,
  },
  plan,
  door: (mode, context) =>
    portSequenceDoor({
      steps: mode.steps,
      closing: mode.closing,
      servicePort: context.servicePort,
      timeoutSeconds: timeoutSeconds(mode),
    }),
  inline,
  outline: (mode) => `port sequence, ${count(mode.steps.length, 'step')}`,
});
