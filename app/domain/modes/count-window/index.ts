import { text } from '../../../text/text';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { bareKnock, PLAIN_PLAN } from '../../plan/knock-plan';
import type { KnockPlan, PlanBand, PlannedPacket, PlanStep } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import { defineMode } from '../mode-definition';
import { typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { countWindowDoor } from './door';
import { burstsOf, countWindowSchema } from './schema';
import type { CountWindow } from './schema';

/**
 * How long after the last burst the connecting SYN leaves, in milliseconds (the ε of docs/knock-modes.md §1). It is all the
 * slack there is against a knock that is delayed more than the connection, so it grows with the window; beyond one
 * second more of it only makes people wait.
 */
export function connectDelayMs(windowMs: number): number {
  return Math.min(Math.floor(windowMs / 8), 1000);
}

function plan(mode: CountWindow, { servicePort }: Moment): KnockPlan {
  const bursts = burstsOf(mode.sequence);
  const port = mode.knockPort ?? servicePort;
  const packets: PlannedPacket[] = [];
  const steps: PlanStep[] = [];
  const bands: PlanBand[] = [];
  bursts.forEach((knocks, burst) => {
    const atMs = burst * mode.windowMs;
    steps.push({
      label: text('step.burst', { number: burst + 1 }),
      detail: text('step.burst.detail', { knocks, protocol: mode.protocol, port }),
      firstPacket: packets.length,
      packetCount: knocks,
    });
    const label = burst === 0 ? text('band.first') : text('band.number', { number: burst + 1 });
    bands.push({ fromMs: atMs, toMs: atMs + mode.windowMs, label });
    for (let knock = 0; knock < knocks; knock++)
      packets.push(bareKnock(packets.length, atMs, { protocol: mode.protocol, port }));
  });
  const lastBurstMs = (bursts.length - 1) * mode.windowMs;
  const delayMs = connectDelayMs(mode.windowMs);
  return {
    ...PLAIN_PLAN,
    summary: text('count-window.summary', {
      bursts: bursts.join(' '),
      windowMs: mode.windowMs,
      protocol: mode.protocol,
    }),
    packets,
    steps,
    bands,
    connect: {
      port: servicePort,
      atMs: lastBurstMs + delayMs,
      timeoutMs: CONNECT_TIMEOUT_MS,
      by: 'ordinary',
      syn: null,
      firstBytes: 0,
      verify: 'only-session',
    },
    // From the last burst on, the counts are right until the last burst is a window old.
    door: { fromMs: lastBurstMs, toMs: lastBurstMs + mode.windowMs, singleUse: true },
    slack: { knockLateMs: delayMs, connectLateMs: mode.windowMs - delayMs },
    // What is left of a failed try counts in the next one until it is this old.
    retry: { quietMs: bursts.length * mode.windowMs, resync: [], nextTryUnixMs: null, tries: 2 },
  };
}

const inline: InlineForm<CountWindow> = {
  options: [
    {
      flags: '--sequence <digits>',
      field: 'sequence',
      secret: true,
      description: 'knocks in each window, such as 1234',
    },
    { flags: '--window <ms>', field: 'windowMs', description: 'length of a window in milliseconds' },
    { flags: '--protocol <protocol>', field: 'protocol', description: 'tcp or udp (default: tcp)' },
    {
      flags: '--knock-port <port>',
      field: 'knockPort',
      description: 'where the knocks go (default: the service port)',
    },
  ],
  read: (values) => ({
    sequence: values['sequence'],
    windowMs: typedNumber(values['windowMs']),
    protocol: values['protocol'] ?? 'tcp',
    knockPort: typedNumber(values['knockPort']) ?? null,
  }),
  write: (mode) => [
    ...['--sequence', mode.sequence, '--window', String(mode.windowMs), '--protocol', mode.protocol],
    ...(mode.knockPort === null ? [] : ['--knock-port', String(mode.knockPort)]),
  ],
};

/** Open Sesamy's own kind of knock: one port, a counted burst of knocks in each window (docs/knock-modes.md §1). */
export const countWindow = defineMode({
  kind: 'count-window',
  label: text('count-window.label'),
  description: text('count-window.description'),
  schema: countWindowSchema,
  defaults: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
  example: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
  plan,
  advice: {
    'not-opened': { steps: [text('count-window.advice.counts'), text('advice.same-address')], field: 'mode.sequence' },
    'hung-up': { steps: [text('count-window.advice.counts'), text('advice.service')], field: 'mode.sequence' },
  },
  server: {
    door: (mode, { servicePort }) =>
      countWindowDoor({
        sequence: mode.sequence,
        windowMs: mode.windowMs,
        knockPort: mode.knockPort ?? servicePort,
        servicePort,
      }),
    practice: { kind: 'count-window', sequence: '123', windowMs: 1000, knockPort: null, protocol: 'tcp' },
  },
  inline,
  outline: (mode) => text('count-window.outline', { bursts: mode.sequence.length }),
});
