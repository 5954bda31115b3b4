import type { KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan, PlanStep } from '../domain/plan/knock-plan';
import { count, duration } from '../text/words';
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
          write(`note: ${plain(event.message)}`);
          return;
        case 'armed':
          plan = event.plan;
          if (event.transport !== 'sockets') write(`raw packets through ${event.transport}: ${event.reason}`);
          return;
        case 'packet-sent': {
          const step = event.phase === 'knock' && plan !== null ? stepOf(plan, event.index) : undefined;
          if (step !== undefined) line(event.actualMs, `${step.label} sent: ${step.detail}`);
          if (event.phase === 'closing')
            line(event.actualMs, `closing knock sent to port ${event.port}/${event.protocol}`);
          return;
        }
        case 'connecting':
          line(
            event.actualMs,
            `connecting to ${event.address} port ${event.port}${event.attempt === 1 ? '' : `, attempt ${event.attempt}`}`,
          );
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
    const next =
      plan.connect.stealth === undefined
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
          if (event.phase === 'closing') return;
          sent = event.index + 1;
          draw();
          return;
        case 'connecting':
          clear();
          return;
        case 'resolved':
        case 'warning':
        case 'open':
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
