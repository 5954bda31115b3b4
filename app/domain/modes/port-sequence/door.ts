import type { ArrivedPacket, Door } from '../../plan/door';
import type { Port } from '../../plan/knock-plan';
import type { SequenceStep } from './schema';

export interface PortSequenceRule {
  readonly steps: readonly SequenceStep[];
  readonly closing: readonly SequenceStep[] | null;
  readonly servicePort: Port;
  /** knockd's seq_timeout: whole seconds from the first knock to the last. */
  readonly timeoutSeconds: number;
}

interface Progress {
  readonly stage: number;
  readonly startedAtMs: number;
}

interface State {
  readonly open: boolean;
  readonly opening: Progress | null;
  readonly closing: Progress | null;
}

const SHUT: State = { open: false, opening: null, closing: null };

function same(step: SequenceStep | undefined, packet: ArrivedPacket): boolean {
  return step?.port === packet.port && step.protocol === packet.protocol;
}

/** One sequence's progress after a packet; `done` when that was its last step (knockd 0.8, knock-modes §2). */
function advance(
  steps: readonly SequenceStep[],
  progress: Progress | null,
  packet: ArrivedPacket,
  timeoutSeconds: number,
): Progress | 'done' | null {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  const late = progress !== null && seconds(packet.atMs) - seconds(progress.startedAtMs) >= timeoutSeconds;
  const alive = late ? null : progress;
  const stage = alive?.stage ?? 0;
  // A watched port out of order kills the attempt; the packet that killed it does not begin a new one.
  if (!same(steps[stage], packet)) return null;
  if (stage + 1 === steps.length) return 'done';
  return { stage: stage + 1, startedAtMs: alive?.startedAtMs ?? packet.atMs };
}

/** A knockd with one opening sequence and perhaps a closing one, for one source address, as a pure value. */
export function portSequenceDoor(rule: PortSequenceRule, state: State = SHUT): Door {
  const watched = [...rule.steps, ...(rule.closing ?? [])];

  function receive(packet: ArrivedPacket) {
    if (packet.protocol === 'tcp' && packet.port === rule.servicePort && state.open)
      return { verdict: 'accept' as const, door: portSequenceDoor(rule, state) };
    if (!watched.some((step) => same(step, packet))) return { verdict: 'ignore' as const, door: portSequenceDoor(rule, state) };

    const opening = advance(rule.steps, state.opening, packet, rule.timeoutSeconds);
    const closing = rule.closing === null ? null : advance(rule.closing, state.closing, packet, rule.timeoutSeconds);
    const after: State = {
      open: (state.open || opening === 'done') && closing !== 'done',
      opening: opening === 'done' ? null : opening,
      closing: closing === 'done' ? null : closing,
    };
    return { verdict: opening === null && closing === null ? ('reset' as const) : ('count' as const), door: portSequenceDoor(rule, after) };
  }

  const service = { port: rule.servicePort, protocol: 'tcp' as const };
  const listens = [...watched, service].filter(
    (entry, at, all) => all.findIndex((other) => other.port === entry.port && other.protocol === entry.protocol) === at,
  );
  return { listens, counted: Math.max(state.opening?.stage ?? 0, state.closing?.stage ?? 0), receive };
}
