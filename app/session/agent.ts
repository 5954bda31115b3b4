/**
 * The agent: while the window runs unlocked, it prepares knocks for `sesamy knock` and `sesamy proxy` of the same user,
 * so that they need no passphrase. It hands out an address and a plan when it is asked, and again for each try (`asking.ts`),
 * never a profile, a key or the vault (docs/agent.md).
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
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import { portNumber } from '../domain/fields';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { hostSchema } from '../domain/profile/host';
import { FIRST_TRY } from '../engine/prepare';
import type { Prepare } from '../engine/prepare';
import { answerQuestions, askQuestions } from './asking';

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

/** A request, a question, or the one event that the agent hears. */
const MAX_QUESTION_BYTES = 4096;
const REQUEST_TIMEOUT_MS = 5_000;
/** Between two questions about one knock, in milliseconds: a try may have to wait for the server to forget the last one. */
const IDLE_MS = 600_000;
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
 * @param options where to listen ({@link agentPath}), who answers, and how long a connection may take to ask
 * @throws SesamyError `vault-unsafe` when the folder is not private to this user, `port-in-use` when another agent
 *   lives there, `bad-input` when the path is too long; system errors of a folder that cannot be made
 */
export async function serveAgent(options: {
  readonly path: string;
  readonly keeper: AgentKeeper;
  readonly requestTimeoutMs?: number;
}): Promise<AgentServer> {
  const { path, keeper, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
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
    answer(socket, keeper, requestTimeoutMs);
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

/** What the agent does for whoever asks. */
export interface AgentKeeper {
  /**
   * Makes a plan. May throw any SesamyError: `vault-locked` sends the command line to its passphrase prompt, every other one is
   * shown there. The signal is aborted when the asker has gone.
   */
  readonly prepare: (request: AgentRequest, ...asked: Parameters<Prepare>) => Promise<PreparedKnock>;
  /** The door was seen to open for this knock. */
  readonly onOpen: (request: AgentRequest, prepared: PreparedKnock) => void;
}

/** One connection: questions about one knock, and the word that it opened the door. */
function answer(socket: Socket, { prepare, onOpen }: AgentKeeper, timeoutMs: number): void {
  let latest: AgentRequest | null = null;
  socket.setTimeout(timeoutMs, () => {
    socket.destroy();
  });
  answerQuestions(socket, {
    request: requestSchema,
    maxLine: MAX_QUESTION_BYTES,
    prepare(request, asked, signal) {
      latest = request;
      socket.setTimeout(IDLE_MS);
      return prepare(request, asked, signal);
    },
    onEvent(event, prepared) {
      if (event.type === 'open' && latest !== null && prepared !== null) onOpen(latest, prepared);
    },
  });
}

/** A knock that the agent makes ready. */
export interface AgentKnock {
  /** The first answer is there already; further ones are asked for. */
  readonly prepare: Prepare;
  /** Lets the agent know when the door has opened, and leaves it then. To be called with every event. */
  tell(event: KnockEvent): void;
  /** Hangs up. */
  end(): Promise<void>;
}

/**
 * Asks the agent for a knock that is ready to run.
 * @param options `signal` gives up; `timeoutMs` is how long an answer may take
 * @returns null when there is no agent, it is locked, or it does not answer as this version does
 * @throws SesamyError `vault-unsafe` when somebody else could be behind the socket, `cancelled`, and whatever the agent
 *   could not do, such as `unknown-target`, `bad-input`, `name-not-found`
 */
export async function askAgent(
  path: string,
  request: AgentRequest,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<AgentKnock | null> {
  const { signal = new AbortController().signal, timeoutMs } = options;
  if (!isPipe(path)) {
    const folder = lstatOf(dirname(path));
    if (folder === null) return null;
    refuseShared(dirname(path), folder, 'folder');
    const socket = lstatOf(path);
    if (socket === null) return null;
    refuseShared(path, socket, 'socket');
  }
  const socket = connect(path);
  const asking = askQuestions(socket, {
    request,
    onStop: () => undefined,
    gone: () => new SesamyError('vault-locked', text('agent.gone')),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  try {
    let first: PreparedKnock | null = await asking.prepare(FIRST_TRY, signal);
    // A knock that nobody takes up must not keep the process alive.
    socket.unref();
    return {
      prepare(asked, ofKnock) {
        const answered = first;
        first = null;
        return answered === null ? asking.prepare(asked, ofKnock) : Promise.resolve(answered);
      },
      tell(event) {
        if (event.type === 'open') asking.tell(event);
      },
      end: () => asking.end(),
    };
  } catch (error) {
    socket.destroy();
    if (error instanceof SesamyError && error.code === 'vault-locked') return null;
    throw error;
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
