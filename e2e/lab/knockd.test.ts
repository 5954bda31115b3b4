import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openingRule } from './knockd';
import { Lab } from './lab';
import { expectKnocks, expectKnocksAndConnection, planOf } from './planned';
import { run, until } from './process';
import type { Running } from './process';
import type { SshServer } from './ssh-server';

const SERVICE_PORT = 22;
const STEPS = ['7000:tcp', '8000:udp', '9000:tcp'];
const CLOSING = ['9100:udp', '8100:tcp'];
const DELAY_MS = 200;

describe('port-sequence against knockd', () => {
  let lab: Lab;
  let server: SshServer;
  let knockd: Running;

  beforeAll(async () => {
    lab = await Lab.create();
    server = await lab.startSshServer(SERVICE_PORT);
  });

  afterAll(async () => {
    await lab.dispose();
  });

  // A fresh knockd, too: it remembers half a sequence, and that spoils the next one.
  beforeEach(async () => {
    await lab.shutFirewall();
    knockd = await lab.startKnockd({ open: { steps: STEPS }, close: { steps: CLOSING }, servicePort: SERVICE_PORT });
  });

  afterEach(async () => {
    await knockd.stop();
  });

  const inline = (steps: readonly string[], closing: readonly string[] = []): readonly string[] => [
    ...['--mode', 'port-sequence', '--steps', steps.join(','), '--delay', String(DELAY_MS)],
    ...(closing.length === 0 ? [] : ['--closing', closing.join(',')]),
  ];
  const target = (): readonly string[] => ['--host', lab.server.ipv4, '--port', String(SERVICE_PORT)];
  const proxyCommand = (args: readonly string[]): string =>
    [...lab.sesamy('proxy', ...args), '--', '%h', '%p'].join(' ');

  async function doorIsOpen(): Promise<boolean> {
    const check = ['iptables', '-C', ...openingRule(lab.client.ipv4, SERVICE_PORT)];
    return (await run(lab.asServer(check))).code === 0;
  }

  it('lets ssh log in through ProxyCommand, and sends exactly what was planned', async () => {
    const plan = await planOf(lab, [...inline(STEPS), ...target()]);
    expect(plan.packets.map(({ port, protocol }) => `${port}:${protocol}`)).toEqual(STEPS);
    const capture = await lab.capture();
    const login = await lab.ssh(server, 'echo through the door', { proxyCommand: proxyCommand(inline(STEPS)) });
    const sent = await capture.stop();
    expect(login.stderr).not.toMatch(/sesamy:|Permission denied/);
    expect(login).toMatchObject({ code: 0, stdout: 'through the door\n' });
    expectKnocksAndConnection(sent, plan);
    expect(await doorIsOpen()).toBe(true);
  });

  it('is told open by sesamy knock after the right steps, as often as wanted', async () => {
    for (let time = 0; time < 2; time++) {
      const knocked = await lab.inClient(lab.sesamy('knock', ...inline(STEPS), ...target(), '--json'));
      expect(knocked.code).toBe(0);
      expect(knocked.stdout).toContain('"type":"open"');
    }
    const rules = await lab.inServer(['iptables', '-S', 'INPUT']);
    expect(rules.match(/--dport 22 -j ACCEPT/g)).toHaveLength(1);
  });

  it('stays shut without a knock', async () => {
    expect(await lab.greeting(SERVICE_PORT)).toBeNull();
    expect(await doorIsOpen()).toBe(false);
  });

  it.each([
    { wrong: 'order', steps: ['8000:udp', '7000:tcp', '9000:tcp'] },
    { wrong: 'port', steps: ['7000:tcp', '8001:udp', '9000:tcp'] },
  ])('stays shut after the wrong $wrong', async ({ steps }) => {
    const knocked = await lab.inClient(lab.sesamy('knock', ...inline(steps), ...target()));
    expect(knocked.code).toBe(3);
    expect(knocked.stderr).toContain('The door did not open');
    expect(await doorIsOpen()).toBe(false);
  });

  it('stays shut after the wrong protocol', async () => {
    const steps = ['7000:tcp', '8000:tcp', '9000:tcp'];
    const knocked = await lab.inClient(lab.sesamy('knock', ...inline(steps), ...target(), '--no-check'));
    expect(knocked.code).toBe(0);
    expect(await lab.greeting(SERVICE_PORT)).toBeNull();
    expect(await doorIsOpen()).toBe(false);
  });

  it('is shut by the closing sequence when the session has ended', async () => {
    const plan = await planOf(lab, [...inline(STEPS, CLOSING), ...target()]);
    const capture = await lab.capture();
    const args = ['proxy', ...inline(STEPS, CLOSING), '--', lab.server.ipv4, String(SERVICE_PORT)];
    const proxy = lab.startInClient(lab.sesamy(...args));
    await until('the greeting', () => proxy.stdout.toString().startsWith('SSH-2.0-'));
    expect(await doorIsOpen()).toBe(true);
    expect(capture.sent.filter((packet) => packet.dstPort === 9100)).toHaveLength(0);

    proxy.child.stdin.end();
    expect(await proxy.within(10_000)).toMatchObject({
      code: 0,
      signal: null,
      stderr: expect.not.stringContaining('sesamy:') as string,
    });
    await until('the door is shut', async () => !(await doorIsOpen()));
    const sent = await capture.stop();
    const closing = sent.filter((packet) => plan.closing.some(({ port }) => port === packet.dstPort));
    expectKnocks(closing, plan.closing);
  });

  it('is shut by the closing sequence also when ssh hangs up on its ProxyCommand', async () => {
    const login = await lab.ssh(server, 'echo done', { proxyCommand: proxyCommand(inline(STEPS, CLOSING)) });
    expect(login).toMatchObject({ code: 0, stdout: 'done\n' });
    await until('the door is shut', async () => !(await doorIsOpen()));
    await until('the proxy has ended', () => lab.strayClientProcesses().length === 0);
  });

  it('is shut by the closing sequence also when the proxy is told to end in the middle of a session', async () => {
    const args = ['proxy', ...inline(STEPS, CLOSING), '--', lab.server.ipv4, String(SERVICE_PORT)];
    const proxy = lab.startInClient(lab.sesamy(...args));
    await until('the greeting', () => proxy.stdout.toString().startsWith('SSH-2.0-'));
    proxy.kill('SIGHUP');
    await proxy.within(10_000);
    await until('the door is shut', async () => !(await doorIsOpen()));
    expect(await lab.greeting(SERVICE_PORT)).toBeNull();
  });
});
