import { SesamyError } from '../../../domain/errors';
import { formatAddress } from '../../../domain/packet/address';
import type { AddressFamily } from '../../../domain/plan/knock-event';
import { text } from '../../../text/text';
import { REPORT_PATIENCE_MS } from '../raw/limits';
import type { Route } from '../transport';
import { ask } from './ask';
import { failureOf } from './failures';
import type { FailedReport } from './failures';
import type { HelperStart } from './process';
import { encodeListen } from './protocol';
import type { ListenRequest } from './protocol';

/** What the listening end of the check tells. */
export type ListenReport =
  /** Family 6: at all addresses, IPv4 too. */
  | { readonly type: 'listening'; readonly family: AddressFamily; readonly port: number }
  | {
      readonly type: 'arrived';
      readonly address: string;
      readonly port: number;
      readonly isn: number;
      readonly acknowledgment: number;
      /** Null: the SYN had no timestamp option. */
      readonly tsval: number | null;
    }
  | { readonly type: 'ended'; readonly connections: number };

/** The failures that have to do with a destination do not happen here. */
const NOWHERE: Route = {
  address: '::',
  family: 6,
  source: '::',
  bindSource: false,
  interface: null,
  sourceMac: null,
};

function listenFailure(report: FailedReport, path: string, port: number): SesamyError {
  if (report.reason === 'port-busy')
    return new SesamyError('port-in-use', text('listen.port-in-use', { port }), { steps: [text('listen.other-port')] });
  if (report.reason === 'not-permitted')
    return new SesamyError('not-permitted', text('listen.not-permitted', { port }), { steps: [text('listen.higher')] });
  return failureOf(report, { path, route: NOWHERE, interface: null, packets: 0 });
}

/**
 * Listens, and tells how each SYN arrived. Each peer is told the same in one line of text, and hung up on. The helper needs
 * no capability for it.
 * @throws SesamyError `port-in-use`, `not-permitted`, `transport-failed`, `cancelled`
 */
export async function* helperListen(
  start: HelperStart,
  request: ListenRequest,
  signal: AbortSignal,
): AsyncGenerator<ListenReport, void> {
  let listening = false;
  const reports = ask(
    start,
    {
      request: encodeListen(request),
      answers: ['listening', 'arrived', 'done'],
      failure: (report) => listenFailure(report, start.path, request.port),
      patienceMs: () => (listening ? null : REPORT_PATIENCE_MS),
    },
    signal,
  );
  for await (const report of reports)
    switch (report.type) {
      case 'listening':
        listening = true;
        yield report;
        break;
      case 'arrived': {
        const { family, from, sourcePort: port, isn, acknowledgment, tsval } = report;
        const address = formatAddress(family === 4 ? from.subarray(0, 4) : from);
        yield { type: 'arrived', address, port, isn, acknowledgment, tsval };
        break;
      }
      case 'done':
        yield { type: 'ended', connections: report.packets };
    }
}
