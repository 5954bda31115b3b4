import { text } from '../../../text/text';
import { onOff, typedNumber } from '../inline';
import type { InlineForm } from '../inline';
import { defineMode } from '../mode-definition';
import { DEFAULT_DELAY_MS, writeSteps } from '../port-sequence/knocks';
import { readSource, sourceOfStranger, sourceOptions, writeSource } from '../source-address';
import { listDoor, otpDoor } from './door';
import { knockCount } from './otp';
import { plan, seqTimeout } from './plan';
import { knockdOtpSchema } from './schema';
import type { KnockdOtp } from './schema';
import { parseSequenceList } from './sequence-list';

/** Where a command line has no lines, a semicolon stands between sequences. */
const BETWEEN = ';';

const inline: InlineForm<KnockdOtp> = {
  options: [
    { flags: '--seed <text>', field: 'ports.seed', secret: true, description: 'the server’s seed, 1 to 31 bytes' },
    { flags: '--period <seconds>', field: 'ports.periodSeconds', description: 'how long the same ports are right' },
    { flags: '--base-port <port>', field: 'ports.basePort', description: 'the lowest port, at most 65280' },
    { flags: '--protocols <list>', field: 'ports.protocols', description: 'one for each knock, such as tcp,udp,tcp' },
    {
      flags: '--ip-protection <on|off>',
      field: 'ports.ipProtection',
      description: 'as many knocks again, by your address (default: off)',
    },
    ...sourceOptions('ports.source'),
    {
      flags: '--sequences <list>',
      field: 'ports.sequences',
      secret: true,
      description: 'in place of a seed: one-time sequences as in knockd’s file, lines or semicolons between them',
    },
    { flags: '--delay <ms>', field: 'delayMs', description: 'milliseconds between knocks (default: 100)' },
  ],
  read: (values) => ({
    ports: readPorts(values),
    delayMs: typedNumber(values['delayMs'] ?? String(DEFAULT_DELAY_MS)),
  }),
  write: ({ ports, delayMs }) => [
    ...(ports.from === 'list'
      ? ['--sequences', ports.sequences.map(writeSteps).join(BETWEEN)]
      : [
          ...['--seed', ports.seed, '--period', String(ports.periodSeconds), '--base-port', String(ports.basePort)],
          ...['--protocols', ports.protocols.join(','), '--ip-protection', ports.ipProtection ? 'on' : 'off'],
          ...writeSource(ports.source),
        ]),
    ...['--delay', String(delayMs)],
  ],
};

type Values = Parameters<typeof inline.read>[0];

function readPorts(values: Values): unknown {
  const [seed, sequences] = [values['ports.seed'], values['ports.sequences']];
  if (sequences !== undefined)
    return seed === undefined
      ? { from: 'list', sequences: readSequences(sequences.replaceAll(BETWEEN, '\n')) }
      : { from: 'seed and list' };
  return {
    from: 'seed',
    seed,
    periodSeconds: typedNumber(values['ports.periodSeconds']),
    basePort: typedNumber(values['ports.basePort']),
    ipProtection: onOff(values['ports.ipProtection'] ?? 'off'),
    protocols: readProtocols(values['ports.protocols']),
    source: readSource(values, 'ports.source'),
  };
}

/** `tcp, udp,tcp` as a list. Not checked. */
export function readProtocols(typed: string | undefined): readonly string[] | undefined {
  return typed?.split(',').map((protocol) => protocol.trim().toLowerCase());
}

/** Those that are not used up; what is no list stays the text that it is, so that the schema can say where it is wrong. */
export function readSequences(typed: string): unknown {
  const list = parseSequenceList(typed);
  return list.ok ? list.sequences : typed;
}

const SEED = {
  from: 'seed',
  seed: '',
  periodSeconds: 60,
  basePort: 20_000,
  ipProtection: false,
  protocols: ['tcp', 'tcp', 'tcp'],
  source: { by: 'route' },
} as const;

/** knockd's one-time ports, by a seed and the clock or from a list (docs/knock-modes.md §2 and §3). */
export const knockdOtp = defineMode({
  kind: 'knockd-otp',
  label: text('knockd-otp.label'),
  description: text('knockd-otp.description'),
  schema: knockdOtpSchema,
  defaults: { kind: 'knockd-otp', ports: { ...SEED, protocols: [...SEED.protocols] }, delayMs: DEFAULT_DELAY_MS },
  example: {
    kind: 'knockd-otp',
    ports: {
      ...SEED,
      seed: 'correct horse',
      ipProtection: true,
      protocols: ['tcp', 'udp', 'tcp'],
    },
    delayMs: DEFAULT_DELAY_MS,
  },
  plan,
  ofStranger(settings) {
    if (settings.ports.from !== 'seed') return { settings, remarks: [] };
    const { source, remarks } = sourceOfStranger(settings.ports.source);
    return { settings: { ...settings, ports: { ...settings.ports, source } }, remarks };
  },
  advice: {
    'not-opened': {
      steps: [
        text('knockd-otp.advice.clock'),
        text('knockd-otp.advice.seed'),
        text('knockd-otp.advice.source'),
        text('knockd-otp.advice.list'),
        text('advice.same-address'),
      ],
      field: 'mode.ports',
    },
    'hung-up': { steps: [text('knockd-otp.advice.seed'), text('advice.service')], field: 'mode.ports' },
    'source-unknown': {
      steps: [text('advice.source.lookup'), text('advice.source.given')],
      field: 'mode.ports.source',
    },
  },
  server: {
    door: (mode, context) =>
      mode.ports.from === 'seed'
        ? otpDoor(mode.ports, seqTimeout(mode), context)
        : listDoor(mode.ports, seqTimeout(mode), context),
    practice: {
      kind: 'knockd-otp',
      ports: { ...SEED, seed: 'practice', protocols: [...SEED.protocols] },
      delayMs: DEFAULT_DELAY_MS,
    },
  },
  inline,
  outline: ({ ports }) =>
    ports.from === 'seed'
      ? text('knockd-otp.outline', { knocks: knockCount(ports) })
      : text('knockd-otp.outline.list', { sequences: ports.sequences.length }),
  // The ports depend on the client's IPv4 address, and knockd's own files of sequences know no IPv6 (docs/knock-modes.md §2).
  family: ({ ports }) => (ports.from === 'list' || ports.ipProtection ? 4 : null),
});
