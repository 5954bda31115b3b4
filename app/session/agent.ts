/**
 * The agent: while the window runs unlocked, it prepares knocks for `sesamy knock` and `sesamy proxy` of the same user,
 * so that they need no passphrase. It hands out an address and a plan, never a profile, a key or the vault
 * (docs/agent.md).
 *
 * Node cannot ask the kernel who is at the other end of a socket. What keeps other users out are the folder (0700) and
 * the socket (0600), both checked for their owner by both ends; the kernel checks the rest when somebody connects.
 */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { errorInfoSchema, fromErrorInfo, SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { portNumber } from '../domain/fields';
import { hostSchema } from '../domain/profile/host';
import type { PreparedKnock } from '../engine/knock';
import { MAX_LINE, preparedSchema, readOneLine } from './wire';

/** What the command line asks for. */
export interface AgentRequest {
  /** A saved profile's name or id. */
  readonly name: string;
  readonly verb: 'knock' | 'proxy';
  /** In place of the profile's own host and service port; null leaves them. */
  readonly host: string | null;
  readonly port: number | null;
}

const requestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  verb: z.enum(['knock', 'proxy']),
  host: hostSchema.nullable(),
  port: portNumber('Port').nullable(),
}) satisfies z.ZodType<AgentRequest>;

type AgentAnswer =
  | { readonly answer: 'prepared'; readonly prepared: PreparedKnock }
  | { readonly answer: 'locked' }
  | { readonly answer: 'failed'; readonly error: ErrorInfo };

const answerSchema = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('prepared'), prepared: preparedSchema }),
  z.strictObject({ answer: z.literal('locked') }),
  z.strictObject({ answer: z.literal('failed'), error: errorInfoSchema }),
]) satisfies z.ZodType<AgentAnswer>;

const MAX_REQUEST_BYTES = 4096;
const REQUEST_TIMEOUT_MS = 5_000;
/** A name service may take its time; a person who waits longer than this had rather type the passphrase. */
const ANSWER_TIMEOUT_MS = 20_000;
const MAX_CONNECTIONS = 32;

/** What fits into a Unix socket's address everywhere (macOS has least). Old Node versions cut longer paths silently. */
const MAX_SOCKET_PATH_BYTES = 103;

const WINDOWS_PIPES = '\\\\.\\pipe\\';
const isPipe = (path: string): boolean => path.startsWith(WINDOWS_PIPES);

/**
 * Where the agent of a user listens. Another store (`SESAMY_HOME`) has another agent, so that none answers for
 * profiles that are not meant.
 * @param where the environment, the platform, the user's number (null on Windows) and the folder for temporary files
 */
