import { text } from '../../../text/text';
import type { Text } from '../../../text/text';
import { bareKnock, PLAIN_PLAN } from '../../plan/knock-plan';
import type { Fact, KnockPlan, KnockProtocol, PlannedPacket, Port } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import {
  opening,
  portsShown,
  resync,
  retryOf,
  sameStep,
  schedule,
  stepsOf,
  timeoutSeconds,
} from '../port-sequence/knocks';
import { sourceBytes, sourceFact } from '../source-address';
import { knockCount, openKnocks, protectedKnocks } from './otp';
import { HEAD_MS, TAIL_MS, turnAt } from './period';
import type { Turn } from './period';
import type { KnockdOtp, ListPorts, SeedPorts } from './schema';

/** A knock whose port may not be known yet. */
interface Knock {
  readonly protocol: KnockProtocol;
  readonly port: Port | null;
}

/** What is left of a period beside what the knocks need, in milliseconds, below which it is worth saying that the ports change soon. */
const SOON_MS = 5000;
/** The longest that somebody waits for the next ports before a second try, in milliseconds. */
const PATIENCE_MS = 120_000;
/** So many one-time sequences that are left are worth a word. */
const FEW = 3;

export function plan({ ports, delayMs }: KnockdOtp, moment: Moment): KnockPlan {
  return ports.from === 'seed' ? seedPlan(ports, delayMs, moment) : listPlan(ports, delayMs, moment);
}

/** How long a server waits for the knocks, in seconds. */
export function seqTimeout({ ports, delayMs }: KnockdOtp): number {
  return timeoutSeconds(ports.from === 'seed' ? knockCount(ports) : (ports.sequences[0]?.length ?? 1), delayMs);
}

/**
 * The knocks of the moment's period. While a fact is missing, the base port stands in for each port that depends on it, so that the
 * timeline is the right one; such a plan awaits something and is never run.
 */
function seedPlan(ports: SeedPorts, delayMs: number, { servicePort, unixMs, source: known }: Moment): KnockPlan {
  const source = ports.ipProtection ? sourceBytes(ports.source, known) : null;
  const takesMs = (knockCount(ports) - 1) * delayMs;
  const turn = unixMs === undefined ? null : turnAt(unixMs, ports.periodSeconds, takesMs);
  const knocks = knocksOf(ports, turn?.period ?? null, source);
  const packets = knocks.map(({ protocol, port }, index) =>
    bareKnock(index, index * delayMs, { protocol, port: port ?? ports.basePort }),
  );
  const whole = knocks.every(({ port }) => port !== null);
  const range = { from: ports.basePort, to: ports.basePort + 255 };
  return {
    ...PLAIN_PLAN,
    ...opening(packets, servicePort),
    summary: whole
      ? text('knockd-otp.summary', { ports: portsShown(packets), delayMs })
      : text('knockd-otp.summary.later', { knocks: knocks.length, ...range, delayMs }),
    packets,
    steps: stepsOf(packets).map((step, index) => {
      const { protocol, port } = knocks[index] ?? { protocol: 'tcp', port: null };
      return port === null ? { ...step, detail: text('knockd-otp.step.later', { protocol, ...range }) } : step;
    }),
    retry: {
      // What waits for a lost last knock waits for the old period's, and a first knock of the next would kill it and begin nothing.
      quietMs: knocks.length === 1 ? 0 : timeoutSeconds(knocks.length, delayMs) * 1000,
      resync: turn !== null && whole ? resyncBefore(ports, turn, packets) : [],
      nextTryUnixMs: turn === null ? null : turn.endUnixMs + HEAD_MS,
      tries: waitMs(ports, turn, unixMs) <= PATIENCE_MS ? 2 : 1,
    },
    notBeforeUnixMs: turn?.notBeforeUnixMs ?? null,
    notes: turn === null || unixMs === undefined ? [] : clockNotes(turn, ports.periodSeconds, unixMs, takesMs),
    // The clock comes last: to look the address up takes time.
    awaits: [
      ...(ports.ipProtection && source === null ? factOf(ports) : []),
      ...(unixMs === undefined ? [{ kind: 'unixMs' } as const] : []),
    ],
    refusal:
      source !== null && source.length !== 4
        ? {
            cause: text('knockd-otp.refusal.ipv6'),
            steps: [text('knockd-otp.refusal.ipv6.step'), text('advice.source.given')],
            field: 'mode.ports.source',
          }
        : null,
  };
}

