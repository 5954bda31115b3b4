/**
 * The one way through (docs/architecture.md, rule 3): a knock is prepared when it is used, run on schedule, and tried again with a new
 * plan where that makes sense. Everything that happens comes out as KnockEvents.
 */
import { text } from '../text/text';
import { errorInfo, SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import type { KnockEvent, Learned } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { protectedBytes } from './adopted';
import type { Descriptors } from './adopted';
import { notOpened } from './attempts';
import type { Shut } from './attempts';
import { monotonicMs, sleepUntil } from './clock';
import type { Prepare } from './prepare';
import { Progress, routeOf, runTry, sendAside, transportFor } from './run';
import type { Use } from './run';
import { transports } from './transports/registry';
import type { Transports } from './transports/registry';

export interface KnockOptions {
  readonly signal: AbortSignal;
  readonly session?: NonNullable<Use['session']>;
  readonly descriptors?: Descriptors;
  /** Default true. */
  readonly check?: boolean;
  /** The ways out, where they are not those of a plain program. */
  readonly transports?: Transports;
}

/**
 * How long a try that another may follow goes on without an answer, in milliseconds: past the attempt of a race after a second, so
 * that the budget leaves some for the next try, and past the second repetition of a single SYN (after 3 s).
 */
const LOOK_MS = { free: 1500, 'only-session': 3500 } as const;

/** Knocks. Never throws: whatever goes wrong, and a cancel, is the last event. */
export async function* knock(prepare: Prepare, options: KnockOptions): AsyncGenerator<KnockEvent, void> {
  // Aborted by the caller's signal, and when the caller stops listening: either way nothing is left open.
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  options.signal.addEventListener('abort', end, { once: true });
  if (options.signal.aborted) end();
  const progress = new Progress();
  const latest: { prepared: PreparedKnock | null } = { prepared: null };
  try {
    yield* tries(prepare, options, progress, latest, ending.signal);
  } catch (thrown) {
    const { prepared } = latest;
    yield {
      type: 'failed',
      atMs: progress.nowMs,
      error: prepared === null ? toErrorInfo(thrown) : advised(toErrorInfo(thrown), prepared.advice),
      retryAfterMs: progress.packetsLeft ? (prepared?.plan.retry.quietMs ?? 0) : 0,
    };
  } finally {
    options.signal.removeEventListener('abort', end);
    end();
  }
}

async function* tries(
  prepare: Prepare,
  options: KnockOptions,
  progress: Progress,
  latest: { prepared: PreparedKnock | null },
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, void> {
  const { descriptors = null, transports: available = transports } = options;
  const use: Use = { session: options.session ?? null, descriptors, check: options.check ?? true };
  let learned: Learned | null = null;
  let first: Uint8Array | null = null;
  for (let number = 1; ; number++) {
    let prepared = await prepare({ firstBytes: first, learned }, signal);
    latest.prepared = prepared;
    const wanted = prepared.plan.awaits.find(({ kind }) => kind === 'firstBytes');
    if (wanted?.kind === 'firstBytes') {
      // Read once: a second try has the same session before it.
      first = await protectedBytes(wanted.length, descriptors, signal);
      prepared = await prepare({ firstBytes: first, learned }, signal);
      latest.prepared = prepared;
    }
    const { plan } = prepared;
    if (plan.awaits.length > 0) throw new SesamyError('internal', `A plan still awaits ${plan.awaits[0]?.kind ?? ''}.`);
    if (number === 1) yield resolved(prepared);
    yield* untilItMayBegin(plan, signal);

    const giveUpMs = number < prepared.tries ? LOOK_MS[plan.connect.verify] : plan.connect.timeoutMs;
    const shut: Shut | null = yield* runTry(
      prepared,
      first ?? new Uint8Array(),
      Math.min(giveUpMs, plan.connect.timeoutMs),
      use,
      available,
      progress,
      signal,
    );
    if (shut === null) return;
    if (number >= prepared.tries) throw notOpened(shut, routeOf(prepared), plan);
    ({ learned } = shut);
    yield* untilNextTry(prepared, { learned, number }, progress, available, signal);
  }
}

function resolved({ host, address, family, resolvedInMs }: PreparedKnock): KnockEvent {
  return { type: 'resolved', host, address, family, tookMs: resolvedInMs };
}

/** Waits where the plan is for a time that has not come yet. */
async function* untilItMayBegin({ notBeforeUnixMs }: KnockPlan, signal: AbortSignal): AsyncGenerator<KnockEvent, void> {
  if (notBeforeUnixMs === null || notBeforeUnixMs <= Date.now()) return;
  yield { type: 'waiting', untilUnixMs: notBeforeUnixMs, reason: text('waiting.for-its-time') };
  await sleepUntilUnix(notBeforeUnixMs, signal);
}

/** Between two tries: quiet for as long as the server remembers, or what brings it back at once; and never the same knock again. */
async function* untilNextTry(
  { plan, needs, tries: of, ...prepared }: PreparedKnock,
  { learned, number }: { readonly learned: Learned; readonly number: number },
  progress: Progress,
  available: Transports,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, void> {
  const { resync, quietMs, nextTryUnixMs } = plan.retry;
  const atUnixMs = Math.max(Date.now() + (resync.length > 0 ? 0 : quietMs), nextTryUnixMs ?? 0);
  yield { type: 'again', atMs: progress.nowMs, learned, next: number + 1, of, atUnixMs };
  await sleepUntilUnix(atUnixMs, signal);
  if (resync.length === 0) return;
  const { transport } = await transportFor(needs, available, signal);
  yield* sendAside('resync', resync, routeOf({ plan, needs, tries: of, ...prepared }), transport, signal);
}

function sleepUntilUnix(unixMs: number, signal: AbortSignal): Promise<void> {
  return sleepUntil(monotonicMs() + (unixMs - Date.now()), signal);
}

/** An error in the words of the mode that failed so, where the error itself has nothing better to say. */
function advised(error: ErrorInfo, advice: PreparedKnock['advice']): ErrorInfo {
  const own = advice[error.code];
  if (own === undefined) return error;
  const { steps } = errorInfo(error.code, '');
  return {
    ...error,
    steps: error.steps === steps ? own.steps : error.steps,
    action:
      error.action ??
      (own.field === undefined ? null : { kind: 'edit-field', label: text('action.change-profile'), field: own.field }),
  };
}
