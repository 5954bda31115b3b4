/** Whether sequence numbers survive a path, which knocks in a SYN's own fields need: the SYN that was sent, and the one that arrived. */
import { randomInt } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { SesamyError } from '../domain/errors';
import type { AddressFamily } from '../domain/plan/knock-event';
import { text } from '../text/text';
import type { Sentence } from '../text/text';
import { eitherSignal, throwIfCancelled } from './clock';
import { sourceAddressFor } from './interfaces';
import { resolveHost } from './resolve';
import type { AdoptedConnection } from './transports/helper/connect';
import { transports } from './transports/registry';
import type { Transports } from './transports/registry';

export interface SentSyn {
  readonly isn: number;
  readonly tsval: number;
}

export interface ArrivedSyn {
  readonly isn: number;
  /** Null: it had no timestamp option any more. */
  readonly tsval: number | null;
}

export interface IsnVerdict {
  readonly sequence: 'survives' | 'rewritten';
  readonly timestamp: 'survives' | 'rewritten' | 'removed';
}

export interface IsnCheck extends IsnVerdict {
  readonly address: string;
  readonly family: AddressFamily;
  readonly port: number;
  readonly sent: SentSyn;
  readonly arrived: ArrivedSyn;
}

/** For the handshake, in milliseconds: time for the SYN and its three repetitions. */
const CONNECT_MS = 10_000;
/** How long after the handshake the line may take, in milliseconds: the listener says it at once. */
const LINE_MS = 5000;
const MAX_LINE = 200;
const SHOWN = 60;
/** docs/helper-protocol.md, command 4. */
const LINE = /^open-sesamy isn 0x([0-9a-f]{8}) tsval (?:0x([0-9a-f]{8})|none)$/;

/** The line in which the listener says what arrived; null for what anything else says. */
export function parseArrived(line: string): ArrivedSyn | null {
  const [found, isn = '', tsval] = LINE.exec(line) ?? [];
  if (found === undefined) return null;
  return { isn: Number.parseInt(isn, 16), tsval: tsval === undefined ? null : Number.parseInt(tsval, 16) };
}

export function isnVerdict(sent: SentSyn, arrived: ArrivedSyn): IsnVerdict {
  const kept = arrived.tsval === sent.tsval ? 'survives' : 'rewritten';
  return {
    sequence: arrived.isn === sent.isn ? 'survives' : 'rewritten',
    timestamp: arrived.tsval === null ? 'removed' : kept,
  };
}

/**
 * Sends a SYN with a number of chance to `sesamy doctor --isn-listen` at the other end, and compares it with what arrived there.
 * @throws SesamyError `no-listener`, `name-not-found`, `no-route`, `not-permitted`, `transport-unavailable`,
 * `transport-failed`, `cancelled`
 */
export async function checkIsn(
  host: string,
  port: number,
  signal: AbortSignal,
  available: Pick<Transports, 'connect'> = transports,
): Promise<IsnCheck> {
  const { address, family } = await resolveHost(host, 'auto', signal);
  const source = await sourceAddressFor(address, family);
  const route = { address, family, source, bindSource: false, interface: null, sourceMac: null };
  // Even, as the helper wants it.
  const sent = { isn: randomInt(1, 2 ** 32), tsval: 2 * randomInt(1, 2 ** 31) };
  const connection = {
    route,
    port,
    syn: { sequence: sent.isn, acknowledgment: 0, ipId: null, tsval: sent.tsval },
    timeoutMs: CONNECT_MS,
    first: new Uint8Array(),
  } as const;
  const heard = await lineFrom(connection, signal, available).catch((error: unknown) => {
    throw error instanceof SesamyError && error.code === 'not-opened' ? noListener(error.info.cause, port) : error;
  });
  const arrived = parseArrived(heard);
  if (arrived === null)
    throw noListener(text('isn.something-else', { address, port, said: heard.slice(0, SHOWN) }), port);
  return { address, family, port, sent, arrived, ...isnVerdict(sent, arrived) };
}

function noListener(cause: Sentence, port: number): SesamyError {
  return new SesamyError('no-listener', cause, {
    steps: [text('isn.start', { port }), text('isn.let-through'), text('isn.one-direction')],
  });
}

/** The first line that comes over the connection, without its end; what there is, where no whole line comes. */
async function lineFrom(
  connection: Omit<AdoptedConnection, 'use'>,
  signal: AbortSignal,
  available: Pick<Transports, 'connect'>,
): Promise<string> {
  const enough = new AbortController();
  let [text, opened, ended] = ['', false, false];
  const settle = (): void => {
    if (opened && (ended || text.includes('\n') || text.length > MAX_LINE)) enough.abort();
  };
  const output = new PassThrough({ encoding: 'latin1' });
  output.on('data', (chunk: string) => {
    text += chunk;
    settle();
  });
  output.on('end', () => {
    ended = true;
    settle();
  });
  // Nothing is ever sent, and the sending half stays open: proxies may take its end for the end of the connection.
  const use = { how: 'splice', input: new PassThrough(), output } as const;
  const either = eitherSignal(signal, enough.signal);
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const report of available.connect({ ...connection, use }, either.signal)) {
      if (report.type !== 'open') continue;
      opened = true;
      timer = setTimeout(() => {
        enough.abort();
      }, LINE_MS);
      settle();
    }
  } catch (error) {
    throwIfCancelled(signal);
    const over = error instanceof SesamyError && (error.code === 'cancelled' || error.code === 'connection-lost');
    if (!opened || !over) throw error;
  } finally {
    clearTimeout(timer);
    either.release();
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}
