import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import type { Mode } from '../domain/modes/registry';
import { newProfile } from '../domain/profile/profile';
import { NOTHING_KEPT, preparing } from '../engine/prepare';
import { knock } from '../engine/knock';
import { startPracticeDoor } from './practice-door';
import type { PracticeDoor } from './practice-door';

let door: PracticeDoor | null = null;
afterEach(async () => {
  await door?.stop();
  door = null;
});

/** Knocks with one secret and runs a command over SSH on the door that opened. Resolves to its output, or to an error code. */
async function visit(at: PracticeDoor, mode: Mode): Promise<string> {
  const profile = newProfile('00000000-0000-4000-8000-000000000000', {
    name: 'practice',
    host: at.host,
    servicePort: at.servicePort,
    mode,
  });
  let said = '';
  const session = (sock: import('node:net').Socket): Promise<{ bytesIn: number; bytesOut: number }> =>
    new Promise((resolve, reject) => {
      const client = new Client();
      // More than one: the door's reset is followed by the missing handshake.
      client.on('error', reject);
      client.once('ready', () => {
        client.exec('uptime', (error, channel) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          channel.on('data', (data: Buffer) => (said += data.toString()));
          channel.once('close', () => {
            client.end();
            resolve({ bytesIn: sock.bytesRead, bytesOut: sock.bytesWritten });
          });
        });
      });
      client.connect({ sock, username: 'guest' });
    });
  let last = '';
  for await (const event of knock(
    preparing(profile, () => NOTHING_KEPT),
    { signal: new AbortController().signal, session },
  )) {
    last = event.type === 'failed' ? event.error.code : event.type;
    // One refusal is answer enough; the engine would go on asking a knockd for a while.
    if (event.type === 'connecting' && event.attempt > 1) return 'refused';
  }
  return last === 'closed' ? said : last;
}

const countWindow = (sequence: string, protocol: 'tcp' | 'udp' = 'tcp', knockPort: number | null = null): Mode => ({
  kind: 'count-window',
  sequence,
  windowMs: 300,
  knockPort,
  protocol,
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the practice door', () => {
  it('opens to the right count-window knock, for one session', async () => {
    door = await startPracticeDoor(countWindow('121'), 0, () => undefined);
    expect(await visit(door, countWindow('121'))).toContain('The door is open');
    expect(door.status).toMatchObject({ counted: 0, sessionsEver: 1 });
  });

  it('stays shut for a wrong digit', async () => {
    door = await startPracticeDoor(countWindow('121'), 0, () => undefined);
    expect(await visit(door, countWindow('112'))).not.toContain('The door is open');
    expect(door.status.sessionsEver).toBe(0);
  });

  it('says which modes have none', async () => {
    const mode: Mode = { kind: 'tcp-stealth', secret: 's', timestamps: false, integrityLength: 0, use: 'connection' };
    await expect(startPracticeDoor(mode, 0, () => undefined)).rejects.toMatchObject({
      code: 'bad-input',
      info: {
        cause: { id: 'practice.no-door', values: { kind: 'tcp-stealth' } },
        steps: [
          { id: 'practice.no-door.advice', values: { kinds: expect.arrayContaining(['count-window']) as string[] } },
        ],
      },
    });
  });

  it('counts knocks by UDP on a port of their own', async () => {
    const knockPort = await freePort();
    door = await startPracticeDoor(countWindow('21', 'udp', knockPort), 0, () => undefined);
    expect(await visit(door, countWindow('21', 'udp', knockPort))).toContain('The door is open');
  });

  it('opens to the right port sequence and not to another order', async () => {
    const [a, b] = [await freePort(), await freePort()];
    const mode = (order: number[]): Mode => ({
      kind: 'port-sequence',
      steps: order.map((port, at) => ({ port, protocol: port === b && at >= 0 ? 'udp' : 'tcp' })),
      delayMs: 30,
      closing: null,
    });
    door = await startPracticeDoor(mode([a, b]), 0, () => undefined);
    expect(await visit(door, mode([a, b]))).toContain('The door is open');
    await door.stop();
    door = await startPracticeDoor(mode([a, b]), 0, () => undefined);
    expect(await visit(door, mode([b, a]))).not.toContain('The door is open');
  });

  it('says so when its port is taken, and leaves nothing open', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(startPracticeDoor(countWindow('12', 'tcp', port), 0, () => undefined)).rejects.toMatchObject({
      code: 'port-in-use',
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
