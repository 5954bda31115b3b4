/** The first bytes of a session, for knocks that protect them: read before there is a connection. */
import { once } from 'node:events';
import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import { eitherSignal, throwIfCancelled } from './clock';
import { systemCode } from './system-error';

/** How long ssh may take to say its banner, in milliseconds: it says it before it hears anything. */
const BANNER_TIMEOUT_MS = 5000;
/** How soon to look again, in milliseconds. */
const RETRY_MS = 10;
const LINE_FEED = 0x0a;

const readOnce = promisify(read);

/**
 * The first bytes that the program behind a descriptor sends, and not one more: the rest is for whoever carries the session.
 * @param length how many; the program must send them by itself, before it hears anything
 * @throws SesamyError `first-bytes` when it sends fewer, `cancelled`
 */
export async function firstBytesOf(descriptor: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  const either = eitherSignal(signal, AbortSignal.timeout(BANNER_TIMEOUT_MS));
  const ending = either.signal;
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
    either.release();
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
  return new SesamyError('first-bytes', text('first-bytes.too-few', { length, got }), {
    steps: [got === 0 ? text('first-bytes.none.advice') : text('first-bytes.fewer.advice', { got })],
  });
}