export function agentPath(where: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly uid: number | null;
  readonly tmp: string;
}): string {
  const { env, platform, uid, tmp } = where;
  const home = env['SESAMY_HOME'];
  const store =
    home === undefined || home === ''
      ? ''
      : `-${createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16)}`;
  // Untested: there is no Windows here. Other users of the computer have pipes of other names.
  if (platform === 'win32')
    return `${WINDOWS_PIPES}open-sesamy-${(env['USERNAME'] ?? 'user').replaceAll(/[^\p{L}\p{N}._-]/gu, '_')}-agent${store}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const folder =
    runtime !== undefined && isAbsolute(runtime) ? join(runtime, 'open-sesamy') : join(tmp, `open-sesamy-${uid ?? 0}`);
  return join(folder, `agent${store}`);
}

/** A running agent. */
export interface AgentServer {
  /** Stops listening, hangs up on everybody, and takes the socket away. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Answers the command line until it is closed. The socket of a dead process is replaced, that of a living one is not.
 * @param options where to listen ({@link agentPath}), and what makes a plan. `prepare` may throw any SesamyError:
 *   `vault-locked` sends the command line to its passphrase prompt, every other one is shown there. Its signal is
 *   aborted when the asker has gone. `requestTimeoutMs` is how long a connection may take to ask
 * @throws SesamyError `vault-unsafe` when the folder is not private to this user, `port-in-use` when another agent
 *   lives there, `bad-input` when the path is too long; system errors of a folder that cannot be made
 */
export async function serveAgent(options: {
  readonly path: string;
  readonly prepare: (request: AgentRequest, signal: AbortSignal) => Promise<PreparedKnock>;
  readonly requestTimeoutMs?: number;
}): Promise<AgentServer> {
  const { path, prepare, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  // The socket gets its mode before anybody can find it, and takes its place in one step.
  const bound = isPipe(path) ? path : `${path}.${process.pid}`;
  if (!isPipe(path)) {
    if (Buffer.byteLength(bound) > MAX_SOCKET_PATH_BYTES)
      throw new SesamyError('bad-input', `The path of the agent's socket is too long: ${path}.`);
    makeFolder(dirname(path));
    await refuseLiving(path);
    rmSync(bound, { force: true });
  }

  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => connections.delete(socket));
    void answer(socket, prepare, requestTimeoutMs);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      fail(error.code === 'EADDRINUSE' ? taken(path) : error);
    });
    server.listen(bound, done);
  });
  // A connection that cannot be accepted ends there; the agent goes on.
  server.on('error', () => undefined);
  let own: Stats | null = null;
  if (!isPipe(path)) {
    chmodSync(bound, 0o600);
    own = lstatSync(bound);
    renameSync(bound, path);
  }

  return {
    close: () =>
      new Promise((done) => {
        // Whatever took our place meanwhile is not ours to remove.
        if (own !== null && lstatOf(path)?.ino === own.ino) rmSync(path, { force: true });
        server.close(() => {
          done();
        });
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** One connection: one request, one answer. */
async function answer(
  socket: Socket,
  prepare: (request: AgentRequest, signal: AbortSignal) => Promise<PreparedKnock>,
  timeoutMs: number,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => {
    gone.abort();
  });
  const request = await readOneLine(socket, requestSchema, { maxBytes: MAX_REQUEST_BYTES, timeoutMs });
  if (request === null) {
    socket.destroy();
    return;
  }
  const reply = await prepare(request, gone.signal).then(
    (prepared): AgentAnswer => ({ answer: 'prepared', prepared }),
    (thrown: unknown): AgentAnswer => {
      const error = toErrorInfo(thrown);
      return error.code === 'vault-locked' ? { answer: 'locked' } : { answer: 'failed', error };
    },
  );
  if (socket.writable) socket.end(`${JSON.stringify(reply)}\n`);
}

/**
 * Asks the agent for a knock that is ready to run.
 * @param options `signal` gives up; `timeoutMs` is how long the answer may take
 * @returns null when there is no agent, it is locked, or it does not answer as this version does
 * @throws SesamyError `vault-unsafe` when somebody else could be behind the socket, `cancelled`, and whatever the agent
 *   could not do, such as `unknown-target`, `bad-input`, `name-not-found`
 */
export async function askAgent(
  path: string,
  request: AgentRequest,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<PreparedKnock | null> {
  const { signal, timeoutMs = ANSWER_TIMEOUT_MS } = options;
  if (!isPipe(path)) {
    const folder = lstatOf(dirname(path));
    if (folder === null) return null;
    refuseShared(dirname(path), folder, 'folder');
    const socket = lstatOf(path);
    if (socket === null) return null;
    refuseShared(path, socket, 'socket');
  }
  const socket = connect(path);
  const giveUp = (): void => {
    socket.destroy();
  };
  socket.on('error', giveUp);
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  try {
    // Kept until the connection stands; a peer that is not there ends the reading below.
    socket.write(`${JSON.stringify(request)}\n`);
    const reply = await readOneLine(socket, answerSchema, { maxBytes: MAX_LINE, timeoutMs });
    if (signal?.aborted === true) throw new SesamyError('cancelled', 'The knock was cancelled.');
    if (reply === null || reply.answer === 'locked') return null;
    if (reply.answer === 'prepared') return reply.prepared;
    throw fromErrorInfo(reply.error);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  refuseShared(folder, lstatSync(folder), 'folder');
}

/** @throws SesamyError `vault-unsafe` unless this is what it should be, this user's own, and closed to everybody else */
function refuseShared(path: string, found: Stats, wanted: 'folder' | 'socket'): void {
  const uid = process.getuid?.();
  const fault = !(wanted === 'folder' ? found.isDirectory() : found.isSocket())
    ? `it is no ${wanted}`
    : found.uid !== uid
      ? `it belongs to user ${found.uid}, not to user ${uid ?? 'unknown'}`
      : (found.mode & 0o077) !== 0
        ? `others may use it (mode ${(found.mode & 0o777).toString(8)})`
        : null;
  if (fault === null) return;
  throw new SesamyError('vault-unsafe', `The agent's ${wanted} ${path} is not safe: ${fault}.`, {
    steps: [
      'Remove it, or make it private to you: folder mode 700, socket mode 600.',
      'Or do without the agent: --no-agent.',
    ],
  });
}

/** @throws SesamyError `port-in-use` when somebody listens there, `vault-unsafe` when it is no socket of this user's */
async function refuseLiving(path: string): Promise<void> {
  const found = lstatOf(path);
  if (found === null) return;
  refuseShared(path, found, 'socket');
  const code = await new Promise<string | null>((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(null);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      done(error.code ?? error.message);
    });
  });
  if (code !== 'ECONNREFUSED' && code !== 'ENOENT') throw taken(path);
}

function taken(path: string): SesamyError {
  return new SesamyError('port-in-use', `Another Open Sesamy answers at ${path} already.`, {
    steps: ['Close the other window first.'],
  });
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
