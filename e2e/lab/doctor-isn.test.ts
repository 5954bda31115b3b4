/** Whether sequence numbers survive a path: both ends of the check, and a device on the way that rewrites them. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listenFrame, readReports, REASONS, REPORTS } from './helper-frames';
import { CLIENT_USER, Lab } from './lab';
import type { IpVersion } from './ip-version';
import { until } from './process';
import type { Finished, Running } from './process';
import { connectOnce } from './programs';

const PORT = 5000;
/** Adding half of the number range is the same as turning the topmost bit over, which nftables can do both ways. */
const HALF = 0x80000000;

let lab: Lab;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  lab = await Lab.create();
  env = { ...lab.clientEnvironment, SESAMY_HELPER: await lab.installHelper() };
  await lab.startSshServer();
});
afterAll(async () => {
  await lab.dispose();
});
const listeners: Running[] = [];
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
  await lab.inServer(['nft', 'flush', 'ruleset']);
});

/** On the server, by an ordinary user whose programs can gain no right. */
function listen(port: number, ...args: readonly string[]): Running {
  const user = String(CLIENT_USER);
  const asUser = ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--no-new-privs', '--'];
  return lab.start(lab.asServer([...asUser, ...lab.sesamy('doctor', '--isn-listen', String(port), ...args)]), env);
}

async function startListener(...args: readonly string[]): Promise<Running> {
  const listener = listen(PORT, ...args);
  listeners.push(listener);
  await listener.ready('the listener', () => /istening/.test(listener.stdout.toString()));
  return listener;
}

function checkFrom(version: IpVersion, port = PORT, ...args: readonly string[]): Promise<Finished> {
  const argv = lab.sesamy('doctor', '--isn', lab.server[version], String(port), ...args);
  return lab.inClient(argv, { env }, 'file-capabilities');
}

/** A rule for the SYNs that arrive, and one for what goes back. */
async function rewrite(inward: string, outward: string): Promise<void> {
  const rules = `table inet middlebox {
    chain inward { type filter hook prerouting priority raw
      tcp dport ${PORT} ${inward}
    }
    chain outward { type filter hook postrouting priority raw
      tcp sport ${PORT} ${outward}
    }
  }
`;
  await lab.inServer(['nft', '-f', '-'], { input: rules });
}

interface Checked {
  readonly sequence: string;
  readonly timestamp: string;
  readonly sent: { readonly isn: number; readonly tsval: number };
  readonly arrived: { readonly isn: number; readonly tsval: number | null };
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

describe('a path', () => {
  it.each(['ipv4', 'ipv6'] as const)('that changes nothing lets the SYN arrive as it was sent: %s', async (version) => {
    const listener = await startListener();
    const capture = await lab.capture();
    const checked = await checkFrom(version, PORT, '--json');
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    const result = JSON.parse(checked.stdout) as Checked;
    expect(result).toMatchObject({ sequence: 'survives', timestamp: 'survives', arrived: result.sent });

    const syns = (await capture.stop()).filter(({ flags }) => flags === 'S');
    // One connection: a SYN that is lost while the lab’s wire is young is sent again with the same values.
    const [port = 0, ...others] = new Set(syns.map(({ srcPort }) => srcPort));
    expect(others).toEqual([]);
    const from = version === 'ipv6' ? `[${lab.client.ipv6}]` : lab.client.ipv4;
    const line = `${from}:${port}  ISN ${hex(result.sent.isn)}  TSval ${hex(result.sent.tsval)}`;
    await until('the listener shows the SYN', () => listener.stdout.includes(line));

    listener.kill('SIGINT');
    expect(await listener.within(3000)).toMatchObject({ code: 0, stderr: '' });
  });

  it('that changes nothing is told in words too', async () => {
    await startListener();
    const checked = await checkFrom('ipv4');
    expect(checked.code).toBe(0);
    expect(checked.stdout).toContain('Sequence numbers survive. TCP Stealth can work on this path');
  });

  it.each(['ipv4', 'ipv6'] as const)('that rewrites sequence numbers both ways is found out: %s', async (version) => {
    const listener = await startListener('--json');
    await rewrite(`tcp sequence set tcp sequence ^ ${HALF}`, `tcp ackseq set tcp ackseq ^ ${HALF}`);
    const checked = await checkFrom(version, PORT, '--json');
    expect(checked).toMatchObject({ code: 3, stderr: '' });
    const { sent, arrived, ...verdict } = JSON.parse(checked.stdout) as Checked;
    expect(verdict).toMatchObject({ sequence: 'rewritten', timestamp: 'survives' });
    expect(arrived.isn).toBe((sent.isn ^ HALF) >>> 0);
    await until('the listener shows the SYN', () => listener.stdout.includes('"arrived"'));
    const [, shown = ''] = listener.stdout.toString().split('\n');
    expect(JSON.parse(shown)).toMatchObject({ type: 'arrived', address: lab.client[version], ...arrived });

    const words = await checkFrom(version);
    expect(words.code).toBe(3);
    expect(words.stdout).toContain('TCP Stealth cannot work on this path.');
  });

  it('with a proxy that opens a connection of its own is found out', async () => {
    await startListener();
    const relay = `require('node:net').createServer((near) => {
      const far = require('node:net').connect(${PORT}, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on('error', () => undefined);
    }).listen(5001, () => console.log('ready'));`;
    const proxy = lab.start(lab.asServer([process.execPath, '-e', relay]));
    await proxy.ready('the proxy', () => proxy.stdout.includes('ready'));
    const rules = `table ip nat {
      chain in { type nat hook prerouting priority dstnat
        tcp dport ${PORT} redirect to :5001
      }
    }
`;
    await lab.inServer(['nft', '-f', '-'], { input: rules });
    const checked = await checkFrom('ipv4', PORT, '--json');
    expect(checked.code).toBe(3);
    expect(JSON.parse(checked.stdout)).toMatchObject({ sequence: 'rewritten', timestamp: 'rewritten' });
    await proxy.stop();
  });

  it('that takes timestamps out suits TCP Stealth without them', async () => {
    await startListener();
    await rewrite('reset tcp option timestamp', 'accept');
    const checked = await checkFrom('ipv4');
    expect(checked.code).toBe(0);
    expect(checked.stdout).toContain('TSval none');
    expect(checked.stdout).toContain('with timestamps off');
  });

  it('that rewrites one way only lets no connection come about, and the check says what that may mean', async () => {
    const listener = await startListener();
    await rewrite(`tcp sequence set tcp sequence ^ ${HALF}`, 'accept');
    const checked = await checkFrom('ipv4');
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toContain('did not answer');
    expect(checked.stderr).toContain('in one direction only');
    expect(listener.stdout.toString()).not.toContain('ISN');
  });
});

describe('the check says what is wrong', () => {
  it('where something else answers', async () => {
    const checked = await checkFrom('ipv4', 22);
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toContain('Something else answers at 192.0.2.2 port 22. It says “SSH-2.0-');
    expect(checked.stderr).toContain('sesamy doctor --isn-listen 22');
  });

  it('where nobody listens', async () => {
    const checked = await checkFrom('ipv6', 5999, '--json');
    expect(checked).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(checked.stdout)).toMatchObject({ type: 'failed', error: { code: 'no-listener' } });
  });

  it('where the listener’s port is taken, or root’s', async () => {
    await startListener();
    const taken = await listen(PORT).within(5000);
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`Another program listens on port ${PORT}.`);
    const low = await listen(80).within(5000);
    expect(low.code).toBe(4);
    expect(low.stderr).toContain('Choose a port above 1023');
  });
});

