/** A run in words: everything that the Run tab says is derived here from the plan and the events, and nowhere else. */
import type { ErrorInfo } from '../../../domain/errors';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import { connectionKnocks, countKnocks } from '../../../domain/plan/knock-plan';
import type { KnockPlan, PlanStep } from '../../../domain/plan/knock-plan';
import { count, duration, lowerFirst } from '../../../text/words';
import type { RunState } from '../../../shared/contract';
import { assertNever } from '../../assert-never';
import { say } from '../../../text/say';
import { text } from '../../../text/text';
import { portsKnown } from './plan-at';

export type RunWord =
  | 'Ready'
  | 'Finding the host'
  | 'Waiting'
  | 'Trying again'
  | 'Knocking'
  | 'Connecting'
  | 'Door open'
  | 'Sent'
  | 'Session ended'
  | 'Failed'
  | 'Cancelled';

export interface RunStep {
  readonly label: string;
  readonly detail: string | null;
  /** Milliseconds from the plan's zero; null where that has no meaning. */
  readonly atMs: number | null;
  readonly state: 'done' | 'active' | 'todo' | 'failed';
}

export interface RunDescription {
  readonly word: RunWord;
  readonly tone: 'calm' | 'busy' | 'good' | 'bad';
  /** Changes at steps only, so that a screen reader may read it out. */
  readonly sentence: string;
  /** What comes next, and when, in milliseconds from the plan's zero: for the countdown that is not read out. */
  readonly next: { readonly label: string; readonly atMs: number } | null;
  /** Wall-clock time in milliseconds since 1970 at which the plan or another try begins, where the run waits for that; else null. */
  readonly beginsUnixMs: number | null;
  /** Wall-clock time of the plan's zero, null before it. */
  readonly zeroUnixMs: number | null;
  /** When the run came to its end, in milliseconds from the plan's zero; null while the clock runs. */
  readonly endedAtMs: number | null;
  /** Whether the now-line moves. */
  readonly moving: boolean;
  /** Knocks that left, the connecting SYN among them where it is one itself. */
  readonly sentKnocks: number;
  /** The largest distance between planned and actual time in milliseconds, null before the first packet. */
  readonly latenessMs: number | null;
  readonly transport: string | null;
  readonly warnings: readonly string[];
  readonly steps: readonly RunStep[];
  readonly error: ErrorInfo | null;
}

/** What the events of one run add up to; packets and connections are those of its latest try. */
interface Facts {
  resolved: Extract<KnockEvent, { type: 'resolved' }> | null;
  armed: Extract<KnockEvent, { type: 'armed' }> | null;
  packets: Extract<KnockEvent, { type: 'packet-sent' }>[];
  closing: number;
  connecting: Extract<KnockEvent, { type: 'connecting' }> | null;
  open: Extract<KnockEvent, { type: 'open' }> | null;
  sent: Extract<KnockEvent, { type: 'sent' }> | null;
  launched: Extract<KnockEvent, { type: 'launched' }> | null;
  closed: Extract<KnockEvent, { type: 'closed' }> | null;
  failed: Extract<KnockEvent, { type: 'failed' }> | null;
  /** What the latest try follows on. */
  again: Extract<KnockEvent, { type: 'again' }> | null;
  waiting: Extract<KnockEvent, { type: 'waiting' }> | null;
  warnings: string[];
}

function gather(events: readonly KnockEvent[]): Facts {
  const facts: Facts = {
    resolved: null,
    armed: null,
    packets: [],
    closing: 0,
    connecting: null,
    open: null,
    sent: null,
    launched: null,
    closed: null,
    failed: null,
    again: null,
    waiting: null,
    warnings: [],
  };
  for (const event of events) {
    switch (event.type) {
      case 'resolved':
        facts.resolved = event;
        break;
      case 'armed':
        facts.armed = event;
        facts.waiting = null;
        break;
      case 'waiting':
        facts.waiting = event;
        break;
      case 'again':
        Object.assign(facts, { again: event, armed: null, packets: [], connecting: null });
        break;
      // Both are for the log.
      case 'link':
      case 'answer':
        break;
      case 'warning':
        if (!facts.warnings.includes(say(event.message))) facts.warnings.push(say(event.message));
        break;
      case 'packet-sent':
        if (event.phase === 'knock') facts.packets.push(event);
        else if (event.phase === 'closing') facts.closing += 1;
        break;
      case 'connecting':
        facts.connecting = event;
        break;
      case 'open':
        facts.open = event;
        break;
      case 'sent':
        facts.sent = event;
        break;
      case 'launched':
        facts.launched = event;
        break;
      case 'closed':
        facts.closed = event;
        break;
      case 'failed':
        facts.failed = event;
        break;
      default:
        assertNever(event);
    }
  }
  return facts;
}

