/** TCP Stealth in the engine: what a plan leaves open until the address, and the first bytes, are known. */
import { randomInt } from 'node:crypto';
import { read } from 'node:fs';
import { SesamyError } from '../domain/errors';
import { secretBytes, stealthIsn } from '../domain/modes/tcp-stealth/isn';
import { parseAddress } from '../domain/packet/address';
import type { KnockPlan, StealthSyn } from '../domain/plan/knock-plan';
import { throwIfCancelled } from './clock';

type WithSecret = Extract<StealthSyn, { readonly kind: 'secret' }>;
export type ChosenSyn = Extract<StealthSyn, { readonly kind: 'isn' }>;

/**
 * The SYN for one address.
 * @param payload the first bytes of the connection where they are protected, else null
 */
export function synFor(
  { secret, timestamps }: WithSecret,
  address: string,
  destinationPort: number,
  payload: Uint8Array | null,
): ChosenSyn {
  const destination = parseAddress(address.split('%')[0] ?? '');
  if (destination === null) throw new SesamyError('internal', `${address} is no address.`);
  // Even: an odd one would switch the adopted socket to microseconds (knock-modes §4).
  const tsval = timestamps ? 2 * randomInt(2 ** 31) : null;
  const isn = stealthIsn({
    secret: secretBytes(secret),
    destination,
    destinationPort,
    tsval: tsval ?? 0,
    payload,
  });
  return { kind: 'isn', isn, tsval };
}

/** The plan for one address: without the secret, but where the first bytes have to be known too. */
export function planFor(plan: KnockPlan, address: string): KnockPlan {
  const forAddress = (syn: StealthSyn, port: number): StealthSyn =>
    syn.kind === 'isn' || syn.integrityLength > 0 ? syn : synFor(syn, address, port, null);
  const { stealth } = plan.connect;
  return {
    ...plan,
    packets: plan.packets.map((packet) =>
      packet.stealth === undefined ? packet : { ...packet, stealth: forAddress(packet.stealth, packet.port) },
    ),
    connect:
      stealth === undefined ? plan.connect : { ...plan.connect, stealth: forAddress(stealth, plan.connect.port) },
  };
}

/** Whether a plan for one address still holds its secret. */
export function holdsSecret(plan: KnockPlan): boolean {
  return plan.connect.stealth?.kind === 'secret' || plan.packets.some(({ stealth }) => stealth?.kind === 'secret');
}

/** How long ssh may take to say its banner, in milliseconds: it says it before it hears anything. */
const BANNER_TIMEOUT_MS = 5000;
const LINE_FEED = 0x0a;

/**
 * The first bytes that the program behind a descriptor sends, and not one more: the rest is for whoever carries the session.
 * @param length how many; the program must send them by itself, before it hears anything
 * @throws SesamyError `bad-input` when it sends fewer, `cancelled`
 */
export async function firstBytes(descriptor: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  const deadline = performance.now() + BANNER_TIMEOUT_MS;
  let got = 0;
  while (got < length) {
    throwIfCancelled(signal);
    const count = await readSome(descriptor, bytes.subarray(got), deadline - performance.now(), signal);
    if (count === 0) throw tooShort(length, got);
    got += count;
    // An SSH client says one line, and then waits for the server's.
    const end = bytes.subarray(0, got).indexOf(LINE_FEED);
    if (end !== -1 && end + 1 < length) throw tooShort(length, end + 1);
  }
  return bytes;
}

/** Reads at least one byte; 0 when nothing came in time or nothing will come. */
function readSome(descriptor: number, into: Buffer, timeoutMs: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const finish = (count: number): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(count);
    };
    const stop = (): void => {
      finish(0);
    };
    const timer = setTimeout(stop, Math.max(0, timeoutMs));
    signal.addEventListener('abort', stop, { once: true });
    const attempt = (): void => {
      read(descriptor, into, 0, into.length, null, (error, count) => {
        if (error === null) finish(count);
        else if (error.code === 'EAGAIN') setTimeout(attempt, 10).unref();
        else {
          finish(0);
          reject(error);
        }
      });
    };
    attempt();
  });
}

function tooShort(length: number, got: number): SesamyError {
  return new SesamyError(
    'bad-input',
    `The integrity length is ${length}, and the program that uses the connection sends only ${got} bytes before it hears from the server.`,
    {
      steps: [`For ssh that is its banner: set the integrity length to ${got} or less, on the server too.`],
      action: { kind: 'edit-field', label: 'Change the integrity length', field: 'mode.integrityLength' },
    },
  );
}
