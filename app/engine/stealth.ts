/** TCP Stealth in the engine: what a plan leaves open until the address, and the first bytes, are known. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SesamyError } from '../domain/errors';
import { secretBytes, stealthIsn } from '../domain/modes/tcp-stealth/isn';
import { parseAddress, splitZone } from '../domain/packet/address';
import type { KnockPlan, StealthSyn } from '../domain/plan/knock-plan';
import { count } from '../text/words';
import { throwIfCancelled } from './clock';
import { systemCode } from './system-error';

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
  const destination = parseAddress(splitZone(address).address);
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
/** How soon to look again, in milliseconds. */
const RETRY_MS = 10;
const LINE_FEED = 0x0a;

const readOnce = promisify(read);

/**
 * The first bytes that the program behind a descriptor sends, and not one more: the rest is for whoever carries the session.
 * @param length how many; the program must send them by itself, before it hears anything
 * @throws SesamyError `bad-input` when it sends fewer, `cancelled`
 */
export async function firstBytes(descriptor: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  const ending = AbortSignal.any([signal, AbortSignal.timeout(BANNER_TIMEOUT_MS)]);
  const from = withoutBlocking(descriptor);
  try {
    let got = 0;
    while (got < length) {
      const more = await readSome(from, bytes.subarray(got), ending);
      throwIfCancelled(signal);
      if (more === 0) throw tooShort(length, got);
      got += more;
      // An SSH client says one line, and then waits for the server's.
      const end = bytes.subarray(0, got).indexOf(LINE_FEED);
      if (end !== -1 && end + 1 < length) throw tooShort(length, end + 1);
    }
    return bytes;
  } finally {
    if (from !== descriptor) closeSync(from);
  }
}

/**
 * The same pipe by a descriptor of its own that does not block: a read that blocks cannot be given up, not even by the end of the
 * process. The mode of the given one is not ours to change, for whoever else has it reads it too. What cannot be opened
 * again, such as a socket, is taken as it is.
 */
function withoutBlocking(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
}

/** Reads at least one byte; 0 when nothing came in time or nothing will come. */
async function readSome(descriptor: number, into: Buffer, ending: AbortSignal): Promise<number> {
  const given = once(ending, 'abort').then(() => 0);
  while (!ending.aborted) {
    try {
      const reading = readOnce(descriptor, into, 0, into.length, null).then(({ bytesRead }) => bytesRead);
      return await Promise.race([reading, given]);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') throw error;
    }
    await setTimeout(RETRY_MS);
  }
  return 0;
}

function tooShort(length: number, got: number): SesamyError {
  return new SesamyError(
    'bad-input',
    `The integrity length is ${length}, and the program that uses the connection sends ${got === 0 ? 'nothing' : `only ${count(got, 'byte')}`} before it hears from the server.`,
    {
      steps: [
        got === 0
          ? 'Set the integrity length to 0, on the server too.'
          : `For ssh that is its banner: set the integrity length to ${got} or less, on the server too.`,
      ],
      action: { kind: 'edit-field', label: 'Change the integrity length', field: 'mode.integrityLength' },
    },
  );
}
