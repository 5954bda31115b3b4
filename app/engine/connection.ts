import { connect as netConnect } from 'node:net';
import type { Socket } from 'node:net';
import { SesamyError } from '../domain/errors';
import { unlessCancelled } from './clock';
import { fromSystemError, systemCode } from './system-error';
import type { Route } from './transports/transport';

/**
 * One TCP connection attempt: at most one connect(2), to the address that was knocked on.
 * @param onSyn called when the SYN has left
 * @returns a connected socket with half-open allowed, or the word for how the server turned it down
 * @throws SesamyError `no-route`, `not-permitted`, `cancelled`
 */
export async function attemptConnection(
  route: Route,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
  onSyn: () => void,
): Promise<Socket | 'refused' | 'silent'> {
  const socket = netConnect({
    host: route.address,
    port,
    allowHalfOpen: true,
    noDelay: true,
    ...(route.sourceAddress === null ? {} : { localAddress: route.sourceAddress }),
  });
  process.nextTick(onSyn);
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<Socket | 'refused' | 'silent'>((resolve, reject) => {
    timer = setTimeout(() => {
      resolve('silent');
    }, timeoutMs);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', (error) => {
      const code = systemCode(error);
      // A firewall may refuse by RST or by an ICMP error; both come from the far side and mean "shut".
      if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EHOSTUNREACH') resolve('refused');
      else if (code === 'ETIMEDOUT') resolve('silent');
      else
        reject(
          fromSystemError(error, `${route.address} port ${port}`) ??
            new SesamyError('internal', `Connecting failed: ${error.message}.`),
        );
    });
  });
  let outcome: Socket | 'refused' | 'silent' | undefined;
  try {
    outcome = await unlessCancelled(answer, signal);
    return outcome;
  } finally {
    clearTimeout(timer);
    if (outcome !== socket) {
      socket.on('error', () => undefined);
      socket.destroy();
    }
  }
}
