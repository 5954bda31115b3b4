import type { KnockEvent } from '../domain/plan/knock-event';
import { connectionKnocks } from '../domain/plan/knock-plan';
import type { KnockPlan, PlanStep } from '../domain/plan/knock-plan';
import { count, duration } from '../text/words';
import { say } from '../text/say';
import { err, plain, seconds } from './print';

const BAR_WIDTH = 24;
const FRAME_MS = 100;
const USUAL_WIDTH = 80;

/** Shows the stream of events to a person. */
export interface Progress {
  show(event: KnockEvent): void;
  /** Takes away what moves, so that the terminal belongs to somebody else. */
  end(): void;
}

/** What a step's last packet completes, as a sentence for a log. */
function stepOf(plan: KnockPlan, index: number): PlanStep | undefined {
  return plan.steps.find((step) => index === step.firstPacket + step.packetCount - 1);
}

/** One plain line an event, for pipes and logs. Failures are printed by the verb. */
export function linesProgress(write: (line: string) => void = err): Progress {
  let plan: KnockPlan | null = null;
  const line = (atMs: number, text: string): void => {
    write(`${seconds(atMs)}  ${plain(text)}`);
  };
  return {
    show(event) {
      switch (event.type) {
        case 'resolved':
          if (event.host !== event.address) write(`${event.host} is ${event.address}`);
          return;
        case 'warning':
          write(`note: ${plain(say(event.message))}`);
          return;
        case 'armed':
          plan = event.plan;
          if (event.transport !== 'sockets') write(`raw packets through ${event.transport}: ${say(event.reason)}`);
          return;
        case 'packet-sent': {
          const step = event.phase === 'knock' && plan !== null ? stepOf(plan, event.index) : undefined;
          if (step !== undefined) line(event.actualMs, `${say(step.label)} sent: ${say(step.detail)}`);
          if (event.phase === 'closing')
            line(event.actualMs, `closing knock sent to port ${event.port}/${event.protocol}`);
          return;
        }
        case 'waiting':
          write(`${plain(say(event.reason))} ${secondsUntil(event.untilUnixMs)}`);
          return;
        case 'again':
          line(event.atMs, againSentence(event));
          return;
        case 'connecting':
          // Several attempts follow one another within a second; the first says it all.
          if (event.attempt === 1) line(event.actualMs, `connecting to ${event.address} port ${event.port}`);
          return;
        case 'open':
          line(event.atMs, `open: the port answered in ${duration(event.answeredInMs)}`);
          return;
        case 'sent':
          line(event.atMs, sentSentence(event.atMs, event.doorToMs));
          return;
        case 'link':
        case 'answer':
        case 'launched':
        case 'closed':
        case 'failed':
          return;
      }
    },
    end() {
      // Lines stay where they are.
    },
  };
}

/** How long there is to wait, for the end of a sentence. */
function secondsUntil(unixMs: number): string {
  return `${Math.max(0, Math.ceil((unixMs - Date.now()) / 1000))} s to go.`;
}

function againSentence({ learned, next, of, atUnixMs }: Extract<KnockEvent, { type: 'again' }>): string {
  const waitS = Math.ceil((atUnixMs - Date.now()) / 1000);
  const what = learned === 'refused' ? 'the port refused' : 'the port did not answer';
  return `${what}; try ${next} of ${of}${waitS > 0 ? ` in ${waitS} s` : ''}`;
}

function sentSentence(atMs: number, doorToMs: number | null): string {
  const left =
    doorToMs === null
      ? ''
      : `; if it was right, the door is open for ${duration(Math.max(0, doorToMs - atMs))} more, for one connection`;
  return `sent${left}`;
}

/** One line that moves: a bar while windows pass. For terminals. */
export function barProgress(stream: NodeJS.WriteStream): Progress {
  let plan: KnockPlan | null = null;
  let zeroMs = 0;
  let sent = 0;
  let timer: NodeJS.Timeout | null = null;
  const clear = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    stream.write('\r\u001b[K');
  };
  const draw = (): void => {
    if (plan === null) return;
    const now = performance.now() - zeroMs;
    const filled = Math.min(BAR_WIDTH, Math.floor((now / Math.max(1, plan.connect.atMs)) * BAR_WIDTH));
    const left = Math.max(0, plan.connect.atMs - now);
    // A terminal that does not know its width says 0.
    const width = stream.columns > 0 ? stream.columns : USUAL_WIDTH;
    const next = !connectionKnocks(plan)
      ? `${sent} of ${count(plan.packets.length, 'knock')}, connect in ${(left / 1000).toFixed(1)} s`
      : 'connecting: the SYN is the knock';
    const text = `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${next}`;
    stream.write(`\r\u001b[K${text.slice(0, width - 1)}`);
  };
  const lines = linesProgress((line) => {
    stream.write(`\r\u001b[K${line}\n`);
  });
  return {
    show(event) {
      switch (event.type) {
        case 'armed':
          lines.show(event);
          plan = event.plan;
          zeroMs = performance.now();
          timer = setInterval(draw, FRAME_MS);
          return;
        case 'packet-sent':
          if (event.phase !== 'knock') return;
          sent = event.index + 1;
          draw();
          return;
        case 'connecting':
          clear();
          return;
        case 'resolved':
        case 'warning':
        case 'waiting':
        case 'open':
          lines.show(event);
          return;
        case 'again':
          clear();
          sent = 0;
          lines.show(event);
          return;
        case 'sent':
        case 'failed':
        case 'closed':
          clear();
          lines.show(event);
          return;
        case 'link':
        case 'answer':
        case 'launched':
          return;
      }
    },
    end: clear,
  };
}

/** What fits where standard error goes. */
export function progressFor(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined };
  return stream.isTTY ? barProgress(stream) : linesProgress();
}
