import { SesamyError } from '../../../domain/errors';
import { formatAddress } from '../../../domain/packet/address';
import type { AddressFamily } from '../../../domain/plan/knock-event';
import type { Route } from '../transport';
import { brokenHelper, failureOf, notAsked } from './failures';
import type { HelperStart } from './helper';
import { converse, HelperFailure } from './process';
import { encodeListen } from './protocol';
import type { ListenRequest, Report } from './protocol';

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

/** What the helper may take until it listens, in milliseconds. */
const PATIENCE_MS = 5000;
/** The failures that have to do with a destination do not happen here. */
const NOWHERE: Route = { address: '::', family: 6, sourceAddress: null, interface: null, sourceMac: null };
const HIGHER = 'Choose a port above 1023: what rewrites sequence numbers does so for most ports alike.';

function listenFailure(report: Extract<Report, { type: 'failed' }>, start: HelperStart, port: number): SesamyError {
  if (report.reason === 'port-busy')
    return new SesamyError('port-in-use', `Another program listens on port ${port}.`, {
      steps: ['Choose another port.'],
    });
  if (report.reason === 'not-permitted')
    return new SesamyError(
      'not-permitted',
      `Only root may listen on port ${port}, and the helper gives up all rights before it listens.`,
      { steps: [HIGHER] },
    );
  return failureOf(report, { path: start.path, route: NOWHERE, source: '::', interface: null, packets: 0 });
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
  const patienceMs = (): number | null => (listening ? null : PATIENCE_MS);
  try {
    for await (const report of converse(start.command, encodeListen(request), signal, patienceMs))
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
          break;
        case 'failed':
          throw listenFailure(report, start, request.port);
        case 'probed':
        case 'armed':
        case 'sent':
        case 'answer':
        case 'syn':
        case 'open':
        case 'carried':
          throw notAsked(start.path);
      }
  } catch (error) {
    throw error instanceof HelperFailure ? brokenHelper(error, start.throughPkexec) : error;
  }
}
