import { setTimeout as delay } from 'node:timers/promises';
import { SesamyError } from '../domain/errors';

/** Monotonic time in milliseconds, with a fraction. Only differences mean anything. */
export function monotonicMs(): number {
  return performance.now();
}

/** A time on the clock of {@link monotonicMs} from nanoseconds of the system's own monotonic clock, which both read. */
export function fromMonotonicNs(ns: bigint): number {
  const ahead = process.hrtime.bigint() - ns;
  return monotonicMs() - Number(ahead) / 1e6;
}

/**
 * Waits until {@link monotonicMs} has reached a time; never wakes early.
 * @throws SesamyError `cancelled` as soon as the signal is aborted
 */
export async function sleepUntil(targetMs: number, signal: AbortSignal): Promise<void> {
  throwIfCancelled(signal);
  for (let left = targetMs - monotonicMs(); left > 0; left = targetMs - monotonicMs()) {
    try {
      // Timers count whole milliseconds and may fire up to one early.
      await delay(Math.ceil(left), undefined, { signal });
    } catch {
      throwIfCancelled(signal);
    }
  }
}

/**
 * A signal that is aborted as soon as one of these is, and the way to let go of them. AbortSignal.any is younger than the oldest
 * runtime that this runs on (Node 18).
 */
export function eitherSignal(...signals: readonly AbortSignal[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const either = new AbortController();
  const abort = (): void => {
    either.abort();
  };
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: either.signal,
    release() {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SesamyError('cancelled', 'The knock was cancelled.');
}

/** Rejects with `cancelled` when the signal is aborted first; the work itself goes on unheard. */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfCancelled(signal);
  let onAbort: (() => void) | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new SesamyError('cancelled', 'The knock was cancelled.'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
