/**
 * How the window's terminal sessions work. The window prepares a knock, puts it behind a private socket and starts ssh
 * with our proxy as its ProxyCommand. The proxy fetches the knock there once, runs it in its own process (so that the
 * session outlives the window) and tells its events. No secret ever stands on a command line or in a file.
 *
 * On the socket: one JSON object a line. Window to proxy: the prepared knock, later perhaps the word to stop. Proxy to
 * window: KnockEvents. When the window goes away without a word, the session goes on.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { SesamyError } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { PreparedKnock } from '../engine/knock';
import { eventSchema, preparedSchema, readLines } from './wire';

/** What the window says. */
type Order = { readonly order: 'run'; readonly prepared: PreparedKnock } | { readonly order: 'stop' };

const orderSchema = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('run'), prepared: preparedSchema }),
  z.strictObject({ order: z.literal('stop') }),
]) satisfies z.ZodType<Order>;

/** Order and KnockEvent alike go as one line. A peer that is gone hears nothing. */
function send(socket: Socket, message: Order | KnockEvent): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** A prepared knock that waits for its proxy. */
export interface RunTicket {
  /** Path of the private socket, for `sesamy proxy --session`. */
  readonly socketPath: string;
  /** A folder only this user can enter; it lives as long as the ticket. */
  readonly folder: string;
  /** Writes a private file into the folder and returns its path. */
  keep(name: string, text: string): string;
  /** Asks the proxy to stop, if it has come, and takes the ticket away. */
  withdraw(): void;
  /** Takes away what lies on the disk, at once, and leaves a session that has begun to itself. For the end of the app. */
  abandon(): void;
}

/**
 * Makes a ticket.
 * @param runtimeFolder where the user's private run-time files go
 * @param prepared the knock that the proxy will run
 * @param onEvent called with each event that the proxy tells
 * @param onEnd called once, when the proxy has gone; the events before tell how it went
 */
export async function makeTicket(
  runtimeFolder: string,
  prepared: PreparedKnock,
  onEvent: (event: KnockEvent) => void,
  onEnd: () => void,
): Promise<RunTicket> {
  const folder = mkdtempSync(join(runtimeFolder, 'open-sesamy-'));
  chmodSync(folder, 0o700);
  const socketPath = join(folder, 'run');
  let proxy: Socket | null = null;

  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // One ticket, one proxy: whoever comes second gets nothing.
    if (proxy !== null) {
      socket.destroy();
      return;
    }
    proxy = socket;
    server.close();
    readLines(socket, eventSchema, onEvent);
    socket.once('close', () => {
      rmSync(folder, { recursive: true, force: true });
      onEnd();
    });
    send(socket, { order: 'run', prepared });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  chmodSync(socketPath, 0o600);
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    socketPath,
    folder,
    keep(name, text) {
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    },
    withdraw() {
      if (proxy !== null) send(proxy, { order: 'stop' });
      else {
        server.close();
        removeFolder();
      }
    },
    abandon: removeFolder,
  };
}

/** The proxy's end of a ticket. */
export interface FetchedKnock {
  readonly prepared: PreparedKnock;
  tell(event: KnockEvent): void;
  /** Says goodbye once everything told has been taken. */
  end(): Promise<void>;
}

/**
 * Fetches the knock behind a ticket.
 * @param onStop called when the window asks to stop
 * @throws SesamyError `unknown-target` when there is nothing behind it any more
 */
export function fetchKnock(socketPath: string, onStop: () => void): Promise<FetchedKnock> {
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      reject(
        new SesamyError('unknown-target', 'The Open Sesamy window that asked for this session has nothing for it.', {
          steps: ['Press the button in the window again.'],
        }),
      );
    };
    const socket = connect(socketPath);
    socket.on('error', gone);
    socket.once('close', gone);
    readLines(socket, orderSchema, (message) => {
      if (message.order === 'stop') {
        onStop();
        return;
      }
      resolve({
        prepared: message.prepared,
        tell(event) {
          send(socket, event);
        },
        end: () =>
          new Promise((done) => {
            socket.once('close', () => {
              done();
            });
            if (socket.destroyed) done();
            else socket.end();
          }),
      });
    });
  });
}
