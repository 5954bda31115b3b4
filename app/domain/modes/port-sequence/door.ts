import type { ArrivedPacket, Door } from '../../plan/door';
import type { Port } from '../../plan/knock-plan';
import { sameStep } from './knocks';
import type { SequenceStep } from './schema';

export interface PortSequenceRule {
  readonly steps: readonly SequenceStep[];
  readonly closing: readonly SequenceStep[] | null;
  readonly servicePort: Port;
  /** knockd's seq_timeout: whole seconds from the first knock to the last. */
  readonly timeoutSeconds: number;
}

/** How far a sequence's attempt is. */
export interface Progress {
  /** How many of its steps are done. */
  readonly stage: number;
  readonly startedAtMs: number;
}

interface State {
  readonly open: boolean;
  readonly opening: Progress | null;
  readonly closing: Progress | null;
}

const SHUT: State = { open: false, opening: null, closing: null };

/** One sequence's attempt after a packet: further on, finished, or dead (null). */
type Advance = Progress | 'done' | null;

/** What is left of an attempt when a packet comes: nothing when its time is up. knockd counts in whole seconds. */
export function alive(progress: Progress | null, atMs: number, timeoutSeconds: number): Progress | null {
  if (progress === null) return null;
  const seconds = Math.floor(atMs / 1000) - Math.floor(progress.startedAtMs / 1000);
  return seconds >= timeoutSeconds ? null : progress;
}

/** Moves an attempt on by one packet. A watched packet that is not the next step kills it and begins nothing. */
export function advance(steps: readonly SequenceStep[], progress: Progress, packet: ArrivedPacket): Advance {
  if (!sameStep(steps[progress.stage], packet)) return null;
  if (progress.stage + 1 === steps.length) return 'done';
  return { stage: progress.stage + 1, startedAtMs: progress.startedAtMs };
}

/**
 * A knockd with one opening sequence and perhaps a closing one, for one source address, as a pure value
 * (docs/knock-modes.md §2, and the order of work in knockd 0.8: expire attempts, then move those that run, else begin new ones).
 */
export function portSequenceDoor(rule: PortSequenceRule, state: State = SHUT): Door {
  const watched = [...rule.steps, ...(rule.closing ?? [])];

  function receive(packet: ArrivedPacket) {
    const accepted = state.open && packet.protocol === 'tcp' && packet.port === rule.servicePort;
    // knockd is told by its capture filter of the watched ports alone; others neither help nor hurt.
    if (!watched.some((step) => sameStep(step, packet)))
      return { verdict: accepted ? ('accept' as const) : ('ignore' as const), door: portSequenceDoor(rule, state) };

    const running = {
      opening: alive(state.opening, packet.atMs, rule.timeoutSeconds),
      closing: alive(state.closing, packet.atMs, rule.timeoutSeconds),
    };
    // While any attempt of the source runs, a packet can only move attempts on; none begins with it.
    const idle = running.opening === null && running.closing === null;
    const begun: Progress = { stage: 0, startedAtMs: packet.atMs };
    const move = (steps: readonly SequenceStep[] | null, progress: Progress | null): Advance => {
      const attempt = idle ? begun : progress;
      return steps === null || attempt === null ? null : advance(steps, attempt, packet);
    };
    const opening = move(rule.steps, running.opening);
    const closing = move(rule.closing, running.closing);
    const after: State = {
      open: (state.open || opening === 'done') && closing !== 'done',
      opening: opening === 'done' ? null : opening,
      closing: closing === 'done' ? null : closing,
    };
    const counted = opening === null && closing === null ? ('reset' as const) : ('count' as const);
    return { verdict: accepted ? ('accept' as const) : counted, door: portSequenceDoor(rule, after) };
  }

  const service = { port: rule.servicePort, protocol: 'tcp' as const };
  const listens = [...watched, service].filter(
    (entry, at, all) => all.findIndex((other) => other.port === entry.port && other.protocol === entry.protocol) === at,
  );
  return { listens, counted: Math.max(state.opening?.stage ?? 0, state.closing?.stage ?? 0), receive };
}
