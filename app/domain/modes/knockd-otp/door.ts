import type { ArrivedPacket, Door } from '../../plan/door';
import type { Port } from '../../plan/knock-plan';
import type { DoorContext } from '../mode-definition';
import { advance, alive } from '../port-sequence/door';
import type { Progress } from '../port-sequence/door';
import { sameStep } from '../port-sequence/knocks';
import type { SequenceStep } from '../port-sequence/schema';
import { otpKnocks, periodAt } from './otp';
import type { OtpSeed } from './otp';
import type { ListPorts } from './schema';

/** A knockd whose sequence is another one each time. */
interface ChangingRule {
  readonly servicePort: Port;
  /** seq_timeout: whole seconds from the first knock to the last. */
  readonly timeoutSeconds: number;
  readonly listens: Door['listens'];
  /** Whether knockd gets to see this packet, after so many openings. */
  watches(packet: ArrivedPacket, opened: number): boolean;
  /** What a try that begins now has to knock; empty: nothing opens it any more. */
  sequenceAt(atMs: number, opened: number): readonly SequenceStep[];
}

interface State {
  /** How many times it was opened. */
  readonly opened: number;
  /** A try keeps the sequence that it began with. */
  readonly attempt: (Progress & { readonly steps: readonly SequenceStep[] }) | null;
}

function changingDoor(rule: ChangingRule, state: State = { opened: 0, attempt: null }): Door {
  function receive(packet: ArrivedPacket) {
    const accepted = state.opened > 0 && packet.protocol === 'tcp' && packet.port === rule.servicePort;
    if (!rule.watches(packet, state.opened))
      return { verdict: accepted ? ('accept' as const) : ('ignore' as const), door: changingDoor(rule, state) };
    const running = state.attempt !== null && alive(state.attempt, packet.atMs, rule.timeoutSeconds) !== null;
    const steps = running ? state.attempt.steps : rule.sequenceAt(packet.atMs, state.opened);
    const progress = running ? state.attempt : { stage: 0, startedAtMs: packet.atMs };
    const after = advance(steps, progress, packet);
    const next: State =
      after === 'done'
        ? { opened: state.opened + 1, attempt: null }
        : { opened: state.opened, attempt: after === null ? null : { ...after, steps } };
    const counted = after === null ? ('reset' as const) : ('count' as const);
    return { verdict: accepted ? ('accept' as const) : counted, door: changingDoor(rule, next) };
  }
  return { listens: rule.listens, counted: state.attempt?.stage ?? 0, receive };
}

function once(entries: Door['listens']): Door['listens'] {
  return [...new Map(entries.map((entry) => [`${entry.port}/${entry.protocol}`, entry])).values()];
}

/**
 * A knockd with a line `otp = …` for one source address (docs/knock-modes.md §3): it takes notice of every port that a byte can reach, and
 * a try keeps the period of its first knock.
 */
export function otpDoor(otp: OtpSeed, timeoutSeconds: number, { servicePort, zeroUnixMs, source }: DoorContext): Door {
  const reached = Array.from({ length: 256 }, (_, byte) => (otp.basePort + byte) % 65_536);
  const ports = new Set(reached);
  const protocols = [...new Set(otp.protocols)];
  return changingDoor({
    servicePort,
    timeoutSeconds,
    listens: once([
      ...protocols.flatMap((protocol) => reached.map((port) => ({ port, protocol }))),
      { port: servicePort, protocol: 'tcp' },
    ]),
    watches: ({ port, protocol }) => ports.has(port) && protocols.includes(protocol),
    sequenceAt: (atMs) => otpKnocks(otp, periodAt(zeroUnixMs + atMs, otp.periodSeconds), source),
  });
}

/**
 * A knockd with `one_time_sequences`, of which none is used up yet (docs/knock-modes.md §2): it watches the ports of one line, and goes on to
 * the next when that one has opened the door. After the last nothing opens it.
 */
export function listDoor(
  { sequences }: ListPorts,
  timeoutSeconds: number,
  { servicePort }: Pick<DoorContext, 'servicePort'>,
): Door {
  return changingDoor({
    servicePort,
    timeoutSeconds,
    listens: once([...sequences.flat(), { port: servicePort, protocol: 'tcp' }]),
    watches: (packet, opened) => sequences[opened]?.some((step) => sameStep(step, packet)) ?? false,
    sequenceAt: (_, opened) => sequences[opened] ?? [],
  });
}