/** The plan that a run follows: its own once it is armed, else the one that the profile would have. */
export function planOf(run: RunState | null, planned: KnockPlan): KnockPlan {
  const armed = run?.events.findLast((event) => event.type === 'armed');
  return armed?.type === 'armed' ? armed.plan : planned;
}

/** The events of the latest try: what came before belongs to plans that are not drawn any more. */
export function latestTry(events: readonly KnockEvent[]): readonly KnockEvent[] {
  return events.slice(events.findLastIndex((event) => event.type === 'again') + 1);
}

/** The step that the connecting SYN itself is; undefined where it is no knock. */
function ownStep(plan: KnockPlan): PlanStep | undefined {
  return plan.steps.find((step) => step.ownsConnection === true);
}

function sentKnocks(plan: KnockPlan, facts: Facts): number {
  return facts.packets.length + (connectionKnocks(plan) && facts.connecting !== null ? 1 : 0);
}

/** @param plan what {@link planOf} answers for this run */
export function describeRun(run: RunState | null, plan: KnockPlan): RunDescription {
  const facts = gather(run?.events ?? []);
  const latest = Math.max(...facts.packets.map((packet) => Math.abs(packet.actualMs - packet.plannedMs)));
  return {
    ...headline(run, plan, facts),
    beginsUnixMs: run === null || run.done ? null : beginsUnixMs(facts),
    zeroUnixMs: facts.armed?.unixMs ?? null,
    sentKnocks: sentKnocks(plan, facts),
    latenessMs: facts.packets.length === 0 ? null : latest,
    transport: facts.armed === null ? null : `${facts.armed.transport}: ${withoutStop(say(facts.armed.reason))}`,
    warnings: facts.warnings,
    steps: stepsOf(run, plan, facts),
    // To cancel is to get what one asked for: there is nothing to explain.
    error: facts.failed === null || facts.failed.error.code === 'cancelled' ? null : facts.failed.error,
  };
}

type Headline = Pick<RunDescription, 'word' | 'tone' | 'sentence' | 'next' | 'endedAtMs' | 'moving'>;

function headline(run: RunState | null, plan: KnockPlan, facts: Facts): Headline {
  const still = { next: null, moving: false } as const;
  const knocks = count(countKnocks(plan), 'knock');
  if (run === null)
    return {
      ...still,
      word: 'Ready',
      tone: 'calm',
      sentence: connectionKnocks(plan)
        ? `the SYN of the connection to port ${plan.connect.port} is the knock`
        : `${knocks}, then the connection after ${duration(plan.connect.atMs)}`,
      endedAtMs: null,
    };

  const { failed, closed, open, sent, connecting } = facts;
  if (failed !== null) {
    if (failed.error.code !== 'cancelled')
      return { ...still, word: 'Failed', tone: 'bad', sentence: say(failed.error.title), endedAtMs: failed.atMs };
    if (open !== null)
      return {
        ...still,
        word: 'Session ended',
        tone: 'calm',
        sentence: 'ended from this window',
        endedAtMs: failed.atMs,
      };
    return {
      ...still,
      word: 'Cancelled',
      tone: 'calm',
      sentence: `${sentKnocks(plan, facts)} of ${knocks} had been sent`,
      endedAtMs: failed.atMs,
    };
  }
  if (closed !== null)
    return {
      ...still,
      word: 'Session ended',
      tone: 'calm',
      sentence: `${bytes(closed.bytesIn)} received, ${bytes(closed.bytesOut)} sent`,
      endedAtMs: closed.atMs,
    };
  if (open !== null) {
    const program = facts.launched === null ? '' : `; ssh runs in ${facts.launched.program}`;
    return {
      ...still,
      word: 'Door open',
      tone: 'good',
      sentence: `port ${plan.connect.port} answered in ${duration(open.answeredInMs)}${program}`,
      endedAtMs: run.done ? open.atMs : null,
    };
  }
  if (sent !== null)
    return {
      ...still,
      word: 'Sent',
      tone: 'calm',
      sentence: connectionKnocks(plan)
        ? 'nothing was sent: without a connection there is no knock'
        : `all ${knocks} left; ${doorWords(plan, sent.doorToMs)}`,
      endedAtMs: sent.atMs,
    };
  if (connecting !== null) {
    const own = ownStep(plan);
    return {
      next: null,
      moving: !run.done,
      word: 'Connecting',
      tone: 'busy',
      sentence: `${tryWords(facts)}${own === undefined ? '' : `${lowerFirst(say(own.label))} sent, `}waiting for port ${connecting.port} to answer`,
      endedAtMs: null,
    };
  }
  if (facts.waiting !== null)
    return {
      ...still,
      word: 'Waiting',
      tone: 'busy',
      sentence: say(text('run.waiting', { untilUnixMs: facts.waiting.untilUnixMs })),
      endedAtMs: null,
    };
  if (facts.armed === null && facts.again !== null)
    return {
      ...still,
      word: 'Trying again',
      tone: 'busy',
      sentence: say(text('run.again', facts.again)),
      endedAtMs: null,
    };
  if (facts.armed === null)
    return {
      ...still,
      word: 'Finding the host',
      tone: 'busy',
      sentence: findingSentence(facts),
      endedAtMs: null,
    };
  return { word: 'Knocking', tone: 'busy', endedAtMs: null, moving: !run.done, ...progress(run, plan, facts) };
}

