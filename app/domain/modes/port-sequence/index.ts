import type { KnockPlan, PlannedPacket } from '../../plan/knock-plan';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { count, duration } from '../../words';
import { defineMode } from '../mode-definition';
import type { PlanContext } from '../mode-definition';
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

/** knockd's own default for seq_timeout is 25 s; a lost last knock leaves it waiting for that long (knock-modes §2). */
const KNOCKD_SEQ_TIMEOUT_SECONDS = 25;

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
    connect: { port: context.servicePort, atMs, timeoutMs: CONNECT_TIMEOUT_MS, probing: 'free', reattemptMs: REATTEMPT_MS },
    door: { fromMs: lastKnockMs, toMs: null, singleUse: false },
    slack: null,
    retryQuietMs: KNOCKD_SEQ_TIMEOUT_SECONDS * 1000,
    closing: mode.closing === null ? [] : schedule(mode.closing, mode.delayMs),
  };
}

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
      timeoutSeconds: KNOCKD_SEQ_TIMEOUT_SECONDS,
    }),
  outline: (mode) => `port sequence, ${count(mode.steps.length, 'step')}`,
});
