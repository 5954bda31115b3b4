import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { say } from '../text/say';
import type { KnockEvent } from '../domain/plan/knock-event';
import { TRANSPORT_NAMES } from '../domain/plan/transport';
import type { TransportState } from '../domain/plan/transport';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { knock } from './knock';
import type { KnockOptions } from './knock';
import { NOTHING_KEPT, preparing } from './prepare';
import { transports } from './transports/registry';
import type { Transports } from './transports/registry';
import { sockets } from './transports/sockets';
import type { Route, Transport } from './transports/transport';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A server on loopback that notes every connection. */
async function listen(
  onConnection: (socket: Socket) => void = (socket) => socket.resume(),
): Promise<{ port: number; accepted: number[]; server: Server }> {
  const accepted: number[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket.remotePort ?? 0);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(
    () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  );
  return { port: (server.address() as AddressInfo).port, accepted, server };
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const { port, server } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function countWindowProfile(port: number, changes: Partial<Profile> = {}): Profile {
  return newProfile('00000000-0000-4000-8000-000000000000', {
    name: 'test',
    host: '127.0.0.1',
    servicePort: port,
    mode: { kind: 'count-window', sequence: '12', windowMs: 200, knockPort: null, protocol: 'tcp' },
    ...changes,
  });
}

async function collect(profile: Profile, options: Partial<KnockOptions> = {}): Promise<KnockEvent[]> {
  const events: KnockEvent[] = [];
  for await (const event of knock(
    preparing(profile, () => NOTHING_KEPT),
    { signal: new AbortController().signal, ...options },
  ))
    events.push(event);
  return events;
}

const LOOPBACK =
  Object.entries(networkInterfaces()).find(([, entries]) => entries?.[0]?.internal === true)?.[0] ?? 'lo';

const WORKS: TransportState = { name: 'helper', works: true, detail: 'works', fix: null };
const NO_HELPER: TransportState = {
  name: 'helper',
  works: false,
  detail: 'It is not installed.',
  fix: { text: 'Install it:', command: 'sudo npm run helper:install' },
};

/** A computer with plain sockets and a helper in some state. */
function fakeTransports(helper: TransportState, own: Transport = sockets): Transports {
  return {
    states: (names = TRANSPORT_NAMES) =>
      Promise.resolve([
        ...(names.includes('sockets') ? [{ name: 'sockets', works: true, detail: 'work', fix: null } as const] : []),
        ...(names.includes('helper') ? [helper] : []),
      ]),
    get: (name) => (name === 'helper' ? own : sockets),
    connect: () => {
      throw new Error('These knocks never adopt a SYN');
    },
  };
}

const types = (events: readonly KnockEvent[]): string[] => events.map((event) => event.type);

describe('knock', () => {
  it('sends every planned packet once and, in count-window mode, makes no connection of its own', async () => {
    const { port, accepted } = await listen();
    const events = await collect(countWindowProfile(port));
    expect(types(events)).toEqual(['resolved', 'armed', 'packet-sent', 'packet-sent', 'packet-sent', 'sent']);
    const sent = events.filter((event) => event.type === 'packet-sent');
    await expect.poll(() => accepted).toEqual(sent.map((event) => event.sourcePort));
    for (const event of sent) expect(event.actualMs).toBeGreaterThanOrEqual(event.plannedMs);
  });

  it('hands the one connection to the session and tells what it carried', async () => {
    const { port } = await listen((socket) => socket.end('welcome'));
    let heard = '';
    const events = await collect(countWindowProfile(port), {
      session: (connection) =>
        new Promise((resolve) => {
          connection.on('data', (data: Buffer) => (heard += data.toString()));
          connection.once('end', () => {
            connection.destroy();
            resolve({ bytesIn: connection.bytesRead, bytesOut: connection.bytesWritten });
          });
        }),
    });
    expect(types(events).slice(-3)).toEqual(['connecting', 'open', 'closed']);
    expect(heard).toBe('welcome');
    expect(events.at(-1)).toMatchObject({ bytesIn: 7, bytesOut: 0 });
  });

  it('sends each UDP knock as one datagram, also to a port that answers with an ICMP error', async () => {
    const received: number[] = [];
    const socket = createSocket('udp4', (message) => received.push(message.length));
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    cleanUps.push(() => {
      socket.close();
    });
    const dead = await closedPort();
    const { port } = socket.address();
    const mode: Profile['mode'] = {
      kind: 'port-sequence',
      steps: [dead, port, dead, port, port].map((step) => ({ port: step, protocol: 'udp' })),
      delayMs: 20,
      closing: null,
    };
    const events = await collect(countWindowProfile(await closedPort(), { mode }), { check: false });
    expect(types(events).filter((type) => type === 'packet-sent')).toHaveLength(5);
    await expect.poll(() => received).toEqual([1, 1, 1]);
  });

  it('looks whether the door opened where that does no harm, and sends the closing sequence only after a session', async () => {
    const { port, accepted } = await listen();
    const knockPort = await listen();
    const mode: Profile['mode'] = {
      kind: 'port-sequence',
      steps: [{ port: knockPort.port, protocol: 'tcp' }],
      delayMs: 10,
      closing: [
        { port: knockPort.port, protocol: 'tcp' },
        { port: knockPort.port, protocol: 'tcp' },
      ],
    };
    const looked = await collect(countWindowProfile(port, { mode }));
    expect(types(looked)).toEqual(['resolved', 'armed', 'packet-sent', 'connecting', 'open']);
    await expect.poll(() => [accepted.length, knockPort.accepted.length]).toEqual([1, 1]);

    const session = await collect(countWindowProfile(port, { mode }), {
      session: (connection) => {
        connection.destroy();
        return Promise.resolve({ bytesIn: 0, bytesOut: 0 });
      },
    });
    expect(session.filter((event) => event.type === 'packet-sent').map((event) => event.phase)).toEqual([
      'knock',
      'closing',
      'closing',
    ]);
    expect(session.at(-1)?.type).toBe('closed');
    await expect.poll(() => knockPort.accepted.length).toBe(4);
  });

  it('says that a refused door did not open, and when to try again', async () => {
    const events = await collect(countWindowProfile(await closedPort(), { tries: 1 }), {
      session: () => Promise.reject(new Error('unreachable')),
    });
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'not-opened', cause: { id: 'not-opened.refused', values: { attempts: 1 } } },
      retryAfterMs: 400,
    });
    // In the words of the mode that was knocked with.
    expect(JSON.stringify(events.at(-1))).toContain('count-window.advice.counts');
  });

  it('tries again with a plan of its own after the quiet time, and tells what the last one has shown', async () => {
    const profile = countWindowProfile(await closedPort());
    const events = await collect(profile, { session: () => Promise.reject(new Error('unreachable')) });
    const again = events.findIndex((event) => event.type === 'again');
    expect(events[again]).toMatchObject({ learned: 'refused', next: 2, of: 2 });
    expect(types(events.slice(0, again)).filter((type) => type === 'armed')).toHaveLength(1);
    expect(types(events.slice(again)).filter((type) => type === 'armed')).toHaveLength(1);
    const [first, second] = events.flatMap((event) => (event.type === 'armed' ? [event.unixMs] : []));
    // Two windows of quiet after the first try, so that nothing of it counts in the second.
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(400);
    expect(types(events).filter((type) => type === 'resolved')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'not-opened' } });
  });

  it('brings a server back that waits for a lost last knock, in place of waiting for it to forget', async () => {
    const [service, first, last] = [await closedPort(), await listen(), await listen()];
    const mode: Profile['mode'] = {
      kind: 'port-sequence',
      steps: [
        { port: first.port, protocol: 'tcp' },
        { port: last.port, protocol: 'tcp' },
      ],
      delayMs: 10,
      closing: null,
    };
    const opening = countWindowProfile(service, { mode, tries: 2 });
    const events: KnockEvent[] = [];
    const controller = new AbortController();
    for await (const event of knock(
      preparing(opening, () => NOTHING_KEPT),
      { signal: controller.signal },
    )) {
      events.push(event);
      if (types(events).filter((type) => type === 'armed').length === 2) controller.abort();
    }
    const again = events.findIndex((event) => event.type === 'again');
    expect(events[again + 1]).toMatchObject({ type: 'packet-sent', phase: 'resync', port: last.port });
    expect(events[again + 2]).toMatchObject({ type: 'armed' });
    await expect.poll(() => [first.accepted.length, last.accepted.length]).toEqual([1, 2]);
  });

  it('asks for each plan anew, and gives what it has learned', async () => {
    const asked: unknown[] = [];
    const prepare = preparing(countWindowProfile(await closedPort()), () => NOTHING_KEPT);
    const watched: typeof prepare = (question, signal) => {
      asked.push(question);
      return prepare(question, signal);
    };
    const options = { signal: new AbortController().signal, session: () => Promise.reject(new Error('unreachable')) };
    for await (const event of knock(watched, options)) if (event.type === 'failed') break;
    expect(asked).toEqual([
      { firstBytes: null, learned: null },
      { firstBytes: null, learned: 'refused' },
    ]);
  });

  it('goes through a door that opens only some time after the last knock', async () => {
    const service = await closedPort();
    const mode: Profile['mode'] = {
      kind: 'port-sequence',
      steps: [{ port: await closedPort(), protocol: 'tcp' }],
      delayMs: 0,
      closing: null,
    };
    let opened: Server | null = null;
    const events: KnockEvent[] = [];
    const looking = { signal: new AbortController().signal };
    for await (const event of knock(
      preparing(countWindowProfile(service, { mode }), () => NOTHING_KEPT),
      looking,
    )) {
      events.push(event);
      if (event.type !== 'connecting' || event.attempt !== 2) continue;
      opened = createServer((socket) => socket.destroy()).listen(service, '127.0.0.1');
      await once(opened, 'listening');
    }
    opened?.close();
    expect(events.at(-1)?.type).toBe('open');
    expect(types(events).filter((type) => type === 'connecting')).toHaveLength(3);
  });

  it('stops at once when cancelled, and sends nothing more', async () => {
    const { port, accepted } = await listen();
    const controller = new AbortController();
    const events: KnockEvent[] = [];
    for await (const event of knock(
      preparing(countWindowProfile(port), () => NOTHING_KEPT),
      { signal: controller.signal },
    )) {
      events.push(event);
      if (event.type === 'packet-sent') controller.abort();
    }
    expect(types(events)).toEqual(['resolved', 'armed', 'packet-sent', 'failed']);
    expect(events.at(-1)).toMatchObject({ error: { code: 'cancelled' }, retryAfterMs: 400 });
    await expect.poll(() => accepted.length).toBe(1);
  });

  it('leaves no connection behind when nobody listens to the events any more', async () => {
    let closed = 0;
    const { port } = await listen((socket) => {
      socket.resume();
      socket.once('close', () => (closed += 1));
      socket.once('end', () => socket.end());
    });
    const mode: Profile['mode'] = {
      kind: 'port-sequence',
      steps: [{ port, protocol: 'tcp' }],
      delayMs: 0,
      closing: null,
    };
    for await (const event of knock(
      preparing(countWindowProfile(port, { mode }), () => NOTHING_KEPT),
      { signal: new AbortController().signal },
    ))
      if (event.type === 'open') break;
    await expect.poll(() => closed).toBe(2);
  });

  it.each([
    [{ host: 'no-such-host.invalid' }, 'name-not-found'],
    [{ host: '127.0.0.1', addressFamily: '6' as const }, 'no-address-of-family'],
    [{ interface: 'no-such-interface' }, 'interface-not-found'],
    [{ interface: '999' }, 'interface-not-found'],
  ])('fails before any packet for %j', async (changes, code) => {
    const events = await collect(countWindowProfile(9, changes));
    expect(types(events)).toEqual(['failed']);
    expect(events[0]).toMatchObject({ error: { code }, retryAfterMs: 0 });
  });

  it('warns of what plain sockets leave out, and asks no transport where they do', async () => {
    const { port } = await listen();
    const changes = { interface: LOOPBACK, sourceMac: '00:0E:35:0E:77:B0' };
    const warned = await collect(countWindowProfile(port, changes), { transports: fakeTransports(NO_HELPER) });
    expect(types(warned).slice(0, 3)).toEqual(['resolved', 'warning', 'armed']);
    const [, warning] = warned;
    for (const told of [LOOPBACK, '00:0E:35:0E:77:B0', 'sudo npm run helper:install'])
      expect(warning?.type === 'warning' ? say(warning.message) : '').toContain(told);

    const unasked: Transports = { ...transports, states: () => Promise.reject(new Error('was asked')) };
    expect(types(await collect(countWindowProfile(port), { transports: unasked }))).not.toContain('warning');
  });

  it('sends nothing when the transport that the profile names does not work', async () => {
    const { port, accepted } = await listen();
    const events = await collect(countWindowProfile(port, { transport: 'helper' }), {
      transports: fakeTransports(NO_HELPER),
    });
    expect(types(events)).toEqual(['resolved', 'failed']);
    const [, failed] = events;
    if (failed?.type !== 'failed') throw new Error('It did not fail');
    expect(failed).toMatchObject({ error: { code: 'transport-unavailable' }, retryAfterMs: 0 });
    expect(failed.error.steps.map(say)).toEqual(['Install it: sudo npm run helper:install']);
    expect(accepted).toEqual([]);
  });

  it('gives a raw transport what it needs, and tells what it reports on the clock of the knock', async () => {
    const routes: Route[] = [];
    const link = { interface: LOOPBACK, sourceMac: 'a', nextHop: '127.0.0.1', nextHopMac: 'b' };
    const helper: Transport = {
      name: 'helper',
      async *send(packets, route) {
        routes.push(route);
        yield { type: 'armed', zeroMs: 1000, link };
        for (const packet of packets) {
          yield { type: 'sent', packet, sentAtMs: 1000.25 + packet.atMs, sourcePort: 61_000 };
          yield { type: 'answer', packet, atMs: 1001 + packet.atMs, kind: 'rst', from: '127.0.0.1', icmp: null };
        }
        await Promise.resolve();
      },
    };
    const changes = { interface: LOOPBACK, sourceMac: '02:00:00:00:00:01' };
    const events = await collect(countWindowProfile(9, changes), { transports: fakeTransports(WORKS, helper) });
    expect(routes).toMatchObject([{ address: '127.0.0.1', family: 4, ...changes }]);
    expect(events.slice(1, 5)).toMatchObject([
      {
        type: 'armed',
        transport: 'helper',
        reason: { id: 'transport.reason.link', values: { interface: LOOPBACK, sourceMac: '02:00:00:00:00:01' } },
      },
      { type: 'link', ...link },
      { type: 'packet-sent', index: 0, phase: 'knock', plannedMs: 0, actualMs: 0.25, sourcePort: 61_000 },
      { type: 'answer', index: 0, phase: 'knock', atMs: 1, kind: 'rst', from: '127.0.0.1', icmp: null },
    ]);
  });
});
