import type { KnockPlan, PlanBand, PlannedPacket, PlanStep } from '../../plan/knock-plan';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { count, duration, protocolName } from '../../../text/words';
import { defineMode } from '../mode-definition';
import type { PlanContext } from '../mode-definition';
import { typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { countWindowDoor } from './door';
import { burstsOf, countWindowSchema } from './schema';
import type { CountWindow } from './schema';

/**
 * How long after the last burst the connecting SYN leaves, in milliseconds (the ε of knock-modes §1). It is all the
 * slack there is against a knock that is delayed more than the connection, so it grows with the window; beyond one
 * second more of it only makes people wait.
 */
export function connectDelayMs(windowMs: number): number {
  return Math.min(Math.floor(windowMs / 8), 1000);
}

function plan(mode: CountWindow, context: PlanContext): KnockPlan {
  const bursts = burstsOf(mode.sequence);
  const port = mode.knockPort ?? context.servicePort;
  const packets: PlannedPacket[] = [];
  const steps: PlanStep[] = [];
  const bands: PlanBand[] = [];
  bursts.forEach((knocks, burst) => {
    const atMs = burst * mode.windowMs;
    steps.push({
      label: `Burst ${burst + 1}`,
      detail: `${count(knocks, mode.protocol === 'tcp' ? 'SYN' : 'datagram')} to port ${port}`,
      firstPacket: packets.length,
      packetCount: knocks,
    });
    bands.push({ fromMs: atMs, toMs: atMs + mode.windowMs, label: burst === 0 ? 'window 1' : String(burst + 1) });
    for (let knock = 0; knock < knocks; knock++)
      packets.push({ index: packets.length, atMs, protocol: mode.protocol, port });
  });
  const lastBurstMs = (bursts.length - 1) * mode.windowMs;
  const delayMs = connectDelayMs(mode.windowMs);
  return {
    summary: `count-window ${bursts.join(' ')}, every ${duration(mode.windowMs)} · ${protocolName(mode.protocol)}`,
    packets,
    steps,
    bands,
    connect: {
      port: context.servicePort,
      atMs: lastBurstMs + delayMs,
      timeoutMs: CONNECT_TIMEOUT_MS,
      probing: 'only-session',
      reattemptMs: null,
    },
    // From the last burst on, the counts are right until the last burst is a window old.
    door: { fromMs: lastBurstMs, toMs: lastBurstMs + mode.windowMs, singleUse: true },
    slack: { knockLateMs: delayMs, connectLateMs: mode.windowMs - delayMs },
    retryQuietMs: bursts.length * mode.windowMs,
    closing: [],
  };
}

const inline: InlineForm<CountWindow> = {
  options: [
    { flags: '--sequence <digits>', field: 'sequence', description: 'knocks in each window, such as 1234' },
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

/** Open Sesamy's own kind of knock: one port, a counted burst of knocks in each window (knock-modes §1, seed 002). */
export const countWindow = defineMode({
  kind: 'count-window',
  label: 'Count-window',
  description: 'One port, a number of knocks in each window',
  schema: countWindowSchema,
  defaults: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
  plan,
  door: (mode, context) =>
    countWindowDoor({
      sequence: mode.sequence,
      windowMs: mode.windowMs,
      knockPort: mode.knockPort ?? context.servicePort,
      servicePort: context.servicePort,
    }),
  inline,
  outline: (mode) => `count-window, ${count(mode.sequence.length, 'burst')}`,
});
