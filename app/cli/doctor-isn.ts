import { exitCodeOf, SesamyError, toErrorInfo } from '../domain/errors';
import { check, group, portNumber } from '../domain/fields';
import type { Checked } from '../domain/fields';
import { typedNumber } from '../domain/modes/inline';
import { hostSchema } from '../domain/profile/host';
import { say } from '../text/say';
import { text } from '../text/text';
import type { Text } from '../text/text';
import { count } from '../text/words';
import { checkIsn } from '../engine/isn-check';
import type { IsnCheck } from '../engine/isn-check';
import type { ListenReport } from '../engine/transports/helper/listen';
import { transports } from '../engine/transports/registry';
import { out, printError } from './print';
import { stopSignal } from './stop-signal';

/** The listener ends by itself after this time, in milliseconds, and after so many connections. */
const LISTEN_MS = 600_000;
const CONNECTIONS = 100;

const hostAndPort = group('Arguments', { host: hostSchema, port: portNumber('Port') });
const portOnly = group('Arguments', { port: portNumber('Port') });

function valueOf<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new SesamyError('bad-input', checked.problems.map((problem) => problem.message).join('\n'));
}

/** Failures as JSON too, where JSON is asked for. */
async function told(json: boolean, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = stopSignal();
  try {
    return await work(stop.signal);
  } catch (thrown) {
    const error = toErrorInfo(thrown);
    if (json) out(JSON.stringify({ type: 'failed', error }));
    else printError(error);
    return exitCodeOf(error.code);
  } finally {
    stop.release();
  }
}

/** `sesamy doctor --isn HOST PORT`. Returns the exit code. */
export function isnVerb(host: string | undefined, port: string | undefined, json: boolean): Promise<number> {
  return told(json, async (signal) => {
    const to = valueOf(check(hostAndPort, { host: host ?? '', port: typedNumber(port) }));
    const result = await checkIsn(to.host, to.port, signal);
    if (json) out(JSON.stringify({ type: 'checked', ...result }));
    else for (const line of checkLines(result)) out(line);
    return result.sequence === 'survives' ? 0 : exitCodeOf('not-opened');
  });
}

/** `sesamy doctor --isn-listen PORT`: until it is told to stop, which is no failure. Returns the exit code. */
export function isnListenVerb(port: string, json: boolean): Promise<number> {
  return told(json, async (signal) => {
    const request = { ...valueOf(check(portOnly, { port: typedNumber(port) })), durationMs: LISTEN_MS };
    try {
      for await (const report of transports.listen({ ...request, connections: CONNECTIONS }, signal))
        if (json) out(JSON.stringify(report));
        else out(listenLine(report));
    } catch (error) {
      if (!signal.aborted || !(error instanceof SesamyError) || error.code !== 'cancelled') throw error;
    }
    return 0;
  });
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

const TIMESTAMPS: Readonly<Record<IsnCheck['timestamp'], Text>> = {
  survives: text('isn.timestamps-survive'),
  rewritten: text('isn.timestamps-rewritten'),
  removed: text('isn.timestamps-removed'),
};

function checkLines({ address, port, sent, arrived, sequence, timestamp }: IsnCheck): readonly string[] {
  return [
    `SYN to ${address} port ${port}`,
    `  sent     ISN ${hex(sent.isn)}  TSval ${hex(sent.tsval)}`,
    `  arrived  ISN ${hex(arrived.isn)}  TSval ${arrived.tsval === null ? 'none' : hex(arrived.tsval)}`,
    ...(sequence === 'survives'
      ? [text('isn.survive', { timestamps: TIMESTAMPS[timestamp] })]
      : [text('isn.rewritten'), text('isn.rewritten.then')]
    ).map(say),
  ];
}

function listenLine(report: ListenReport): string {
  switch (report.type) {
    case 'listening': {
      const only = report.family === 6 ? '' : ', IPv4 only';
      return `Listening on port ${report.port}${only}, for 10 minutes at most; Ctrl-C ends it. At the other end: sesamy doctor --isn HOST ${report.port}`;
    }
    case 'arrived': {
      const from = report.address.includes(':') ? `[${report.address}]` : report.address;
      const tsval = report.tsval === null ? 'none' : hex(report.tsval);
      return `${from}:${report.port}  ISN ${hex(report.isn)}  TSval ${tsval}`;
    }
    case 'ended':
      return `Ended after ${count(report.connections, 'connection')}.`;
  }
}
