/** The run's events as lines of a log. */
import type { KnockEvent, PacketPhase } from '../../../domain/plan/knock-event';
import { duration } from '../../../text/words';
import { assertNever } from '../../assert-never';
import { icmpWords } from './icmp-words';
import { say } from '../../../text/say';
import { text } from '../../../text/text';

export interface LogLine {
  /** Seconds from the plan's zero, empty for what has no place on that clock. */
  readonly time: string;
  readonly text: string;
  /** How far from its planned time it was, such as +0.3 ms; empty for what was not planned. */
  readonly offset: string;
  /** The same in full: planned → actual. */
  readonly timing: string;
  readonly tone: 'plain' | 'quiet' | 'good' | 'warn' | 'bad';
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Distance from the plan with one decimal, such as +0.3 ms. */
function offset(plannedMs: number, actualMs: number): string {
  const late = actualMs - plannedMs;
  return `${late < 0 ? '−' : '+'}${Math.abs(late).toFixed(1)} ms`;
}

function timing(event: { readonly plannedMs: number; readonly actualMs: number }): Pick<LogLine, 'offset' | 'timing'> {
  const { plannedMs, actualMs } = event;
  const distance = offset(plannedMs, actualMs);
  return { offset: distance, timing: `planned ${seconds(plannedMs)} → actual ${seconds(actualMs)} s (${distance})` };
}

/** An address and a port as one word; IPv6 in brackets. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a packet beside the plan's own is for. */
function phaseWord(phase: PacketPhase): string {
  return phase === 'knock' ? '' : `${phase} `;
}

/** What came back to a knock. It says nothing about the door. */
function answerText({ kind, from, icmp, index, phase }: Extract<KnockEvent, { type: 'answer' }>): string {
  const what = icmp === null ? kind : `icmp ${icmpWords(from.includes(':') ? 6 : 4, icmp)}`;
  return `← ${what} from ${from} to ${phaseWord(phase)}knock ${index + 1}`;
}

export function logLine(event: KnockEvent): LogLine {
  const plain = { time: '', offset: '', timing: '', tone: 'plain' } as const;
  switch (event.type) {
    case 'resolved':
      return {
        ...plain,
        text:
          event.host === event.address
            ? `to ${event.address}`
            : `found ${event.host} → ${event.address} in ${duration(event.tookMs)}`,
      };
    case 'armed':
      return { ...plain, time: seconds(0), text: `start, transport ${event.transport}: ${say(event.reason)}` };
    case 'link':
      return {
        ...plain,
        text: `out of ${event.interface}, ${event.sourceMac} → ${event.nextHopMac} (next hop ${event.nextHop})`,
      };
    case 'answer':
      return { ...plain, time: seconds(event.atMs), text: answerText(event), tone: 'quiet' };
    case 'warning':
      return { ...plain, text: say(event.message), tone: 'warn' };
    case 'packet-sent':
      return {
        ...plain,
        time: seconds(event.actualMs),
        text: `${phaseWord(event.phase)}${event.protocol === 'tcp' ? 'syn' : 'udp'} ${
          event.sourcePort === null ? '' : `:${event.sourcePort} → `
        }${endpoint(event.address, event.port)}`,
        ...timing(event),
      };
    case 'waiting':
      return { ...plain, text: say(text('run.log.waiting', { untilUnixMs: event.untilUnixMs })), tone: 'quiet' };
    case 'again':
      return { ...plain, time: seconds(event.atMs), text: say(text('run.log.again', event)), tone: 'warn' };
    case 'connecting':
      return {
        ...plain,
        time: seconds(event.actualMs),
        text: `connect ${endpoint(event.address, event.port)}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`,
        ...timing(event),
      };
    case 'open':
      return {
        ...plain,
        time: seconds(event.atMs),
        text: `open, answered in ${duration(event.answeredInMs)}`,
        tone: 'good',
      };
    case 'sent':
      return { ...plain, time: seconds(event.atMs), text: 'all sent' };
    case 'launched':
      return { ...plain, text: `started ${event.program}` };
    case 'closed':
      return { ...plain, time: seconds(event.atMs), text: `closed, ${event.bytesIn} bytes in, ${event.bytesOut} out` };
    case 'failed':
      return {
        ...plain,
        time: seconds(event.atMs),
        text: event.error.code === 'cancelled' ? 'cancelled' : `failed: ${say(event.error.cause)}`,
        tone: event.error.code === 'cancelled' ? 'plain' : 'bad',
      };
    default:
      return assertNever(event);
  }
}

/** The whole log as text, for the clipboard. */
export function logText(events: readonly KnockEvent[]): string {
  return events
    .map(logLine)
    .map((line) => `${line.time.padStart(8)}  ${[line.text, line.timing].filter(Boolean).join('  ')}\n`)
    .join('');
}
