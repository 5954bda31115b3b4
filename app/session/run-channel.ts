/**
 * How the window's terminal sessions work. The window puts a private socket where only this user can reach it, and starts ssh with
 * our proxy as its ProxyCommand. The proxy asks there for a plan when ssh asks it for the connection, and again for each try
 * (`asking.ts`), runs it in its own process (so that the session outlives the window) and tells its events. No secret ever stands on
 * a command line or in a file. When the window goes away without a word, the session goes on.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { Prepare } from '../engine/prepare';
import { answerQuestions, askQuestions } from './asking';
import type { Answering, Asking } from './asking';

/** A session that waits for its proxy. */
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
 * @param prepare called when the proxy asks, and again for each try
 * @param onEvent called with each event that the proxy tells
 * @param onEnd called once, when the proxy has gone; the events before tell how it went
 */
export async function makeTicket(
  runtimeFolder: string,
  prepare: Prepare,
  onEvent: (event: KnockEvent) => void,
  onEnd: () => void,
): Promise<RunTicket> {
  const folder = mkdtempSync(join(runtimeFolder, 'open-sesamy-'));
  chmodSync(folder, 0o700);
  const socketPath = join(folder, 'run');
  let proxy: Answering | null = null;

  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // One ticket, one proxy: whoever comes second gets nothing.
    if (proxy !== null) {
      socket.destroy();
      return;
    }
    server.close();
    proxy = answerQuestions(socket, {
      request: z.null(),
      prepare: (_request, asked, signal) => prepare(asked, signal),
      onEvent,
    });
    socket.once('close', () => {
      rmSync(folder, { recursive: true, force: true });
      onEnd();
    });
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
      if (proxy !== null) proxy.stop();
      else {
        server.close();
        removeFolder();
      }
    },
    abandon: removeFolder,
  };
}

/**
 * The proxy's end of a ticket.
 * @param onStop called when the window asks to stop
 * @returns what asks the window; its questions fail with `unknown-target` when there is nothing behind the ticket any more
 */
export function useTicket(socketPath: string, onStop: () => void): Asking {
  return askQuestions(connect(socketPath), {
    request: null,
    onStop,
    gone: () => new SesamyError('unknown-target', text('ticket.gone'), { steps: [text('ticket.gone.advice')] }),
  });
}
