/** When a knock of one period may leave. Client and server tell the time by two clocks. */
import { periodAt } from './otp';

/**
 * A knock that was planned for the next period leaves so long after its beginning, in milliseconds: the server's clock may be behind.
 */
export const HEAD_MS = 500;

/**
 * How long before a period's end the last knock has to leave, in milliseconds. A try keeps the period of its first knock, but
 * that one in the last second is a gamble: the server's clock may be ahead (docs/knock-modes.md §3).
 */
export const TAIL_MS = 1000;

export interface Turn {
  /** The number of the period whose ports are knocked on. */
  readonly period: number;
  /** Whether that is the one after the present one. */
  readonly next: boolean;
  /** Before this wall-clock time in milliseconds since 1970 the first knock must not leave; null: at once. */
  readonly notBeforeUnixMs: number | null;
  /** When the ports change after it. */
  readonly endUnixMs: number;
}

/**
 * The period for knocks that begin now: this one, or the next where they would come too near its end.
 * @param takesMs from the first knock to the last
 */
export function turnAt(unixMs: number, periodSeconds: number, takesMs: number): Turn {
  const periodMs = periodSeconds * 1000;
  const present = periodAt(unixMs, periodSeconds);
  const next = (present + 1) * periodMs - unixMs < takesMs + TAIL_MS;
  const period = next ? present + 1 : present;
  const earliest = period * periodMs + HEAD_MS;
  return {
    period,
    next,
    notBeforeUnixMs: unixMs < earliest ? earliest : null,
    endUnixMs: (period + 1) * periodMs,
  };
}

/** The shortest period in whole seconds in which knocks that take so long always find a turn. */
export function leastPeriodSeconds(takesMs: number): number {
  return Math.ceil((HEAD_MS + takesMs + TAIL_MS) / 1000);
}
