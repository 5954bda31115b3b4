import { text } from '../../../text/text';
import { FIRST_LOOK_MS } from '../../plan/connect-schedule';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { bareKnock, PLAIN_PLAN } from '../../plan/knock-plan';
import type { KnockPlan, PlannedPacket } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import { defineMode } from '../mode-definition';
import { typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { portSequenceDoor } from './door';
import { portSequenceSchema } from './schema';
import type { PortSequence, SequenceStep } from './schema';

/** knockd's own default for seq_timeout. */
const KNOCKD_SEQ_TIMEOUT_SECONDS = 25;

/**
 * The least seq_timeout, in seconds, that a server for these settings can have: knockd's own, or more where the
 * knocks take longer than that. A lost last knock leaves knockd waiting for that long (knock-modes §2).
 */
function timeoutSeconds(mode: PortSequence): number {
  const longest = Math.max(mode.steps.length, mode.closing?.length ?? 0);
  // Two more, because knockd cuts both times to whole seconds and refuses a difference equal to the timeout.
  return Math.max(KNOCKD_SEQ_TIMEOUT_SECONDS, Math.ceil(((longest - 1) * mode.delayMs) / 1000) + 2);
}

/** Time between knocks of a new profile, in milliseconds. */
const DEFAULT_DELAY_MS = 100;

/** How many tries make sense where the server can be brought back to its beginning. */
const TRIES = 3;

function schedule(steps: readonly SequenceStep[], delayMs: number): readonly PlannedPacket[] {
  return steps.map((step, index) => bareKnock(index, index * delayMs, step));
}

/**
 * What makes a knockd forget a try whose last knock was lost: that knock alone, which completes it, or is ignored where no try waits
 * for it. Where it also begins a sequence nothing does (knock-modes §2).
 */
function resync({ steps }: PortSequence): readonly PlannedPacket[] {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  return first.port === last.port && first.protocol === last.protocol ? [] : [bareKnock(0, 0, last)];
}

function plan(mode: PortSequence, { servicePort }: Moment): KnockPlan {
  const packets = schedule(mode.steps, mode.delayMs);
  const lastKnockMs = (packets.length - 1) * mode.delayMs;
  const back = resync(mode);
  return {
    ...PLAIN_PLAN,
    summary: text('port-sequence.summary', {
      ports: packets.map((p) => `${p.port}/${p.protocol}`).join(', '),
      delayMs: mode.delayMs,
    }),
    packets,
    steps: packets.map(({ index, protocol, port }) => ({
      label: text('step.numbered', { number: index + 1 }),
      detail: text('step.numbered.detail', { protocol, port }),
      firstPacket: index,
      packetCount: 1,
    })),
    connect: {
      port: servicePort,
      atMs: lastKnockMs + FIRST_LOOK_MS,
      timeoutMs: CONNECT_TIMEOUT_MS,
      by: 'ordinary',
      syn: null,
      firstBytes: 0,
      verify: 'free',
    },
    door: { fromMs: lastKnockMs, toMs: null, singleUse: false },
    retry: {
      quietMs: timeoutSeconds(mode) * 1000,
      resync: back,
      nextTryUnixMs: null,
      tries: back.length === 0 ? 1 : TRIES,
    },
    closing: mode.closing === null ? [] : schedule(mode.closing, mode.delayMs),
  };
}

/** `7000:tcp,8000:udp,9000`: tcp where nothing is said, as the reference client of knockd has it. */
function readSteps(text: string | undefined): readonly unknown[] | undefined {
  return text?.split(',').map((step) => {
    const [port, ...protocol] = step.trim().split(':');
    return { port: typedNumber(port), protocol: protocol.length === 0 ? 'tcp' : protocol.join(':') };
  });
}

function writeSteps(steps: readonly SequenceStep[]): string {
  return steps.map((step) => `${step.port}:${step.protocol}`).join(',');
}

const inline: InlineForm<PortSequence> = {
  options: [
    {
      flags: '--steps <list>',
      field: 'steps',
      secret: true,
      description: 'ports in order, such as 7000:tcp,8000:udp,9000',
    },
    { flags: '--delay <ms>', field: 'delayMs', description: 'milliseconds between knocks (default: 100)' },
    {
      flags: '--closing <list>',
      field: 'closing',
      secret: true,
      description: 'knocks that shut the door when a session ends',
    },
  ],
  read: (values) => ({
    steps: readSteps(values['steps']),
    delayMs: typedNumber(values['delayMs'] ?? String(DEFAULT_DELAY_MS)),
    closing: readSteps(values['closing']) ?? null,
  }),
  write: (mode) => [
    ...['--steps', writeSteps(mode.steps), '--delay', String(mode.delayMs)],
    ...(mode.closing === null ? [] : ['--closing', writeSteps(mode.closing)]),
  ],
};

const STEPS = [
  { port: 7000, protocol: 'tcp' },
  { port: 8000, protocol: 'tcp' },
  { port: 9000, protocol: 'tcp' },
] as const satisfies readonly SequenceStep[];

/** Several ports in order, as knockd and its kin expect (knock-modes §2, seed 003). */
export const portSequence = defineMode({
  kind: 'port-sequence',
  label: text('port-sequence.label'),
  description: text('port-sequence.description'),
  schema: portSequenceSchema,
  defaults: { kind: 'port-sequence', steps: [...STEPS], delayMs: DEFAULT_DELAY_MS, closing: null },
  example: { kind: 'port-sequence', steps: [...STEPS], delayMs: DEFAULT_DELAY_MS, closing: null },
  plan,
  advice: {
    'not-opened': { steps: [text('port-sequence.advice.steps'), text('advice.same-address')], field: 'mode.steps' },
    'hung-up': { steps: [text('port-sequence.advice.steps'), text('advice.service')], field: 'mode.steps' },
  },
  server: {
    door: (mode, { servicePort }) =>
      portSequenceDoor({
        steps: mode.steps,
        closing: mode.closing,
        servicePort,
        timeoutSeconds: timeoutSeconds(mode),
      }),
    practice: {
      kind: 'port-sequence',
      steps: [
        { port: 17_000, protocol: 'tcp' },
        { port: 18_000, protocol: 'udp' },
        { port: 19_000, protocol: 'tcp' },
      ],
      delayMs: 200,
      closing: null,
    },
  },
  inline,
  outline: (mode) => text('port-sequence.outline', { steps: mode.steps.length }),
});
