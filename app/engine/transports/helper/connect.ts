import { splitZone } from '../../../domain/packet/address';
import type { SynFields } from '../../../domain/plan/knock-plan';
import { text } from '../../../text/text';
import { fromMonotonicNs } from '../../clock';
import { listInterfaces } from '../../interfaces';
import { interfaceLost } from '../raw/failures';
import { rawEnds } from '../raw/job';
import { REPORT_PATIENCE_MS } from '../raw/limits';
import type { Route } from '../transport';
import { ask } from './ask';
import { failureOf } from './failures';
import type { Descriptor, HelperStart } from './process';
import { encodeConnect } from './protocol';
import type { Carry } from './protocol';

/** A connection that begins with a SYN of our own. */
export interface AdoptedConnection {
  readonly route: Route;
  readonly port: number;
  /** The TSval is even where there is one: an odd one would switch the adopted socket to microseconds (docs/knock-modes.md §4). */
  readonly syn: SynFields;
  /** For the handshake. */
  readonly timeoutMs: number;
  /** What goes out as the first segment. */
  readonly first: Uint8Array;
  /** Null: the connection is closed as soon as it stands. */
  readonly use: {
    readonly how: Exclude<Carry, 'close'>;
    /** What is sent is read from `input`; what comes, or the socket itself, goes to `output`. */
    readonly input: Descriptor;
    readonly output: Descriptor;
  } | null;
}

/** Times are on the clock of `monotonicMs`. */
export type ConnectReport =
  | { readonly type: 'syn'; readonly sentAtMs: number }
  | { readonly type: 'open'; readonly atMs: number; readonly sourcePort: number }
  | { readonly type: 'carried'; readonly bytesOut: number; readonly bytesIn: number };

/**
 * Opens the connection and, where it is used, stays until its bytes have been carried or it has been handed over. No byte of
 * it passes through this process.
 * @throws SesamyError `not-opened`, `no-route`, `not-permitted`, `connection-lost`, `transport-failed`, `cancelled`
 */
export async function* helperConnect(
  start: HelperStart,
  { route, port, syn, timeoutMs, first, use }: AdoptedConnection,
  signal: AbortSignal,
): AsyncGenerator<ConnectReport, void> {
  const { address: to, zone } = splitZone(route.address);
  const request = encodeConnect({
    ...rawEnds(route.family, splitZone(route.source).address, to),
    carry: use?.how ?? 'close',
    interfaceIndex: zone === null ? 0 : await kernelIndexOf(zone),
    destinationPort: port,
    isn: syn.sequence,
    acknowledgment: syn.acknowledgment,
    ipId: route.family === 4 ? syn.ipId : null,
    tsval: syn.tsval,
    timeoutMs,
    first,
  });
  let open = false;
  const reports = ask(
    start,
    {
      request,
      answers: ['syn', 'open', 'carried'],
      failure: (report) => failureOf(report, { path: start.path, route, interface: null, packets: 1 }),
      patienceMs: () => (open || start.throughPkexec ? null : timeoutMs + REPORT_PATIENCE_MS),
      descriptors: use === null ? [] : [use.input, use.output],
    },
    signal,
  );
  for await (const report of reports)
    switch (report.type) {
      case 'syn':
        yield { type: 'syn', sentAtMs: fromMonotonicNs(report.sentNs) };
        break;
      case 'open':
        open = true;
        yield { type: 'open', atMs: fromMonotonicNs(report.establishedNs), sourcePort: report.sourcePort };
        break;
      case 'carried':
        yield { type: 'carried', bytesOut: Number(report.up), bytesIn: Number(report.down) };
    }
}

/** The kernel's number of the interface that a link-local address names (RFC 4007 §11). */
async function kernelIndexOf(name: string): Promise<number> {
  const found = (await listInterfaces()).find((entry) => entry.name === name);
  if (found?.kernelIndex != null) return found.kernelIndex;
  throw interfaceLost(text('raw.no-interface', { name }));
}