/** What a run waits for by the clock. */
function beginsUnixMs({ armed, waiting, again, failed }: Facts): number | null {
  if (armed !== null || failed !== null) return null;
  return waiting?.untilUnixMs ?? again?.atUnixMs ?? null;
}

/** Which try this is, where it is not the first. */
function tryWords({ again }: Facts): string {
  return again === null ? '' : say(text('run.try', again));
}

function findingSentence({ resolved, launched }: Facts): string {
  if (resolved !== null) return `it is ${resolved.address}`;
  return launched === null ? 'asking the name service' : `waiting for ssh in ${launched.program}`;
}

function progress(run: RunState, plan: KnockPlan, facts: Facts): Pick<Headline, 'sentence' | 'next'> {
  const own = ownStep(plan);
  if (own !== undefined) return { sentence: `about to send the ${lowerFirst(say(own.label))}`, next: null };
  const sent = facts.packets.length;
  const done = plan.steps.filter((step) => step.firstPacket + step.packetCount <= sent).length;
  const current = plan.steps[done - 1];
  const following = plan.packets[sent];
  const sentence = `${tryWords(facts)}${current === undefined ? 'about to send the first' : `${lowerFirst(say(current.label))} of ${plan.steps.length} sent`}`;
  if (following !== undefined) return { sentence, next: { label: 'next', atMs: following.atMs } };
  return { sentence, next: run.purpose === 'session' ? { label: 'connecting', atMs: plan.connect.atMs } : null };
}

/** A knock has no answer: what the door did can only be expected. */
function doorWords(plan: KnockPlan, doorToMs: number | null): string {
  if (doorToMs === null) return 'a knock has no answer, so only a connection can tell';
  const whom = plan.door.singleUse ? 'waits for one connection' : 'stays open';
  return `if they were right, the door ${whom} until ${duration(doorToMs)}`;
}

