import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CountWindowRules } from './count-window-rules';
import { Lab } from './lab';
import type { IpVersion } from './ip-version';
import { expectKnocksAndConnection, planOf } from './planned';
import type { SshServer } from './ssh-server';

const SERVICE_PORT = 22;
const COMMAND = 'echo through the door';
const LOGGED_IN = { code: 0, stdout: 'through the door\n' };

let lab: Lab;
let server: SshServer;

beforeAll(async () => {
  lab = await Lab.create();
  server = await lab.startSshServer(SERVICE_PORT);
});

afterAll(async () => {
  await lab.dispose();
});

/** One way of setting up the firewall, what opens it, and what does not. */
interface Case {
  readonly name: string;
  readonly version: IpVersion;
  readonly rules: CountWindowRules;
  /** The options of the right knock, but for sequence and window. */
  readonly options: readonly string[];
  readonly wrongSequences: readonly string[];
}

const window = { windowSeconds: 1, servicePort: SERVICE_PORT };

const CASES: readonly Case[] = [
  {
    name: 'SYNs to the service port itself',
    version: 'ipv4',
    rules: { ...window, sequence: '121', knockPort: SERVICE_PORT },
    options: [],
    wrongSequences: ['131', '111'],
  },
  {
    name: 'SYNs to a knock port',
    version: 'ipv4',
    rules: { ...window, sequence: '213', knockPort: 4444 },
    options: ['--knock-port', '4444'],
    wrongSequences: ['223', '212'],
  },
  {
    name: 'datagrams to a knock port',
    version: 'ipv4',
    rules: { ...window, sequence: '1121', knockPort: 7000 },
    options: ['--knock-port', '7000', '--protocol', 'udp'],
    wrongSequences: ['1211'],
  },
  {
    name: 'datagrams to the service port’s number',
    version: 'ipv4',
    rules: { ...window, sequence: '311', knockPort: SERVICE_PORT },
    options: ['--protocol', 'udp'],
    wrongSequences: ['321'],
  },
  {
    name: 'SYNs by IPv6 to the service port itself',
    version: 'ipv6',
    rules: { ...window, sequence: '121', knockPort: SERVICE_PORT },
    options: [],
    wrongSequences: ['112'],
  },
];

describe.each(CASES)('count-window: $name', ({ version, rules, options, wrongSequences }) => {
  const inline = (sequence: string, windowMs: number): readonly string[] => [
    ...['--mode', 'count-window', '--sequence', sequence, '--window', String(windowMs)],
    ...options,
  ];
  const target = (): readonly string[] => ['--host', lab.server[version], '--port', String(SERVICE_PORT)];

  /** Knocks, and then tries the door with one SYN. Gives what the server says, or null. */
  async function knockAndTry(sequence: string, windowMs = 1000): Promise<string | null> {
    const knocked = await lab.inClient(lab.sesamy('knock', ...inline(sequence, windowMs), ...target()));
    expect(knocked.stderr + knocked.stdout).not.toContain('not open');
    expect(knocked.code).toBe(0);
    return lab.greeting(SERVICE_PORT, version);
  }

  beforeEach(async () => {
    await lab.installCountWindow(rules, version);
  });

  it('lets ssh log in through ProxyCommand, and sends exactly what was planned', async () => {
    const plan = await planOf(lab, [...inline(rules.sequence, 1000), ...target()]);
    const capture = await lab.capture();
    const proxyCommand = [...lab.sesamy('proxy', ...inline(rules.sequence, 1000)), '--', '%h', '%p'].join(' ');
    const login = await lab.ssh(server, COMMAND, { version, proxyCommand });
    const sent = await capture.stop();

    expect(login.stderr).not.toMatch(/sesamy:|Permission denied/);
    expect(login).toMatchObject(LOGGED_IN);
    expect(plan.packets).toHaveLength(Array.from(rules.sequence, Number).reduce((a, b) => a + b));
    expectKnocksAndConnection(sent, plan);
    expect(sent.every((packet) => packet.destination === lab.server[version])).toBe(true);
  });

  it('opens once for the right knock', async () => {
    expect(await knockAndTry(rules.sequence)).toMatch(/^SSH-2\.0-/);
    expect(await lab.greeting(SERVICE_PORT, version)).toBeNull();
  });

  it.each(wrongSequences)('stays shut for the wrong digits %s', async (sequence) => {
    expect(await knockAndTry(sequence)).toBeNull();
  });

  // The shorter one brings all bursts into one window; with the longer one the first is out of sight at the end.
  it.each([400, 1600])('stays shut for the wrong window of %d ms', async (windowMs) => {
    expect(await knockAndTry(rules.sequence, windowMs)).toBeNull();
  });

  it('stays shut without a knock', async () => {
    expect(await lab.greeting(SERVICE_PORT, version)).toBeNull();
  });
});

describe('count-window: a door that stays shut', () => {
  it('ends the proxy, and so ssh, with its reason', async () => {
    await lab.installCountWindow({ ...window, sequence: '121', knockPort: SERVICE_PORT });
    const args = ['--mode', 'count-window', '--sequence', '131', '--window', '1000'];
    const proxy = await lab.inClient(lab.sesamy('proxy', ...args, '--', lab.server.ipv4, String(SERVICE_PORT)));
    expect(proxy.code).toBe(3);
    expect(proxy.stdout).toBe('');
    expect(proxy.stderr).toContain('The door did not open');
  });
});
