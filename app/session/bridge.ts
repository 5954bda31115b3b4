import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { SesamyError } from '../domain/errors';
import type { SessionTotals } from '../engine/run';

/** Our side of a session: what SSH reads from and writes to. */
export interface LocalEnd {
  readonly input: Readable;
  readonly output: Writable;
  /** Tells the local program that the server has nothing more to say, once all of `output` has been taken. */
  readonly endOutput: () => void;
}

/**
 * Carries bytes both ways until both directions have ended. Each direction ends by itself (half-close): when the input
 * ends the server gets a FIN and may still answer, and when the server ends the input is still carried.
 * @param signal ends the session at once, as if both sides had closed
 * @throws SesamyError `connection-lost` when the network breaks the connection under a live session, `hung-up` when the
 *   server resets it before its first byte
 */
export function bridge(connection: Socket, local: LocalEnd, signal: AbortSignal): Promise<SessionTotals> {
  return new Promise((resolve, reject) => {
    let inputEnded = false;
    const totals = (): SessionTotals => ({ bytesIn: connection.bytesRead, bytesOut: connection.bytesWritten });
    const stop = (): void => {
      connection.destroy();
    };

    connection.once('error', (error) => {
      // Once our side has said goodbye, a reset is only a hasty goodbye from theirs.
      if (inputEnded) return;
      reject(
        connection.bytesRead === 0
          ? new SesamyError('hung-up', 'The port answered, and closed the connection before it said anything.')
          : new SesamyError('connection-lost', `The network broke the session: ${error.message}.`),
      );
    });
    connection.once('close', () => {
      signal.removeEventListener('abort', stop);
      local.input.unpipe(connection);
      local.input.destroy();
      resolve(totals());
    });
    local.input.once('end', () => {
      inputEnded = true;
    });
    // A program that is gone can neither be read from nor be written to.
    local.input.once('error', stop);
    local.output.once('error', stop);

    local.input.pipe(connection);
    connection.pipe(local.output, { end: false });
    connection.once('end', () => {
      // An empty write is called back when everything before it has been taken.
      local.output.write('', () => {
        local.endOutput();
      });
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
