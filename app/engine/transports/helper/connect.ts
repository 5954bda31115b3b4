import { SesamyError } from '../../../domain/errors';
import { parseAddress, splitZone } from '../../../domain/packet/address';
import type { ChosenSyn } from '../../stealth';
import { fromMonotonicNs } from '../../clock';
import { listInterfaces, sourceAddressFor } from '../../interfaces';
import type { Route } from '../transport';
import { brokenHelper, failureOf, notAsked } from './failures';
import type { HelperStart } from './helper';
import { converse, HelperFailure } from './process';
import type { Descriptor } from './process';
import { encodeConnect } from './protocol';
import type { Carry } from './protocol';

/** A connection whose SYN is the knock. */
export interface StealthConnection {
  readonly route: Route;
  readonly port: number;
  readonly syn: ChosenSyn;
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

/** What the helper may take beyond the handshake itself, in milliseconds. */
const PATIENCE_MS = 5000;

/**
 * Opens the connection and, where it is used, stays until its bytes have been carried or it has been handed over. No byte of
 * it passes through this process.
 * @throws SesamyError `not-opened`, `no-route`, `not-permitted`, `connection-lost`, `transport-failed`, `cancelled`
 */
export async function* helperConnect(
  start: HelperStart,
  { route, port, syn, timeoutMs, first, use }: StealthConnection,
  signal: AbortSignal,
): AsyncGenerator<ConnectReport, void> {
  const { address: to, zone } = splitZone(route.address);
  const source = splitZone(route.sourceAddress ?? (await sourceAddressFor(route.address, route.family))).address;
  const request = encodeConnect({
    family: route.family,
    carry: use?.how ?? 'close',
    interfaceIndex: zone === null ? 0 : await kernelIndexOf(zone),
    source: bytesOf(source),
    destination: bytesOf(to),
    destinationPort: port,
    isn: syn.isn,
    // The ISN alone is the knock: the rest is as in any SYN.
    acknowledgment: 0,
    ipId: null,
    tsval: syn.tsval,
    timeoutMs,
    first,
  });
  let open = false;
  const patienceMs = (): number | null => (open || start.throughPkexec ? null : timeoutMs + PATIENCE_MS);
  const descriptors = use === null ? [] : [use.input, use.output];
  try {
    for await (const report of converse(start.command, request, signal, patienceMs, descriptors))
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
          break;
        case 'failed':
          throw failureOf(report, { path: start.path, route, source, interface: null, packets: 1 });
        case 'probed':
        case 'armed':
        case 'sent':
        case 'answer':
        case 'done':
        case 'listening':
        case 'arrived':
          throw notAsked(start.path);
      }
  } catch (error) {
    throw error instanceof HelperFailure ? brokenHelper(error, start.throughPkexec) : error;
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === null) throw new SesamyError('no-route', `The helper opens no connection from or to ${text}.`);
  return bytes;
}

/** The kernel's number of the interface that a link-local address names (RFC 4007 §11). */
async function kernelIndexOf(name: string): Promise<number> {
  const found = (await listInterfaces()).find((entry) => entry.name === name);
  if (found?.kernelIndex != null) return found.kernelIndex;
  throw new SesamyError('interface-not-found', `The interface ${name} is not there any more.`);
}
