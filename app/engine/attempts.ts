/**
 * The connection that the knock is for. Where looking is free several attempts race (`connect-schedule.ts`); where it is not, the
 * session's own connection is the only one.
 */
import { connect as netConnect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import {
  attemptAtMs,
  attemptLifeMs,
  leftOut,
  MAX_UNDER_WAY,
  REPEATED_MS,
  synsOf,
} from '../domain/plan/connect-schedule';
import type { KnockEvent, Learned } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import { eitherSignal, monotonicMs, sleepUntil, throwIfCancelled } from './clock';
import type { SynBudget } from './syn-budget';
import { connectAnswer, fromSystemError } from './system-error';
import type { Route } from './transports/transport';

/** A door that stayed shut: how it showed, and what was done to find out. */
export interface Shut {
  readonly learned: Learned;
  readonly attempts: number;
  readonly waitedMs: number;
}

interface Attempt {
  readonly synAtMs: number;
  readonly outcome: Promise<Socket | Learned>;
  /** Gives it up. What the other end answers from now on is answered by a reset of the kernel's. */
  abandon(): void;
}

/**
 * Connects when the plan says so.
 * @param giveUpMs how long to go on without an answer, in milliseconds after the first attempt is due
 * @returns a connected socket with half-open allowed, or how the door stayed shut
 * @throws SesamyError `no-route`, `not-permitted`, `cancelled`
 */
export async function* connectWhenDue(
  plan: KnockPlan,
  route: Route,
  zeroMs: number,
  giveUpMs: number,
  budget: SynBudget,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, Socket | Shut> {
  const { port, verify, atMs: firstAtMs } = plan.connect;
  const single = verify === 'only-session';
  const startMs = zeroMs + firstAtMs;
  const deadlineMs = startMs + giveUpMs;
  const underWay = new Set<Attempt>();
  const abandonAll = (): void => {
    for (const attempt of underWay) attempt.abandon();
    underWay.clear();
  };
  const skipped = single ? 0 : leftOut(budget.left(monotonicMs()));
  let learned: Learned = 'silent';
  let attempts = 0;
  try {
    for (;;) {
      const next = nextAttempt(attempts + skipped, single, startMs, underWay.size, budget);
      const settled = await firstSettled(underWay, Math.min(next ?? deadlineMs, deadlineMs), signal);
      if (settled === null) {
        if (next === null || next >= deadlineMs) break;
        attempts += 1;
        const attempt = await begin(
          route,
          port,
          single ? giveUpMs : attemptLifeMs(attempts + skipped),
          single ? null : budget,
        );
        underWay.add(attempt);
        const plannedMs = firstAtMs + (single ? 0 : attemptAtMs(attempts + skipped));
        const actualMs = attempt.synAtMs - zeroMs;
        yield { type: 'connecting', plannedMs, actualMs, address: route.address, port, attempt: attempts };
        continue;
      }
      const { attempt, answer } = settled;
      underWay.delete(attempt);
      if (typeof answer !== 'string') {
        // Before anybody hears of it: none of them may be established too.
        abandonAll();
        const atMs = monotonicMs() - zeroMs;
        return yield* handedOver(answer, { type: 'open', atMs, answeredInMs: atMs - (attempt.synAtMs - zeroMs) });
      }
      learned = answer;
      // The one connection that there may be was turned down.
      if (single) break;
    }
    return { learned, attempts, waitedMs: monotonicMs() - startMs };
  } finally {
    abandonAll();
  }
}

/** Whoever stops listening at this event has not taken the connection. */
function* handedOver(connection: Socket, event: KnockEvent): Generator<KnockEvent, Socket> {
  let taken = false;
  try {
    yield event;
    taken = true;
    return connection;
  } finally {
    if (!taken) connection.destroy();
  }
}

/** When the next attempt may leave, on the clock of `monotonicMs`; null when none may follow now. */
function nextAttempt(
  attempts: number,
  single: boolean,
  startMs: number,
  underWay: number,
  budget: SynBudget,
): number | null {
  if (single) return attempts === 0 ? startMs : null;
  if (underWay >= MAX_UNDER_WAY) return null;
  const dueMs = startMs + attemptAtMs(attempts + 1);
  return Math.max(dueMs, budget.roomAtMs(Math.max(dueMs, monotonicMs()), synsOf(attempts + 1)));
}

/** The first attempt that comes to an end before a time; null when none does. */
async function firstSettled(
  underWay: ReadonlySet<Attempt>,
  untilMs: number,
  signal: AbortSignal,
): Promise<{ readonly attempt: Attempt; readonly answer: Socket | Learned } | null> {
  const sleeping = new AbortController();
  const either = eitherSignal(signal, sleeping.signal);
  const time = sleepUntil(untilMs, either.signal).then(() => null);
  // Whoever loses the race is not waited for.
  time.catch(() => undefined);
  try {
    return await Promise.race([
      time,
      ...Array.from(underWay, (attempt) => attempt.outcome.then((answer) => ({ attempt, answer }))),
    ]);
  } finally {
    sleeping.abort();
    either.release();
    throwIfCancelled(signal);
  }
}

/** Sends one SYN from a socket of its own. */
async function begin(route: Route, port: number, lifeMs: number, budget: SynBudget | null): Promise<Attempt> {
  const socket = netConnect({
    host: route.address,
    port,
    allowHalfOpen: true,
    noDelay: true,
    ...(route.bindSource ? { localAddress: route.source } : {}),
  });
  const outcome = new Promise<Socket | Learned>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      resolve('silent');
    }, lifeMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      const answer = connectAnswer(error);
      if (answer !== null) resolve(answer);
      else
        reject(
          fromSystemError(error, `${route.address} port ${port}`) ??
            new SesamyError('internal', `Connecting failed: ${error.message}.`),
        );
    });
    socket.once('close', () => {
      clearTimeout(timer);
    });
  });
  // Awaited in a race later; this keeps it from counting as unhandled meanwhile.
  outcome.catch(() => undefined);
  // For a literal address Node calls connect(2) in the next tick: after it the SYN has left.
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  const synAtMs = monotonicMs();
  const repeatedAtMs = synAtMs + REPEATED_MS;
  budget?.record(synAtMs);
  if (budget !== null && lifeMs > REPEATED_MS) {
    budget.record(repeatedAtMs);
    const notRepeated = (): void => {
      if (monotonicMs() < repeatedAtMs) budget.withdraw(repeatedAtMs);
    };
    socket.once('connect', notRepeated);
    socket.once('close', notRepeated);
  }
  return {
    synAtMs,
    outcome,
    abandon() {
      socket.destroy();
    },
  };
}

/** The failure that a shut door is. */
export function notOpened({ learned, attempts, waitedMs }: Shut, route: Route, plan: KnockPlan): SesamyError {
  const { port } = plan.connect;
  const cause =
    learned === 'refused'
      ? text('not-opened.refused', { address: route.address, port, attempts })
      : text('not-opened.silent', {
          address: route.address,
          port,
          attempts,
          waitedMs: Math.round(waitedMs / 100) * 100,
        });
  return new SesamyError('not-opened', cause, {
    action: { kind: 'retry', label: text('action.try-again'), afterMs: plan.retry.quietMs },
  });
}
