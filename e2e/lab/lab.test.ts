import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_USER, Lab } from './lab';
import { must } from './process';

/** A checkout that only its owner may enter, with one program in it. */
async function lockedSource(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'open-sesamy-lab-locked-'));
  const program = join(folder, 'hello.cjs');
  await writeFile(program, 'console.log("hello from", process.getuid());');
  await chmod(program, 0o600);
  return program;
}

describe('the lab', () => {
  let lab: Lab;
  let program: string;

  beforeAll(async () => {
    program = await lockedSource();
    lab = await Lab.create({ sources: [program] });
  });

  afterAll(async () => {
    await lab.dispose();
    await rm(join(program, '..'), { recursive: true });
  });

  it('runs the client as an ordinary user who cannot become another', async () => {
    const status = await lab.inClient(['cat', '/proc/self/status']);
    expect(status.stdout).toMatch(new RegExp(`^Uid:(\\s${CLIENT_USER}){4}$`, 'm'));
    expect(status.stdout).toMatch(/^NoNewPrivs:\s1$/m);
    expect(status.stdout).toMatch(/^CapEff:\s0+$/m);
    expect(status.stdout).toMatch(/^Groups:\s*$/m);
  });

  it('stages what that user is to run', async () => {
    const direct = await lab.inClient([lab.node, program]);
    expect(direct.code).not.toBe(0);
    const staged = await lab.inClient([lab.node, join(lab.staged, 'hello.cjs')]);
    expect(staged.stdout).toBe(`hello from ${CLIENT_USER}\n`);
  });

  it('shows what leaves the client, and when', async () => {
    await lab.setFirewall([['-P', 'INPUT', 'DROP']]);
    const capture = await lab.capture();
    const before = Date.now();
    expect(await lab.greeting(4444)).toBeNull();
    const packets = await capture.stop();
    expect(packets).toHaveLength(1);
    expect(packets[0]).toMatchObject({
      protocol: 'tcp',
      flags: 'S',
      source: lab.client.ipv4,
      destination: lab.server.ipv4,
      dstPort: 4444,
    });
    expect(packets[0]?.atMs).toBeGreaterThanOrEqual(before - 1);
    expect(packets[0]?.atMs).toBeLessThan(Date.now());
  });

  it('lets ssh log in where no firewall stands in the way, with either kind of address', async () => {
    await lab.setFirewall([]);
    const server = await lab.startSshServer(2222);
    for (const version of ['ipv4', 'ipv6'] as const) {
      expect(await lab.greeting(2222, version)).toMatch(/^SSH-2\.0-/);
      const login = await lab.ssh(server, 'echo inside; id -u', { version });
      expect(login).toMatchObject({ code: 0, stdout: 'inside\n0\n', stderr: '' });
    }
  });

  it('leaves nothing behind', async () => {
    const other = await Lab.create({ sources: [] });
    expect(other.clientNamespace).not.toBe(lab.clientNamespace);
    await other.startSshServer();
    await other.capture();
    const sleeper = other.startInClient(['sleep', '60']);
    const listed = await must(['ip', 'netns', 'list']);
    expect(listed).toContain(other.clientNamespace);
    expect(listed).toContain(other.serverNamespace);

    await other.dispose();

    const left = await must(['ip', 'netns', 'list']);
    expect(left).not.toContain(other.clientNamespace);
    expect(left).not.toContain(other.serverNamespace);
    expect(sleeper.ended).toBe(true);
    expect(existsSync(other.staged)).toBe(false);
    expect(existsSync(other.home)).toBe(false);
  });
});
