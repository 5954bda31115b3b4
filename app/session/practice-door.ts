/**
 * A door to practise on: an SSH server on loopback, without any privilege, that follows a mode's own server rule. Where
 * a real firewall drops a SYN, this one accepts the connection and soon resets it; the knock is counted all the same.
 */
import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Server as SshServer, utils } from 'ssh2';
import type { Connection } from 'ssh2';
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import { doorOf, MODES } from '../domain/modes/registry';
import type { Mode } from '../domain/modes/registry';
import type { Door } from '../domain/plan/door';
import type { KnockProtocol, Port } from '../domain/plan/knock-plan';
import { serveSession } from './practice-session';

export const PRACTICE_HOST = '127.0.0.1';
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

/**
 * How long a shut door keeps a connection, in milliseconds. A reset that overtakes the client's own notice of the
 * connection would look like a refusal at times, and like a hang-up at others.
 */
const RESET_AFTER_MS = 30;

/** ssh2 now and then makes a key that it cannot read itself (one whose parts begin with a zero byte): then another one. */
function hostKeys(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const keys = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(keys.private) instanceof Error)) return keys;
  }
}

/** What an onlooker may know of the door. */
export interface PracticeStatus {
  /** Knocks that the door remembers just now. */
  readonly counted: number;
  readonly sessions: number;
  readonly sessionsEver: number;
}

export interface PracticeDoor {
  readonly host: string;
  readonly servicePort: Port;
  readonly mode: Mode;
  /** A known_hosts line with the door's own key, which is new each time. */
  readonly knownHostsLine: string;
  readonly status: PracticeStatus;
  /** Shuts the door and ends its sessions. */
  stop(): Promise<void>;
}

/**
 * Opens a practice door.
 * @param mode the secret that it opens to
 * @param servicePort where it listens; 0: the system chooses
 * @param onChange called after each knock and at each session's start and end
 * @throws SesamyError `bad-input` for a mode that has no door, `port-in-use`, `not-permitted`
 */
export async function startPracticeDoor(
  mode: Mode,
  servicePort: number,
  onChange: (status: PracticeStatus) => void,
): Promise<PracticeDoor> {
  const listeners: (Server | DatagramSocket)[] = [];
  const connections = new Set<Connection>();
  let sessionsEver = 0;
  // The rule needs the service port, which the system may choose; no packet can come before it is known.
  let door: Door | null = null;
  const status = (): PracticeStatus => ({ counted: door?.counted ?? 0, sessions: connections.size, sessionsEver });

  const keys = hostKeys();
  const ssh = new SshServer({ hostKeys: [keys.private], ident: 'OpenSesamyPractice' }, (connection) => {
    connections.add(connection);
    sessionsEver += 1;
    connection.once('close', () => {
      connections.delete(connection);
      onChange(status());
    });
    // A client that goes away rudely is no fault of the door.
    connection.on('error', () => undefined);
    serveSession(connection);
    onChange(status());
  });

  /** One SYN or datagram; true when it may become a session. */
  const arrived = (protocol: KnockProtocol, port: Port): boolean => {
    if (door === null) return false;
    const after = door.receive({ atMs: performance.now(), protocol, port });
    door = after.door;
    onChange(status());
    return after.verdict === 'accept';
  };

  /** @param port 0: the system chooses */
  const listenTcp = async (port: number): Promise<Port> => {
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      const address = server.address();
      const localPort = typeof address === 'object' && address !== null ? address.port : 0;
      if (arrived('tcp', localPort)) ssh.injectSocket(socket);
      else setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS);
    });
    listeners.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(cannotListen('TCP', port, error));
      });
      server.listen({ host: PRACTICE_HOST, port, exclusive: true }, resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };

  const listenUdp = async (port: Port): Promise<void> => {
    const socket = createSocket('udp4');
    listeners.push(socket);
    socket.on('message', () => {
      arrived('udp', port);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => {
        reject(cannotListen('UDP', port, error));
      });
      socket.bind({ address: PRACTICE_HOST, port, exclusive: true }, resolve);
    });
  };

  const stop = async (): Promise<void> => {
    for (const connection of connections) connection.end();
    await Promise.all(
      listeners.splice(0).map(
        (listener) =>
          new Promise<void>((resolve) => {
            listener.close(() => {
              resolve();
            });
          }),
      ),
    );
  };

  try {
    const port = await listenTcp(servicePort);
    const rule = doorOf(mode, { servicePort: port, zeroUnixMs: performance.timeOrigin, source: LOOPBACK });
    if (rule === null) throw notToPractise(mode);
    for (const entry of rule.listens) {
      if (entry.protocol === 'udp') await listenUdp(entry.port);
      else if (entry.port !== port) await listenTcp(entry.port);
    }
    door = rule;
    return {
      host: PRACTICE_HOST,
      servicePort: port,
      mode,
      knownHostsLine: `[${PRACTICE_HOST}]:${port} ${keys.public}`,
      get status() {
        return status();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function notToPractise(mode: Mode): SesamyError {
  const kinds = MODES.filter(({ server }) => server.door !== undefined).map(({ kind }) => kind);
  return new SesamyError('bad-input', text('practice.no-door', { kind: mode.kind }), {
    steps: [text('practice.no-door.advice', { kinds })],
  });
}

function cannotListen(protocol: string, port: number, error: NodeJS.ErrnoException): SesamyError {
  if (error.code === 'EACCES')
    return new SesamyError(
      'not-permitted',
      `The practice door may not listen on ${protocol} port ${port} without privilege.`,
      {
        steps: ['Choose ports from 1024 up.'],
      },
    );
  return new SesamyError(
    'port-in-use',
    `The practice door cannot listen on ${protocol} port ${port}: ${error.message}.`,
  );
}
