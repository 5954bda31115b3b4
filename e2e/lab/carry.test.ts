import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab';
import { until } from './process';
import type { Running } from './process';
import { halfCloseServer, noise } from './programs';

const PORT = 5000;
const SIZE = 5 * 1024 * 1024;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each([
  {
    carrier: 'this program',
    mode: ['--mode', 'count-window', '--sequence', '11', '--window', '200', '--knock-port', '5001'],
  },
  { carrier: 'the helper', mode: ['--mode', 'tcp-stealth', '--secret', 'open sesamy', '--timestamps', 'on'] },
])('the bytes of a session, carried by $carrier', ({ mode }) => {
  const fromClient = noise('client', SIZE);
  const fromServer = noise('server', SIZE);
  let lab: Lab;
  let helper: string;

  beforeAll(async () => {
    lab = await Lab.create();
    helper = await lab.installHelper();
  });

  afterAll(async () => {
    await lab.dispose();
  });

  async function startServer(first: 'client' | 'server'): Promise<Running> {
    const server = lab.start(lab.asServer([process.execPath, ...halfCloseServer(PORT, first, SIZE)]));
    await server.ready('the server', () => server.stdout.includes('listening'));
    return server;
  }

  function startProxy(): Running {
    const argv = lab.sesamy('proxy', ...mode, '--', lab.server.ipv4, String(PORT));
    return lab.start(lab.asClient(argv, 'file-capabilities'), { ...lab.clientEnvironment, SESAMY_HELPER: helper });
  }

  it('arrive both ways when the client closes its half first', async () => {
    const server = await startServer('client');
    const proxy = startProxy();
    proxy.child.stdin.end(fromClient);
    const finished = await proxy.within(20_000);
    expect(finished.code).toBe(0);
    // The server sends only after the client's half is closed: all of this came over a half-closed connection.
    expect(proxy.stdout.length).toBe(SIZE);
    expect(sha256(proxy.stdout)).toBe(sha256(fromServer));
    await server.within(5_000);
    expect(server.stdout.toString()).toContain(`got ${sha256(fromClient)}`);
    expect(server.stdout.toString()).not.toContain('failed');
  });

  it('arrive both ways when the server closes its half first', async () => {
    const server = await startServer('server');
    const proxy = startProxy();
    await until('all of the server’s bytes', () => proxy.stdout.length >= SIZE, 20_000);
    await until('the server has closed its half', () => server.stdout.includes('half closed'));
    expect(sha256(proxy.stdout)).toBe(sha256(fromServer));
    // The program that reads is told so, and may still write.
    await until('the end of the proxy’s output', () => proxy.child.stdout.readableEnded);
    expect(proxy.ended).toBe(false);

    proxy.child.stdin.end(fromClient);
    expect((await proxy.within(20_000)).code).toBe(0);
    await server.within(5_000);
    expect(server.stdout.toString()).toContain(`got ${sha256(fromClient)}`);
    expect(server.stdout.toString()).not.toContain('failed');
  });
});