function factOf({ source }: SeedPorts): readonly Fact[] {
  const fact = sourceFact(source);
  return fact === null ? [] : [fact];
}

function knocksOf(ports: SeedPorts, period: number | null, source: Uint8Array | null): readonly Knock[] {
  const later = ports.protocols.map((protocol): Knock => ({ protocol, port: null }));
  return [
    ...(period === null ? later : openKnocks(ports, period)),
    ...(!ports.ipProtection ? [] : period === null || source === null ? later : protectedKnocks(ports, period, source)),
  ];
}

/** The last knock again, unless it would begin a try of the next period, whose first knock then comes twice. */
function resyncBefore(ports: SeedPorts, turn: Turn, packets: readonly PlannedPacket[]): readonly PlannedPacket[] {
  const [first] = openKnocks(ports, turn.period + 1);
  return sameStep(first, packets.at(-1)) ? [] : resync(packets);
}

/** How long a second try has to wait for the next ports, at most. */
function waitMs(ports: SeedPorts, turn: Turn | null, unixMs: number | undefined): number {
  return turn === null || unixMs === undefined ? ports.periodSeconds * 1000 : turn.endUnixMs + HEAD_MS - unixMs;
}

function clockNotes(turn: Turn, periodSeconds: number, unixMs: number, takesMs: number): readonly Text[] {
  const { notBeforeUnixMs: untilUnixMs, endUnixMs } = turn;
  if (turn.next && untilUnixMs !== null)
    return [
      text('knockd-otp.note.next', {
        changeMs: endUnixMs - periodSeconds * 1000 - unixMs,
        waitMs: untilUnixMs - unixMs,
        untilUnixMs,
      }),
    ];
  if (untilUnixMs !== null) return [text('knockd-otp.note.new', { waitMs: untilUnixMs - unixMs })];
  const leftMs = endUnixMs - unixMs;
  return leftMs < takesMs + TAIL_MS + SOON_MS ? [text('knockd-otp.note.soon', { leftMs })] : [];
}

/** The list's next sequence. While it is not known which that is, the first one stands in; then the plan is never run. */
function listPlan({ sequences }: ListPorts, delayMs: number, { servicePort, used }: Moment): KnockPlan {
  const position = used ?? 0;
  const left = sequences.length - position;
  const steps = sequences[position] ?? [];
  const packets = schedule(steps, delayMs);
  return {
    ...PLAIN_PLAN,
    ...opening(packets, servicePort),
    summary: text('knockd-otp.summary.list', {
      number: used === undefined ? null : position + 1,
      of: sequences.length,
      ports: portsShown(steps),
      delayMs,
    }),
    packets,
    steps: stepsOf(packets),
    // After silence the same line again: knockd strikes a line when it has opened the door, and not before.
    retry: retryOf(steps, timeoutSeconds(steps.length, delayMs)),
    notes:
      used === undefined || left > FEW || left < 1
        ? []
        : [left === 1 ? text('knockd-otp.note.last') : text('knockd-otp.note.few', { left })],
    awaits: used === undefined ? [{ kind: 'used' }] : [],
    refusal:
      left < 1
        ? {
            cause: text('knockd-otp.refusal.used-up', { of: sequences.length }),
            steps: [text('knockd-otp.refusal.used-up.new'), text('knockd-otp.refusal.used-up.back')],
            field: 'mode.ports.sequences',
          }
        : null,
    spent: used === undefined || left < 1 ? null : used + 1,
  };
}
