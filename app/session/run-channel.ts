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
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { ERROR_CODES, SesamyError } from '../domain/errors';
import type { ErrorCode } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import type { PreparedKnock } from '../engine/knock';

const time = z.number();
const port = z.int().min(1).max(65535);
const protocol = z.enum(['tcp', 'udp']);
const family = z.literal([4, 6]);

const packetSchema = z.strictObject({ index: z.int(), atMs: time, protocol, port });

const planSchema = z.strictObject({
  summary: z.string(),
  packets: z.array(packetSchema),
  steps: z.array(z.strictObject({ label: z.string(), detail: z.string(), firstPacket: z.int(), packetCount: z.int() })),
  bands: z.array(z.strictObject({ fromMs: time, toMs: time, label: z.string() })),
  connect: z.strictObject({
    port,
    atMs: time,
    timeoutMs: time,
    probing: z.enum(['only-session', 'free']),
    reattemptMs: time.nullable(),
  }),
  door: z.strictObject({ fromMs: time, toMs: time.nullable(), singleUse: z.boolean() }),
  slack: z.strictObject({ knockLateMs: time, connectLateMs: time }).nullable(),
  retryQuietMs: time,
  closing: z.array(packetSchema),
}) satisfies z.ZodType<KnockPlan>;

const preparedSchema = z.strictObject({
  host: z.string(),
  address: z.string(),
  family,
  sourceAddress: z.string().nullable(),
  plan: planSchema,
  resolvedInMs: time,
  warnings: z.array(z.string()),
}) satisfies z.ZodType<PreparedKnock>;

/** What the window says. */
type Order = { readonly order: 'run'; readonly prepared: PreparedKnock } | { readonly order: 'stop' };

const orderSchema = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('run'), prepared: preparedSchema }),
  z.strictObject({ order: z.literal('stop') }),
]) satisfies z.ZodType<Order>;

const errorSchema = z.strictObject({
  code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]),
  title: z.string(),
  cause: z.string(),
  steps: z.array(z.string()),
  action: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('retry'), label: z.string(), afterMs: time }),
      z.strictObject({ kind: z.literal('edit-field'), label: z.string(), field: z.string() }),
      z.strictObject({ kind: z.literal('open-settings'), label: z.string() }),
    ])
    .nullable(),
});

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resolved'), host: z.string(), address: z.string(), family, tookMs: time }),
  z.strictObject({
    type: z.literal('armed'),
    plan: planSchema,
    transport: z.string(),
    reason: z.string(),
    unixMs: time,
  }),
  z.strictObject({ type: z.literal('warning'), message: z.string() }),
  z.strictObject({
    type: z.literal('packet-sent'),
    index: z.int(),
    phase: z.enum(['knock', 'closing']),
    plannedMs: time,
    actualMs: time,
    protocol,
    address: z.string(),
    port,
    sourcePort: port.nullable(),
  }),
  z.strictObject({
    type: z.literal('connecting'),
    plannedMs: time,
    actualMs: time,
    address: z.string(),
    port,
    attempt: z.int(),
  }),
  z.strictObject({ type: z.literal('open'), atMs: time, answeredInMs: time }),
  z.strictObject({ type: z.literal('sent'), atMs: time, doorToMs: time.nullable() }),
  z.strictObject({ type: z.literal('launched'), program: z.string() }),
  z.strictObject({ type: z.literal('closed'), atMs: time, bytesIn: z.int(), bytesOut: z.int() }),
  z.strictObject({ type: z.literal('failed'), atMs: time, error: errorSchema, retryAfterMs: time }),
]) satisfies z.ZodType<KnockEvent>;

/** Longest line that is read, in characters: a plan of 72 knocks, told whole, is under 10,000. */
const MAX_LINE = 200_000;

/** Parses the lines of a socket; the first line that is not what it should be ends the connection. */
function readLines<T>(socket: Socket, schema: z.ZodType<T>, onValue: (value: T) => void): void {
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    const lastBreak = chunk.lastIndexOf(0x0a);
    length = lastBreak === -1 ? length + chunk.length : chunk.length - lastBreak;
    if (length > MAX_LINE) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  // readline passes the socket's own errors on; the socket's listeners deal with them.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      socket.destroy();
      return;
    }
    const result = schema.safeParse(value);
    if (result.success) onValue(result.data);
    else socket.destroy();
  });
}

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
