/**
 * The one way through (architecture, rule 3): a profile becomes an address and a plan, the plan is run on schedule,
 * and everything that happens comes out as KnockEvents.
 */
import type { Socket } from 'node:net';
import { SesamyError, toErrorInfo } from '../domain/errors';
import { planKnock } from '../domain/modes/registry';
import type { AddressFamily, KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import type { Profile } from '../domain/profile/profile';
import { duration } from '../domain/words';
import { monotonicMs, sleepUntil } from './clock';
import { attemptConnection } from './connection';
import { addressOfInterface } from './interfaces';
import { resolveHost } from './resolve';
import { sockets } from './transports/sockets';
import type { Route, Transport } from './transports/transport';

/** A knock that is ready to run: it needs the profile no more. Plain data, so that one process may hand it to another. */
export interface PreparedKnock {
  readonly host: string;
  readonly address: string;
  readonly family: AddressFamily;
  readonly sourceAddress: string | null;
  readonly plan: KnockPlan;
  /** How long the name service took, in milliseconds. */
  readonly resolvedInMs: number;
  /** What the profile asks for and this run cannot do. */
  readonly warnings: readonly string[];
}

/** Bytes that a session moved: in from the server, out to it. */
export interface SessionTotals {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface KnockOptions {
  readonly signal: AbortSignal;
  /**
   * Uses the connection that the knock opened, and settles when it is over. Without it only the knock is sent, and the
   * door is looked at with a connection of our own where that does no harm (`check`).
   */
  readonly session?: (connection: Socket) => Promise<SessionTotals>;
  /** Without a session: find out whether the door opened, where the plan allows it. Default true. */
  readonly check?: boolean;
}

/**
 * Resolves the host once and makes the plan.
 * @throws SesamyError `name-not-found`, `no-address-of-family`, `interface-not-found`, `cancelled`
 */
export async function prepareKnock(profile: Profile, signal: AbortSignal): Promise<PreparedKnock> {
  const startedMs = monotonicMs();
  const { address, family } = await resolveHost(profile.host, profile.addressFamily, signal);
  const resolvedInMs = monotonicMs() - startedMs;
  const warnings: string[] = [];
  if (profile.sourceMac !== null)
    warnings.push(`The source MAC ${profile.sourceMac} is not used: plain sockets leave it to the interface.`);
  const sourceAddress = profile.interface === null ? null : addressOfInterface(profile.interface, family);
  if (sourceAddress !== null)
    warnings.push(
      `The knock leaves with the address ${sourceAddress} of interface ${profile.interface ?? ''}; the routing table still chooses the way.`,
    );
  const plan = planKnock(profile.mode, { servicePort: profile.servicePort });
  return { host: profile.host, address, family, sourceAddress, plan, resolvedInMs, warnings };
}

/** Knocks. Never throws: whatever goes wrong, and a cancel, is the last event. */
export async function* knock(profile: Profile, options: KnockOptions): AsyncGenerator<KnockEvent, void> {
  let prepared: PreparedKnock;
  try {
    prepared = await prepareKnock(profile, options.signal);
  } catch (error) {
    yield { type: 'failed', atMs: 0, error: toErrorInfo(error), retryAfterMs: 0 };
    return;
  }
  yield* runPrepared(prepared, options);
}

/** The second half of {@link knock}: runs what {@link prepareKnock} made, perhaps in another process. Never throws. */
export async function* runPrepared(prepared: PreparedKnock, options: KnockOptions): AsyncGenerator<KnockEvent, void> {
  const { plan } = prepared;
  const transport: Transport = sockets;
  const route: Route = prepared;
  // Aborted by the caller's signal, and when the caller stops listening: either way nothing is left open.
  const ending = new AbortController();
  const { signal } = ending;
  const end = (): void => {
    ending.abort();
  };
  options.signal.addEventListener('abort', end, { once: true });
  if (options.signal.aborted) end();
  yield {
    type: 'resolved',
    host: prepared.host,
    address: prepared.address,
    family: prepared.family,
    tookMs: prepared.resolvedInMs,
  };
  for (const message of prepared.warnings) yield { type: 'warning', message };

  const zeroMs = monotonicMs();
  const now = (): number => monotonicMs() - zeroMs;
  let packetsLeft = false;
  yield { type: 'armed', plan, transport: transport.name, reason: transport.reason, unixMs: Date.now() };
  try {
    for await (const sent of transport.send(plan.packets, route, zeroMs, signal)) {
      packetsLeft = true;
      yield packetEvent('knock', sent, route, zeroMs);
    }
    if (options.session === undefined && (options.check === false || plan.connect.probing === 'only-session')) {
      yield { type: 'sent', atMs: now(), doorToMs: plan.door.toMs };
      return;
    }
    const connection = yield* connectWhenDue(plan, route, zeroMs, signal);
    if (options.session === undefined) {
      connection.destroy();
      return;
    }
    const totals = await options.session(connection);
    yield* closeDoor(plan, route, transport);
    yield { type: 'closed', atMs: now(), ...totals };
  } catch (error) {
    yield { type: 'failed', atMs: now(), error: toErrorInfo(error), retryAfterMs: packetsLeft ? plan.retryQuietMs : 0 };
  } finally {
    options.signal.removeEventListener('abort', end);
    end();
  }
}

function packetEvent(
  phase: 'knock' | 'closing',
  sent: {
    readonly packet: KnockPlan['packets'][number];
    readonly sentAtMs: number;
    readonly sourcePort: number | null;
  },
  route: Route,
  zeroMs: number,
): KnockEvent {
  const { packet } = sent;
  return {
    type: 'packet-sent',
    index: packet.index,
    phase,
    plannedMs: packet.atMs,
    actualMs: sent.sentAtMs - zeroMs,
    protocol: packet.protocol,
    address: route.address,
    port: packet.port,
    sourcePort: sent.sourcePort,
  };
}

/** Connects when the plan says so, and again after a refusal where the plan allows it. */
async function* connectWhenDue(
  plan: KnockPlan,
  route: Route,
  zeroMs: number,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, Socket> {
  const { port, reattemptMs, timeoutMs } = plan.connect;
  const deadlineMs = plan.connect.atMs + timeoutMs;
  let plannedMs = plan.connect.atMs;
  for (let attempt = 1; ; attempt++) {
    await sleepUntil(zeroMs + plannedMs, signal);
    let synAtMs = 0;
    const outcome = attemptConnection(route, port, deadlineMs - plannedMs, signal, () => {
      synAtMs = monotonicMs() - zeroMs;
    });
    // Let the SYN go before the event is made, so that it can tell when. The outcome may be a failure already: it is
    // awaited below, and this keeps it from counting as unhandled meanwhile.
    outcome.catch(() => undefined);
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
    yield { type: 'connecting', plannedMs, actualMs: synAtMs, address: route.address, port, attempt };
    const answer = await outcome;
    const atMs = monotonicMs() - zeroMs;
    if (typeof answer !== 'string') {
      let handedOver = false;
      try {
        yield { type: 'open', atMs, answeredInMs: atMs - synAtMs };
        handedOver = true;
      } finally {
        if (!handedOver) answer.destroy();
      }
      return answer;
    }
    if (answer === 'silent' || reattemptMs === null || atMs + reattemptMs >= deadlineMs)
      throw notOpened(answer, route, plan);
    plannedMs = atMs + reattemptMs;
  }
}

function notOpened(answer: 'refused' | 'silent', route: Route, plan: KnockPlan): SesamyError {
  const cause =
    answer === 'refused'
      ? `Every knock left, but ${route.address} refused the connection to port ${plan.connect.port}.`
      : `Every knock left, but ${route.address} port ${plan.connect.port} did not answer within ${duration(plan.connect.timeoutMs)}.`;
  return new SesamyError('not-opened', cause, {
    action: { kind: 'retry', label: 'Try again', afterMs: plan.retryQuietMs },
  });
}

/** Knocks the door shut where the server has a sequence for that. The session is over, so a cancel has no say any more. */
async function* closeDoor(plan: KnockPlan, route: Route, transport: Transport): AsyncGenerator<KnockEvent, void> {
  const zeroMs = monotonicMs();
  for await (const sent of transport.send(plan.closing, route, zeroMs, new AbortController().signal))
    yield packetEvent('closing', sent, route, zeroMs);
}