describe('the helper that listens', () => {
  function start(request: Buffer): Running {
    const running = lab.start(lab.asClient([env['SESAMY_HELPER'] ?? ''], 'file-capabilities'), env);
    running.child.stdin.write(request);
    return running;
  }
  const connect = (): Promise<string> => lab.inServer([process.execPath, ...connectOnce(lab.client.ipv4, PORT, 800)]);

  it('holds no capability, tells what arrives, and ends after the connections that it was to take', async () => {
    const running = start(listenFrame(PORT, 10_000, 2));
    await until('it listens', () => running.stdout.length > 0);
    const status = await readFile(`/proc/${running.child.pid ?? 0}/status`, 'utf8');
    expect(status).toMatch(/CapPrm:\s*0+\nCapEff:\s*0+\n/);
    expect(status).toMatch(/NoNewPrivs:\s*1\nSeccomp:\s*2\n/);
    const lines = [await connect(), await connect()];
    expect((await running.within(2000)).code).toBe(0);
    const [listening, ...others] = readReports(running.stdout);
    expect(listening).toEqual({ type: REPORTS.listening, fields: Buffer.from([6, PORT >> 8, PORT & 0xff]) });
    expect(others.map(({ type }) => type)).toEqual([REPORTS.arrived, REPORTS.arrived, REPORTS.done]);
    lines.forEach((line, at) => {
      const fields = others[at]?.fields ?? Buffer.alloc(0);
      expect([...fields.subarray(0, 5)]).toEqual([4, ...lab.server.ipv4.split('.').map(Number)]);
      const [isn, tsval] = [fields.readUInt32BE(19), fields.readUInt32BE(28)];
      expect(line).toBe(`open-sesamy isn ${hex(isn)} tsval ${hex(tsval)}\n`);
    });
    expect(others[2]?.fields.readUInt16BE(0)).toBe(2);
  });

  it('ends when its time is up, and at once when its input is closed', async () => {
    const short = start(listenFrame(PORT, 200, 100));
    expect((await short.within(3000)).code).toBe(0);
    expect(readReports(short.stdout).map(({ type }) => type)).toEqual([REPORTS.listening, REPORTS.done]);
    const long = start(listenFrame(PORT, 600_000, 100));
    await until('it listens', () => long.stdout.length > 0);
    long.child.stdin.end();
    await long.within(2000);
    expect(readReports(long.stdout).map(({ type }) => type)).toEqual([REPORTS.listening, REPORTS.failed]);
  });

  it.each([
    ['port 0', 0, 1000, 1],
    ['no time', PORT, 0, 1],
    ['more than ten minutes', PORT, 600_001, 1],
    ['no connection', PORT, 1000, 0],
    ['more than 100 connections', PORT, 1000, 101],
  ])('refuses %s', async (_name, port, durationMs, connections) => {
    const running = start(listenFrame(port, durationMs, connections));
    await running.within(2000);
    const [failed, ...others] = readReports(running.stdout);
    expect(others).toEqual([]);
    expect([failed?.type, failed?.fields.readUInt8(0)]).toEqual([REPORTS.failed, REASONS.malformed]);
  });
});

it('leaves no process behind', async () => {
  await until('all have ended', () => lab.strayClientProcesses().length === 0);
});