function stepsOf(run: RunState | null, plan: KnockPlan, facts: Facts): readonly RunStep[] {
  const session = run === null || run.purpose === 'session';
  const sent = facts.packets.length;
  const steps: RunStep[] = [];
  const launch: RunStep = {
    label: facts.launched === null ? 'Start SSH in the terminal' : `SSH started in ${facts.launched.program}`,
    detail: null,
    atMs: null,
    state: facts.launched === null ? 'todo' : 'done',
  };
  // ssh may be what carries the knock (as its ProxyCommand), or come after it: the events say which.
  const launchedFirst = facts.launched === null || facts.resolved === null || launchPrecedes(run);
  if (session && launchedFirst) steps.push(launch);

  steps.push(
    facts.resolved === null
      ? { label: 'Find the host', detail: null, atMs: null, state: 'todo' }
      : {
          label: 'Host found',
          detail:
            facts.resolved.host === facts.resolved.address
              ? facts.resolved.address
              : `${facts.resolved.host} is ${facts.resolved.address}`,
          atMs: null,
          state: 'done',
        },
  );
  for (const step of plan.steps) {
    if (step.ownsConnection === true) continue;
    const last = step.firstPacket + step.packetCount;
    const done = last <= sent;
    const planned = plan.packets[step.firstPacket]?.atMs ?? 0;
    steps.push({
      label: done ? `${say(step.label)} sent` : say(step.label),
      detail: say(step.detail),
      atMs: facts.packets[last - 1]?.actualMs ?? planned,
      state: done ? 'done' : 'todo',
    });
  }
  const own = ownStep(plan);
  if (own !== undefined)
    steps.push({
      label: facts.connecting === null ? say(own.label) : `${say(own.label)} sent`,
      detail: say(own.detail),
      atMs: facts.connecting?.actualMs ?? plan.connect.atMs,
      state: facts.connecting === null ? 'todo' : 'done',
    });
  if (session || own !== undefined || facts.connecting !== null)
    steps.push({
      label: facts.open === null ? `Connect to port ${plan.connect.port}` : `Port ${plan.connect.port} answered`,
      detail: facts.open === null ? null : 'The door is open',
      atMs: facts.open?.atMs ?? facts.connecting?.actualMs ?? plan.connect.atMs,
      state: facts.open === null ? 'todo' : 'done',
    });
  if (session && !launchedFirst) steps.push(launch);
  if (facts.closed !== null)
    steps.push({
      label: 'Session ended',
      detail: facts.closing === 0 ? null : `${count(facts.closing, 'closing knock')} sent`,
      atMs: facts.closed.atMs,
      state: 'done',
    });
  return markCurrent(steps, run, facts);
}

function launchPrecedes(run: RunState | null): boolean {
  const events = run?.events ?? [];
  return (
    events.findIndex((event) => event.type === 'launched') < events.findIndex((event) => event.type === 'resolved')
  );
}

/** The first step that is not done is the one that is under way, or the one that failed. */
function markCurrent(steps: readonly RunStep[], run: RunState | null, facts: Facts): readonly RunStep[] {
  if (run === null || (run.done && facts.failed === null)) return steps;
  const state = facts.failed === null ? 'active' : facts.failed.error.code === 'cancelled' ? 'todo' : 'failed';
  const current = steps.findIndex((step) => step.state === 'todo');
  return steps.map((step, position) => (position === current ? { ...step, state } : step));
}

/** The line under the timeline. */
export function progressLine(description: RunDescription, plan: KnockPlan): string {
  const total = countKnocks(plan);
  if (description.zeroUnixMs === null)
    return connectionKnocks(plan)
      ? '1 knock planned: the SYN of the connection itself'
      : `${count(total, 'knock')} planned, the last at ${duration(lastKnockMs(plan))}`;
  const parts = [`${description.sentKnocks} of ${count(total, 'knock')} sent`];
  if (description.latenessMs !== null) parts.push(`on time to ${description.latenessMs.toFixed(1)} ms`);
  if (description.transport !== null) parts.push(description.transport);
  return parts.join(' · ');
}

/** The timeline in words, for those who do not see it. */
export function timelineInWords(plan: KnockPlan, description: RunDescription | null, connects = true): string {
  const parts = connectionKnocks(plan) ? [`the SYN of the connection to port ${plan.connect.port} is the knock`] : [];
  if (plan.packets.length > 0) {
    const ports = [...new Set(plan.packets.map((packet) => packet.port))].join(', ');
    const to = portsKnown(plan) ? ` to port ${ports}` : '';
    const steps = count(plan.steps.length, 'step');
    parts.push(`${count(plan.packets.length, 'knock')} in ${steps}${to}, the last at ${duration(lastKnockMs(plan))}`);
    if (connects) parts.push(`connection to port ${plan.connect.port} at ${duration(plan.connect.atMs)}`);
  }
  parts.push(
    plan.door.toMs === null
      ? `door open from ${duration(plan.door.fromMs)} on`
      : `door open from ${duration(plan.door.fromMs)} to ${duration(plan.door.toMs)}`,
  );
  if (description !== null && description.zeroUnixMs !== null)
    parts.push(`${description.sentKnocks} of ${countKnocks(plan)} sent`);
  return `Timeline: ${parts.join('; ')}.`;
}

function lastKnockMs(plan: KnockPlan): number {
  return plan.packets.at(-1)?.atMs ?? 0;
}

/** Bytes as a person reads them. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1_000_000).toFixed(1)} MB`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
