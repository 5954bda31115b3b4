import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bareKnock } from '../../app/domain/plan/knock-plan';
import { Lab } from './lab';
import { expectKnocks } from './planned';
import type { SshServer } from './ssh-server';

describe('sesamy portknocker, as PortKnocker was used', () => {
  let lab: Lab;
  let server: SshServer;

  beforeAll(async () => {
    lab = await Lab.create();
    server = await lab.startSshServer();
  });

  afterAll(async () => {
    await lab.dispose();
  });

  beforeEach(async () => {
    await lab.installCountWindow({ sequence: '1121', windowSeconds: 1, knockPort: 22, servicePort: 22 });
  });

  async function knock(sequence: string, windowMs: number): Promise<void> {
    const args = [lab.server.ipv4, '22', sequence, String(windowMs)];
    const { code, stderr } = await lab.inClient(lab.sesamy('portknocker', ...args));
    expect(code, stderr).toBe(0);
  }

  it('knocks by UDP, and then plain ssh logs in', async () => {
    const capture = await lab.capture();
    await knock('1121', 1000);
    const knocks = await capture.stop();
    const times = [0, 1000, 2000, 2000, 3000];
    expectKnocks(
      knocks,
      times.map((atMs, index) => bareKnock(index, atMs, { protocol: 'udp', port: 22 })),
    );
    expect(await lab.ssh(server, 'echo hello')).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('leaves the door shut with a wrong digit, with a wrong window and without a knock', async () => {
    expect(await lab.greeting(22)).toBeNull();
    await knock('1211', 1000);
    expect(await lab.greeting(22)).toBeNull();
    await lab.installCountWindow({ sequence: '1121', windowSeconds: 1, knockPort: 22, servicePort: 22 });
    await knock('1121', 500);
    expect(await lab.greeting(22)).toBeNull();
  });
});
