import { text } from '../../../text/text';
import { FIRST_LOOK_MS } from '../../plan/connect-schedule';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import { PLAIN_PLAN } from '../../plan/knock-plan';
import type { Fact, KnockPlan, SynFields } from '../../plan/knock-plan';
import type { Moment } from '../../plan/moment';
import type { InlineForm } from '../inline';
import { onOff, typedNumber } from '../inline';
import { defineMode } from '../mode-definition';
import { secretBytes, stealthIsn } from './isn';
import { tcpStealthRecipes } from './recipe';
import { tcpStealthSchema } from './schema';
import type { TcpStealth } from './schema';

/** What the SYN depends on and the moment does not know yet. */
function awaitedBy({ timestamps, integrityLength }: TcpStealth, moment: Moment): readonly Fact[] {
  const awaits: Fact[] = [];
  if (moment.destination === undefined) awaits.push({ kind: 'destination' });
  if (timestamps && moment.random === undefined) awaits.push({ kind: 'random' });
  if (integrityLength > 0 && moment.firstBytes === undefined)
    awaits.push({ kind: 'firstBytes', length: integrityLength });
  return awaits;
}

function synOf(mode: TcpStealth, { servicePort, destination, random, firstBytes }: Moment): SynFields | 'later' {
  if (
    destination === undefined ||
    awaitedBy(mode, { servicePort, destination, random, firstBytes } as Moment).length > 0
  )
    return 'later';
  const tsval = mode.timestamps && random !== undefined ? evenWord(random(4)) : null;
  const sequence = stealthIsn({
    secret: secretBytes(mode.secret),
    destination,
    destinationPort: servicePort,
    tsval: tsval ?? 0,
    payload: mode.integrityLength > 0 ? (firstBytes ?? null) : null,
  });
  return { sequence, acknowledgment: 0, ipId: null, tsval };
}

/** An odd TSval would switch the adopted socket to microseconds (docs/knock-modes.md §4). */
function evenWord(bytes: Uint8Array): number {
  return (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) & ~1) >>> 0;
}

function plan(mode: TcpStealth, moment: Moment): KnockPlan {
  const { servicePort: port } = moment;
  const { timestamps, integrityLength } = mode;
  const asKnock = mode.use === 'knock';
  const syn = synOf(mode, moment);
  return {
    ...PLAIN_PLAN,
    summary: text('tcp-stealth.summary', { asKnock, port, timestamps, integrityLength }),
    packets: asKnock ? [{ index: 0, atMs: 0, protocol: 'tcp', port, syn }] : [],
    steps: [
      asKnock
        ? {
            label: text('tcp-stealth.step'),
            detail: text('step.numbered.detail', { protocol: 'tcp', port }),
            firstPacket: 0,
            packetCount: 1,
          }
        : {
            label: text('tcp-stealth.step'),
            detail: text('step.own-connection'),
            firstPacket: 0,
            packetCount: 0,
            ownsConnection: true,
          },
    ],
    connect: {
      port,
      atMs: asKnock ? FIRST_LOOK_MS : 0,
      timeoutMs: CONNECT_TIMEOUT_MS,
      by: asKnock ? 'ordinary' : 'adopted',
      syn: asKnock ? null : syn,
      firstBytes: asKnock ? 0 : integrityLength,
      verify: 'free',
    },
    door: { fromMs: 0, toMs: null, singleUse: false },
    // The kernel's own repetitions of the SYN are the other tries of a connection; a lost knock is sent again.
    retry: { quietMs: 0, resync: [], nextTryUnixMs: null, tries: asKnock ? 2 : 1 },
    awaits: awaitedBy(mode, moment),
  };
}

const inline: InlineForm<TcpStealth> = {
  options: [
    {
      flags: '--secret <text>',
      field: 'secret',
      secret: true,
      description: 'text of 1 to 64 bytes, or 128 hex digits',
    },
    { flags: '--timestamps <on|off>', field: 'timestamps', description: 'timestamp option in the SYN (default: off)' },
    { flags: '--integrity <bytes>', field: 'integrityLength', description: 'protect the first bytes (default: 0)' },
    { flags: '--use <use>', field: 'use', description: 'connection or knock (default: connection)' },
  ],
  read: (values) => ({
    secret: values['secret'],
    timestamps: onOff(values['timestamps'] ?? 'off'),
    integrityLength: typedNumber(values['integrityLength'] ?? '0'),
    use: values['use'] ?? 'connection',
  }),
  write: (mode) => [
    ...['--secret', mode.secret, '--timestamps', mode.timestamps ? 'on' : 'off'],
    ...['--integrity', String(mode.integrityLength), '--use', mode.use],
  ],
};

/** The SYN's own ISN is the knock, so nothing extra is on the wire (docs/knock-modes.md §4). */
export const tcpStealth = defineMode({
  kind: 'tcp-stealth',
  label: text('tcp-stealth.label'),
  description: text('tcp-stealth.description'),
  schema: tcpStealthSchema,
  defaults: { kind: 'tcp-stealth', secret: '', timestamps: false, integrityLength: 0, use: 'connection' },
  example: { kind: 'tcp-stealth', secret: 'correct horse', timestamps: false, integrityLength: 0, use: 'connection' },
  plan,
  advice: {
    'not-opened': {
      steps: [text('tcp-stealth.advice.secret'), text('tcp-stealth.advice.path'), text('tcp-stealth.advice.server')],
      field: 'mode.secret',
    },
    'hung-up': { steps: [text('tcp-stealth.advice.secret'), text('advice.service')], field: 'mode.secret' },
    'first-bytes': { steps: [text('tcp-stealth.advice.integrity')], field: 'mode.integrityLength' },
  },
  // A door that a program without privileges opens never sees an ISN.
  server: { recipes: tcpStealthRecipes },
  inline,
  outline: ({ use, timestamps, integrityLength }) =>
    text('tcp-stealth.outline', { asKnock: use === 'knock', timestamps, integrityLength }),
});
