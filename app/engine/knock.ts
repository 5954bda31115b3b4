/**
 * The one way through (architecture, rule 3): a profile becomes an address and a plan, the plan is run on schedule,
 * and everything that happens comes out as KnockEvents.
 */
import type { Socket } from 'node:net';
import { SesamyError, toErrorInfo } from '../domain/errors';
import { planKnock } from '../domain/modes/registry';
import type { AddressFamily, KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import { chooseTransport, needsLink, RAW_TRANSPORTS, synNeed } from '../domain/plan/transport';
import type { TransportNeeds, TransportState } from '../domain/plan/transport';
import type { Profile } from '../domain/profile/profile';
import { duration } from '../text/words';
import { monotonicMs, sleepUntil, unlessCancelled } from './clock';
import { attemptConnection } from './connection';
import { addressOf, interfaceOf } from './interfaces';
import { resolveHost } from './resolve';
import { firstBytes, planFor, synFor } from './stealth';
import type { ChosenSyn } from './stealth';
import { transports } from './transports/registry';
import type { Transports } from './transports/registry';
import type { Route, Transport, TransportReport } from './transports/transport';

/** A knock that is ready to run: it needs the profile no more. Plain data, so that one process may hand it to another. */
export interface PreparedKnock {
  readonly host: string;
  readonly address: string;
  readonly family: AddressFamily;
  readonly sourceAddress: string | null;
  /** What the transport is chosen by, where and when the knock is run. An interface is named, not numbered. */
  readonly needs: TransportNeeds;
  readonly plan: KnockPlan;
  /** How long the name service took, in milliseconds. */
  readonly resolvedInMs: number;
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
  /**
   * What the session reads and writes, as descriptors of this process: where the connecting SYN is the knock, another process
   * carries the bytes between them and the connection, or hands the connection itself over `output`. `release` is called when it
   * has them: whoever reads `output` would not see its end as long as this process holds it too.
   */
  readonly descriptors?: {
    readonly input: number;
    readonly output: number;
    readonly pass: boolean;
    readonly release: () => void;
  };
  /** Without a session: find out whether the door opened, where the plan allows it. Default true. */
  readonly check?: boolean;
  /** The ways out, where they are not those of a plain program. */
  readonly transports?: Transports;
}

/**
 * Resolves the host once and makes the plan.
 * @throws SesamyError `name-not-found`, `no-address-of-family`, `interface-not-found`, `cancelled`
 */
export async function prepareKnock(profile: Profile, signal: AbortSignal): Promise<PreparedKnock> {
  const startedMs = monotonicMs();
  const { address, family } = await resolveHost(profile.host, profile.addressFamily, signal);
  const resolvedInMs = monotonicMs() - startedMs;
  const chosen = profile.interface === null ? null : await interfaceOf(profile.interface);
  const sourceAddress = chosen === null ? null : addressOf(chosen, family);
  const plan = planFor(planKnock(profile.mode, { servicePort: profile.servicePort }), address);
  const syn = synNeed(plan);
  const needs = { wish: profile.transport, interface: chosen?.name ?? null, sourceMac: profile.sourceMac, syn };
  return { host: profile.host, address, family, sourceAddress, needs, plan, resolvedInMs };
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
  const { plan, needs } = prepared;
  const { address, family, sourceAddress } = prepared;
  const route: Route = { address, family, sourceAddress, interface: needs.interface, sourceMac: needs.sourceMac };
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

  let zeroMs: number | null = null;
  const now = (): number => (zeroMs === null ? 0 : monotonicMs() - zeroMs);
  let packetsLeft = false;
  try {
    const available = options.transports ?? transports;
    const choice = chooseTransport(needs, await unlessCancelled(statesFor(needs, available), signal));
    const transport = available.get(choice.name);
    for (const message of choice.warnings) yield { type: 'warning', message };
    if (plan.connect.stealth !== undefined) {
      const { stealth } = plan.connect;
      const first =
        stealth.kind === 'isn' ? null : await protectedBytes(stealth.integrityLength, options.descriptors, signal);
      const syn = stealth.kind === 'isn' ? stealth : synFor(stealth, address, plan.connect.port, first);
      const ready = { ...plan, connect: { ...plan.connect, stealth: syn } };
      const begin = (firstSynMs: number): KnockEvent => {
        zeroMs = firstSynMs;
        const unixMs = Date.now() - (monotonicMs() - firstSynMs);
        return { type: 'armed', plan: ready, transport: choice.name, reason: choice.reason, unixMs };
      };
      yield* openByHelper(ready, syn, first, route, begin, available, options, signal);
      return;
    }
    if (options.descriptors?.pass === true)
      throw new SesamyError('bad-input', 'Only a connection of TCP Stealth can be handed to ssh (ProxyUseFdpass).', {
        steps: ['Take ProxyUseFdpass and --fdpass away.'],
      });
    const connects = options.session !== undefined || (options.check !== false && plan.connect.probing === 'free');
    for await (const report of transport.send(plan.packets, route, listenMs(plan, connects), signal)) {
      if (report.type === 'armed') {
        zeroMs = report.zeroMs;
        const unixMs = Date.now() - (monotonicMs() - zeroMs);
        yield { type: 'armed', plan, transport: transport.name, reason: choice.reason, unixMs };
        if (report.link !== null) yield { type: 'link', ...report.link };
      } else {
        packetsLeft = true;
        yield packetEvent('knock', report, route, zeroMs ?? 0);
      }
    }
    if (zeroMs === null) throw new SesamyError('internal', `The transport ${transport.name} never began.`);
    if (!connects) {
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

/** The states that the choice depends on, and no others: each has to be asked for. */
async function statesFor(needs: TransportNeeds, available: Transports): Promise<readonly TransportState[]> {
  if (needs.wish !== 'auto') return available.states([needs.wish]);
  // A plain SYN or datagram is enough.
  if (needs.syn === 'plain' && !needsLink(needs)) return [];
  const states: TransportState[] = [];
  for (const name of needs.syn === 'adopted' ? (['helper'] as const) : RAW_TRANSPORTS) {
    states.push(...(await available.states([name])));
    if (states.some((state) => state.works)) break;
  }
  return states;
}

/** Answers to a knock that opens nothing by itself are still worth a line in the log. */
const LISTEN_MS = 300;
/** What getting a connection under way may take, in milliseconds. */
const CONNECT_LEAD_MS = 10;

/** How long to listen for answers after the last packet: never into the time of the connection. */
function listenMs(plan: KnockPlan, connects: boolean): number {
  if (!connects) return LISTEN_MS;
  const gapMs = plan.connect.atMs - (plan.packets.at(-1)?.atMs ?? 0);
  return Math.max(0, Math.min(LISTEN_MS, gapMs - CONNECT_LEAD_MS));
}

/** When the helper sends the SYN, and sends it again, in milliseconds after the first one. */
const SYN_TIMES_MS = [0, 1000, 3000, 7000] as const;

/**
 * The connection whose SYN is the knock, from its first SYN to its end. That SYN is the zero of all times: nothing has to be kept to
 * before it.
 * @param begin told when the first SYN left, gives the event that comes before all others
 */
async function* openByHelper(
  plan: KnockPlan,
  syn: ChosenSyn,
  first: Uint8Array | null,
  route: Route,
  begin: (firstSynMs: number) => KnockEvent,
  available: Transports,
  options: KnockOptions,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, void> {
  const { port, timeoutMs } = plan.connect;
  const { descriptors } = options;
  const use =
    descriptors === undefined
      ? null
      : { how: descriptors.pass ? ('pass' as const) : ('splice' as const), ...descriptors };
  let zeroMs = 0;
  let synAtMs = 0;
  let attempt = 0;
  const connection = { route, port, syn, timeoutMs, first: first ?? new Uint8Array(), use };
  for await (const report of available.connect(connection, signal))
    switch (report.type) {
      case 'syn': {
        if (attempt === 0) {
          zeroMs = report.sentAtMs;
          yield begin(zeroMs);
        }
        synAtMs = report.sentAtMs - zeroMs;
        const plannedMs = SYN_TIMES_MS[attempt] ?? synAtMs;
        attempt += 1;
        yield { type: 'connecting', plannedMs, actualMs: synAtMs, address: route.address, port, attempt };
        break;
      }
      case 'open':
        descriptors?.release();
        yield { type: 'open', atMs: report.atMs - zeroMs, answeredInMs: report.atMs - zeroMs - synAtMs };
        break;
      case 'carried':
        // A connection that was handed over lives on; one that was only looked at is closed.
        if (use?.how === 'splice')
          yield {
            type: 'closed',
            atMs: monotonicMs() - zeroMs,
            bytesIn: report.bytesIn,
            bytesOut: report.bytesOut,
          };
    }
}

/** The bytes that the ISN protects, before any packet leaves. */
async function protectedBytes(
  length: number,
  descriptors: KnockOptions['descriptors'],
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (descriptors !== undefined && !descriptors.pass) return firstBytes(descriptors.input, length, signal);
  throw new SesamyError(
    'bad-input',
    descriptors === undefined
      ? 'With an integrity length the ISN depends on the first bytes of the session, and a knock alone has none.'
      : 'With an integrity length the ISN depends on the first bytes of the session, and ssh says none before it has the connection (ProxyUseFdpass).',
    { steps: ['Use sesamy proxy without --fdpass, or set the integrity length to 0.'] },
  );
}

function packetEvent(
  phase: 'knock' | 'closing',
  report: Exclude<TransportReport, { readonly type: 'armed' }>,
  route: Route,
  zeroMs: number,
): KnockEvent {
  const { packet } = report;
  if (report.type === 'answer') {
    const { kind, from, icmp } = report;
    return { type: 'answer', index: packet.index, phase, atMs: report.atMs - zeroMs, kind, from, icmp };
  }
  return {
    type: 'packet-sent',
    index: packet.index,
    phase,
    plannedMs: packet.atMs,
    actualMs: report.sentAtMs - zeroMs,
    protocol: packet.protocol,
    address: route.address,
    port: packet.port,
    sourcePort: report.sourcePort,
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
  let zeroMs = 0;
  if (plan.closing.length === 0) return;
  for await (const report of transport.send(plan.closing, route, 0, new AbortController().signal)) {
    if (report.type === 'armed') zeroMs = report.zeroMs;
    else yield packetEvent('closing', report, route, zeroMs);
  }
}
