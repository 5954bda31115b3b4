import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { SesamyError } from '../../domain/errors';
import { knockPayload } from '../../domain/packet/knock-packet';
import type { PlannedPacket, Port } from '../../domain/plan/knock-plan';
import { monotonicMs, sleepUntil } from '../clock';
import { fromSystemError } from '../system-error';
import type { Route, SentPacket, Transport, TransportReport } from './transport';

/**
 * How long an unanswered knock keeps its socket, in milliseconds. Linux repeats a SYN after 1 s, Windows repeats one
 * 500 ms after a RST; a repeated SYN is a knock too many (docs/knock-modes.md §6: between 50 and 400).
 */
const KNOCK_LIFETIME_MS = 100;

/** Names the peer in an error. */
const peer = (route: Route, port: Port): string => `${route.address} port ${port}`;

/** Emits exactly one SYN by an ordinary connect(), and gives the connection up before the kernel can repeat it. */
async function sendSyn(packet: PlannedPacket, route: Route, open: Set<Socket>): Promise<SentPacket> {
  const socket = connect({
    host: route.address,
    port: packet.port,
    ...(route.bindSource ? { localAddress: route.source } : {}),
  });
  open.add(socket);
  const life = setTimeout(() => socket.destroy(), KNOCK_LIFETIME_MS);
  socket.once('close', () => {
    clearTimeout(life);
    open.delete(socket);
  });
  // A knock's answer means nothing: a closed port refuses, an open one accepts and is let go with a RST.
  socket.on('error', () => undefined);
  socket.once('connect', () => socket.resetAndDestroy());
  // For a literal address Node calls connect(2) in the next tick, not at once. After that tick the SYN has left, or
  // the system has refused it, which shows as an error on the socket already.
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  const sentAtMs = monotonicMs();
  if (socket.errored !== null) {
    const known = fromSystemError(socket.errored, peer(route, packet.port));
    if (known !== null) throw known;
  }
  return { packet, sentAtMs, sourcePort: socket.localPort ?? null };
}

type Datagram = Extract<PlannedPacket, { readonly protocol: 'udp' }>;

/** Sends exactly one datagram, from a socket of its own: an ICMP error for an earlier knock must not swallow this one. */
async function sendDatagram(packet: Datagram, route: Route): Promise<SentPacket> {
  const payload = knockPayload(packet.payload);
  const socket = createSocket({
    type: route.family === 6 ? 'udp6' : 'udp4',
    // The address is a literal; without this Node would put off bind and send to a later tick.
    lookup: (address, _options, callback) => {
      callback(null, address, route.family);
    },
  });
  try {
    return await new Promise<SentPacket>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({
        port: 0,
        exclusive: true,
        ...(route.bindSource ? { address: route.source } : {}),
      });
      let sentAtMs = 0;
      socket.send(payload, packet.port, route.address, (error) => {
        if (error === null) resolve({ packet, sentAtMs, sourcePort: socket.address().port });
        else reject(error);
      });
      sentAtMs = monotonicMs();
    });
  } catch (error) {
    throw (
      fromSystemError(error, peer(route, packet.port)) ??
      new SesamyError('internal', `A datagram to ${peer(route, packet.port)} could not be sent: ${String(error)}.`)
    );
  } finally {
    socket.close();
  }
}

/** The kernel alone makes a socket's SYN. @throws RangeError */
function throwUnlessPlain(packet: PlannedPacket): void {
  if (packet.protocol === 'udp') knockPayload(packet.payload);
  else if (packet.syn !== null) throw new RangeError('a socket cannot choose the fields of its SYN');
}

async function* send(
  packets: readonly PlannedPacket[],
  route: Route,
  _listenMs: number,
  signal: AbortSignal,
): AsyncGenerator<TransportReport, void> {
  // Nothing may leave of a knock whose end cannot be made.
  for (const packet of packets) throwUnlessPlain(packet);
  const open = new Set<Socket>();
  const zeroMs = monotonicMs();
  try {
    yield { type: 'armed', zeroMs, link: null };
    for (const packet of packets) {
      await sleepUntil(zeroMs + packet.atMs, signal);
      const sent = packet.protocol === 'tcp' ? await sendSyn(packet, route, open) : await sendDatagram(packet, route);
      yield { type: 'sent', ...sent };
    }
  } finally {
    // Their SYNs have left. What is still unanswered must not live to be repeated.
    for (const socket of open) socket.destroy();
  }
}

/** Plain sockets of the operating system: a bare SYN or a datagram, without any privilege (docs/knock-modes.md §6). */
export const sockets: Transport = {
  name: 'sockets',
  send,
};
