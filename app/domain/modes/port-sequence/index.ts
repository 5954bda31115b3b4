import { text } from '../../../text/text';
import { PLAIN_PLAN } from '../../plan/knock-plan';
import type { KnockPlan } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import { defineMode } from '../mode-definition';
import { typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { portSequenceDoor } from './door';
import {
  DEFAULT_DELAY_MS,
  opening,
  portsShown,
  readSteps,
  retryOf,
  schedule,
  stepsOf,
  timeoutSeconds,
  writeSteps,
} from './knocks';
import { portSequenceSchema } from './schema';
import type { PortSequence, SequenceStep } from './schema';

/** For the longer of both sequences. */
function seqTimeout({ steps, closing, delayMs }: PortSequence): number {
  return timeoutSeconds(Math.max(steps.length, closing?.length ?? 0), delayMs);
}

function plan(mode: PortSequence, { servicePort }: Moment): KnockPlan {
  const packets = schedule(mode.steps, mode.delayMs);
  return {
    ...PLAIN_PLAN,
    ...opening(packets, servicePort),
    summary: text('port-sequence.summary', { ports: portsShown(mode.steps), delayMs: mode.delayMs }),
    packets,
    steps: stepsOf(packets),
    retry: retryOf(mode.steps, seqTimeout(mode)),
    closing: mode.closing === null ? [] : schedule(mode.closing, mode.delayMs),
  };
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

/** Several ports in order, as knockd and its kin expect (docs/knock-modes.md §2). */
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
        timeoutSeconds: seqTimeout(mode),
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
