/**
 * The connection whose own SYN is the knock: the helper sends that SYN, and the connection that follows from it belongs to the
 * helper, or to whoever it is handed to (decision 9).
 */
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan, SynFields } from '../domain/plan/knock-plan';
import { monotonicMs } from './clock';
import { firstBytesOf } from './first-bytes';
import type { Transports } from './transports/registry';
import type { Route } from './transports/transport';

/**
 * What a session reads and writes, as descriptors of this process: another process carries the bytes between them and the
 * connection, or hands the connection itself over `output`. `release` is called when it has them: whoever reads `output` would not
 * see its end as long as this process holds it too.
 */
export interface Descriptors {
  readonly input: number;
  readonly output: number;
  readonly pass: boolean;
  readonly release: () => void;
}

/** When the helper sends the SYN, and sends it again, in milliseconds after the first one. */
const SYN_TIMES_MS = [0, 1000, 3000, 7000] as const;

/**
 * From its first SYN to its end. That SYN is the zero of all times: nothing has to be kept to before it.
 * @param first the bytes that leave as the first segment
 * @param begin told when the first SYN left, gives the event that comes before all others
 * @throws SesamyError as `Transports.connect`
 */
export async function* openAdopted(
  plan: KnockPlan,
  first: Uint8Array,
  route: Route,
  begin: (firstSynMs: number) => KnockEvent,
  available: Pick<Transports, 'connect'>,
  descriptors: Descriptors | null,
  signal: AbortSignal,
): AsyncGenerator<KnockEvent, void> {
  const { port, timeoutMs } = plan.connect;
  const syn = synOf(plan);
  const use =
    descriptors === null ? null : { how: descriptors.pass ? ('pass' as const) : ('splice' as const), ...descriptors };
  let zeroMs = 0;
  let synAtMs = 0;
  let attempt = 0;
  for await (const report of available.connect({ route, port, syn, timeoutMs, first, use }, signal))
    switch (report.type) {
      case 'syn': {
        if (attempt === 0) {
          zeroMs = report.sentAtMs;
          yield begin(zeroMs);
        }
        synAtMs = report.sentAtMs - zeroMs;
        const plannedMs = SYN_TIMES_MS[attempt] ?? synAtMs;
        attempt += 1;
        yield { type: 'connecting', plannedMs, actualMs: synAtMs, address: route.address, port, attempt };
        break;
      }
      case 'open':
        descriptors?.release();
        yield { type: 'open', atMs: report.atMs - zeroMs, answeredInMs: report.atMs - zeroMs - synAtMs };
        break;
      case 'carried':
        // A connection that was handed over lives on; one that was only looked at is closed.
        if (use?.how === 'splice')
          yield {
            type: 'closed',
            atMs: monotonicMs() - zeroMs,
            bytesIn: report.bytesIn,
            bytesOut: report.bytesOut,
          };
    }
}

function synOf({ connect: { syn } }: KnockPlan): SynFields {
  if (syn === null || syn === 'later') throw new SesamyError('internal', 'A plan without its SYN cannot be run.');
  return syn;
}

/**
 * The bytes that a plan waits for, before any packet leaves.
 * @throws SesamyError `first-bytes` when nobody says them before there is a connection, `cancelled`
 */
export async function protectedBytes(
  length: number,
  descriptors: Descriptors | null,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (descriptors !== null && !descriptors.pass) return firstBytesOf(descriptors.input, length, signal);
  throw new SesamyError(
    'first-bytes',
    descriptors === null ? text('first-bytes.no-session') : text('first-bytes.fdpass'),
    { steps: [text('first-bytes.fdpass.advice')] },
  );
}
