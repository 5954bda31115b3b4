import type { KnockPlan, StealthSyn } from '../../plan/knock-plan';
import { CONNECT_TIMEOUT_MS } from '../../plan/connect-timeout';
import type { InlineForm } from '../inline';
import { typedNumber } from '../inline';
import { defineMode } from '../mode-definition';
import type { PlanContext } from '../mode-definition';
import { tcpStealthRecipes } from './recipe';
import { tcpStealthSchema } from './schema';
import type { TcpStealth } from './schema';

/** How long after the stealth SYN the ordinary connection starts, in milliseconds: a rule needs no time to open. */
const SETTLE_MS = 200;
/** After a refusal, which a SYN that came before its knock meets, the engine tries again after this time. */
const REATTEMPT_MS = 500;

function plan(mode: TcpStealth, { servicePort: port }: PlanContext): KnockPlan {
  const { secret, timestamps, integrityLength } = mode;
  const stealth: StealthSyn = { kind: 'secret', secret, timestamps, integrityLength };
  const asKnock = mode.use === 'knock';
  return {
    summary: `TCP Stealth${asKnock ? ' as a knock' : ''} to port ${port}${describe(mode)}`,
    packets: asKnock ? [{ index: 0, atMs: 0, protocol: 'tcp', port, stealth }] : [],
    steps: asKnock ? [{ label: 'Stealth SYN', detail: `1 SYN to port ${port}`, firstPacket: 0, packetCount: 1 }] : [],
    bands: [],
    connect: {
      port,
      atMs: asKnock ? SETTLE_MS : 0,
      timeoutMs: CONNECT_TIMEOUT_MS,
      probing: 'free',
      reattemptMs: asKnock ? REATTEMPT_MS : null,
      ...(asKnock ? {} : { stealth }),
    },
    door: { fromMs: 0, toMs: null, singleUse: false },
    slack: null,
    retryQuietMs: 0,
    closing: [],
  };
}

function describe({ timestamps, integrityLength }: TcpStealth): string {
  return `${timestamps ? ', with timestamps' : ''}${integrityLength === 0 ? '' : `, integrity of ${integrityLength} bytes`}`;
}

const inline: InlineForm<TcpStealth> = {
  options: [
    { flags: '--secret <text>', field: 'secret', description: 'text of 1 to 64 bytes, or 128 hex digits' },
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

/** What is neither stays as it was typed, so that the schema can show it. */
function onOff(text: string): boolean | string {
  return text === 'on' ? true : text === 'off' ? false : text;
}

/** The SYN's own ISN is the knock, so nothing extra is on the wire (knock-modes §4, seeds 001 and 004). */
export const tcpStealth = defineMode({
  kind: 'tcp-stealth',
  label: 'TCP Stealth',
  description: 'The connection’s first packet is the knock',
  schema: tcpStealthSchema,
  defaults: { kind: 'tcp-stealth', secret: '', timestamps: false, integrityLength: 0, use: 'connection' },
  plan,
  // A door that a program without privileges opens never sees an ISN.
  door: null,
  recipes: tcpStealthRecipes,
  inline,
  outline: (mode) => `TCP Stealth${mode.use === 'knock' ? ', as a knock' : ''}${describe(mode)}`,
});
