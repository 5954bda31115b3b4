/** TCP Stealth between two stock kernels: an ordinary user knocks with the connection's own SYN, on a port that is guarded. */
import { createHash, randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recipesOf } from '../../app/domain/modes/registry';
import { secretBytes, stealthIsn } from '../../app/domain/modes/tcp-stealth/isn';
import { proxyCommandLine } from '../../app/session/shell-quote';
import type { KnockEvent } from '../../app/domain/plan/knock-event';
import { connectFrame, readReports, REASONS, REPORTS } from './helper-frames';
import type { TestConnection, TestReport } from './helper-frames';
import { CLIENT_USER, Lab } from './lab';
import type { IpVersion } from './ip-version';
import type { SshLoginOptions } from './lab';
import { loadRecipe } from './load-recipe';
import { must, until } from './process';
import type { Finished, Running } from './process';
import { echoServer, helperSessions, noise, resettingServer } from './programs';
import { addressBytes, synOf } from './syn';
import type { Syn } from './syn';
import type { SshServer } from './ssh-server';

const PORT = 22;
/** sshd listens there too, and nothing guards it. */
const OPEN_PORT = 2222;
const ECHO_PORT = 7007;
const RESET_PORT = 7008;
const SECRET = 'open sesamy';
const FAMILIES = { ipv4: 4, ipv6: 6 } as const;
const VERSIONS: readonly IpVersion[] = ['ipv4', 'ipv6'];
/** What an SSH client says first, whatever its version (RFC 4253 §4.2). */
const BANNER = Buffer.from('SSH-2.0-');
const MEGABYTE = 1_000_000;

interface Variant {
  readonly version: IpVersion;
  readonly timestamps: boolean;
  readonly integrity: boolean;
}

let lab: Lab;
let helper: string;
let guarded: SshServer;
let open: SshServer;

beforeAll(async () => {
  lab = await Lab.create();
  helper = await lab.installHelper();
  guarded = await lab.startSshServer(PORT);
  open = await lab.startSshServer(OPEN_PORT);
});
afterAll(async () => {
  await lab.dispose();
});
afterEach(async () => {
  await lab.inServer(['nft', 'flush', 'ruleset']);
  await must(lab.asClientRoot(['nft', 'flush', 'ruleset']));
});

const environment = (): Readonly<Record<string, string>> => ({ ...lab.clientEnvironment, SESAMY_HELPER: helper });

/** As a person would type it. */
function mode({ timestamps, integrity }: Omit<Variant, 'version'>, secret = SECRET): readonly string[] {
  const switches = ['--timestamps', timestamps ? 'on' : 'off', '--integrity', String(integrity ? BANNER.length : 0)];
  return ['--mode', 'tcp-stealth', '--secret', secret, ...switches];
}
const PLAIN = { timestamps: false, integrity: false };

const asUser = (): Pick<SshLoginOptions, 'env' | 'rights'> => ({ env: environment(), rights: 'file-capabilities' });
const asServer = (argv: readonly string[]): readonly string[] => lab.asServer(argv);
const asClientRoot = (argv: readonly string[]): readonly string[] => lab.asClientRoot(argv);

/** Adds a rule for what arrives, before those of the recipes. */
async function filter(asThere: typeof asServer, rule: string): Promise<void> {
  await must(asThere(['nft', 'add table inet lab']));
  await must(asThere(['nft', 'add chain inet lab in { type filter hook input priority -400; }']));
  await must(asThere(['nft', `add rule inet lab in ${rule}`]));
}

/** ssh to the guarded port, with a line on its way there and back. */
function startSession(version: IpVersion, command: string, ...options: readonly string[]): Running {
  const settings = [`ProxyCommand=${command}`, ...options].flatMap((setting) => ['-o', setting]);
  const argv = ['ssh', ...guarded.options, ...settings, `root@${lab.server[version]}`, 'cat'];
  const session = lab.start(lab.asClient(argv, 'file-capabilities'), environment());
  session.child.stdin.write('still here\n');
  return session;
}

function startProxy(port = OPEN_PORT): Running {
  const argv = lab.sesamy('proxy', ...mode(PLAIN), '--', lab.server.ipv4, String(port));
  return lab.start(lab.asClient(argv, 'file-capabilities'), environment());
}

/** Says something to a helper, and gives all that it reports. */
async function speak(frame: Buffer): Promise<readonly TestReport[]> {
  const running = lab.start(lab.asClient([helper], 'file-capabilities'), environment());
  running.child.stdin.write(frame);
  await running.within(20_000);
  return readReports(running.stdout);
}

const inHex = (address: string): string => Buffer.from(addressBytes(address)).toString('hex');

/** The addresses of a request, as its test encoder takes them. */
function ends(version: IpVersion): Pick<TestConnection, 'family' | 'source' | 'destination'> {
  const { client, server } = lab;
  if (version === 'ipv4') return { family: 4, source: client.ipv4, destination: server.ipv4 };
  return { family: 6, source: inHex(client.ipv6), destination: inHex(server.ipv6) };
}

const eventsOf = ({ stdout }: Finished): readonly KnockEvent[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as KnockEvent);

function proxyCommand(variant: Omit<Variant, 'version'>, ...more: readonly string[]): string {
  return `${proxyCommandLine(lab.sesamy('proxy', ...mode(variant), ...more, '--'))} %h %p`;
}

function sesamy(...args: readonly string[]): Promise<Finished> {
  return lab.inClient(lab.sesamy(...args), { env: environment() }, 'file-capabilities');
}

/** What the ISN has to be, by the function that the authors' vectors check. */
function isnFor(variant: Variant, port: number, tsval: number | null): number {
  return stealthIsn({
    secret: secretBytes(SECRET),
    destination: addressBytes(lab.server[variant.version]),
    destinationPort: port,
    tsval: tsval ?? 0,
    payload: variant.integrity ? BANNER : null,
  });
}

/** Guards the port. Of a knock without timestamps the ISN is the same each time, with integrity too: all SSH clients begin alike. */
async function guard(version: IpVersion, integrity = false): Promise<void> {
  const profile = { kind: 'tcp-stealth', secret: SECRET, integrityLength: 0, use: 'connection', ...PLAIN } as const;
  const server = { address: lab.server[version], family: FAMILIES[version], servicePort: PORT };
  const [recipe] = recipesOf(profile, server);
  if (recipe === undefined) throw new Error('There is no recipe');
  const hex = (isn: number): string => `0x${isn.toString(16).padStart(8, '0')}`;
  const [without, wanted] = [false, integrity].map((on) =>
    hex(isnFor({ ...PLAIN, version, integrity: on }, PORT, null)),
  );
  const text = recipe.text.replaceAll(without ?? '', wanted ?? '');
  expect(text).toContain(wanted);
  await loadRecipe(lab, { ...recipe, text });
}

describe.each(VERSIONS)('over %s', (version) => {
  const remote = (): string => (version === 'ipv6' ? `root@[${lab.server.ipv6}]` : `root@${lab.server.ipv4}`);
  const onlySyns = (): ReturnType<Lab['capture']> =>
    lab.capture(version === 'ipv4' ? 'tcp[tcpflags] & tcp-syn != 0' : 'ip6[6] == 6 and ip6[53] & 2 != 0');

  /** Copies a file to the server and back, and fails unless both copies are the same. */
  async function copyBothWays(server: SshServer, command: string, bytes: number, timeoutMs: number): Promise<void> {
    const folder = await mkdtemp(join(lab.home, 'copy-'));
    const [original, there, back] = ['original', 'there', 'back'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await must(['chown', `${CLIENT_USER}:${CLIENT_USER}`, folder]);
    await must(['sh', '-c', `head -c ${bytes} /dev/urandom > ${original} && chmod a+r ${original}`]);
    const options = [
      ...server.options,
      '-c',
      'aes128-gcm@openssh.com',
      '-o',
      `ProxyCommand=${command}`,
      '-P',
      String(server.port),
    ];
    for (const [from, to] of [
      [original, `${remote()}:${there}`],
      [`${remote()}:${there}`, back],
    ] as const) {
      const copied = await lab.inClient(
        ['scp', ...options, from, to],
        { env: environment(), timeoutMs },
        'file-capabilities',
      );
      expect(copied).toMatchObject({ code: 0 });
    }
    const hashes = (await must(['sha256sum', original, there, back]))
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 64));
    expect(new Set(hashes).size).toBe(1);
    await must(['rm', '-r', folder]);
  }

  /** Fails unless each SYN is the knock it should be, and gives them. */
  function expectKnocks(sent: readonly Syn[], variant: Omit<Variant, 'version'>, port: number): void {
    expect(sent.length).toBeGreaterThan(0);
    for (const syn of sent) {
      expect(syn.tsval !== null).toBe(variant.timestamps);
      expect(syn.isn).toBe(isnFor({ ...variant, version }, port, syn.tsval));
    }
  }

  it.each([
    { timestamps: false, integrity: false },
    { timestamps: true, integrity: false },
    { timestamps: false, integrity: true },
    { timestamps: true, integrity: true },
  ])(
    'ssh logs in and 200 MB pass each way: timestamps $timestamps, integrity $integrity',
    { timeout: 120_000 },
    async (variant) => {
      // Only what does not change from one SYN to the next can be checked by a stock kernel.
      const server = variant.timestamps ? open : guarded;
      if (!variant.timestamps) await guard(version, variant.integrity);
      const capture = await onlySyns();
      const login = await lab.ssh(server, 'id -u', {
        version,
        proxyCommand: proxyCommand(variant),
        ...asUser(),
      });
      expect(login).toMatchObject({ code: 0, stdout: '0\n' });
      // What the proxy says comes here too, and it has nothing to complain of.
      expect(login.stderr).not.toContain('sesamy:');
      await copyBothWays(server, proxyCommand(variant), 200 * MEGABYTE, 60_000);
      const sent = (await capture.stop()).filter(({ flags }) => flags === 'S').map(synOf);
      expect(sent).toHaveLength(3);
      expectKnocks(sent, variant, server.port);
      expect(lab.strayClientProcesses()).toEqual([]);
    },
  );

  it('ssh and 200 MB each way with 2 % of the packets lost in both directions', { timeout: 240_000 }, async () => {
    await guard(version);
    for (const asThere of [asServer, asClientRoot]) {
      await filter(asThere, 'meta l4proto tcp numgen random mod 100 < 2 counter drop');
    }
    const capture = await onlySyns();
    const login = await lab.ssh(guarded, 'id -u', { version, proxyCommand: proxyCommand(PLAIN), ...asUser() });
    expect(login).toMatchObject({ code: 0, stdout: '0\n' });
    await copyBothWays(guarded, proxyCommand(PLAIN), 200 * MEGABYTE, 110_000);
    expectKnocks((await capture.stop()).filter(({ flags }) => flags === 'S').map(synOf), PLAIN, PORT);
    for (const asThere of [asServer, asClientRoot]) {
      const rules = await must(asThere(['nft', 'list', 'ruleset']));
      expect(Number(/packets (\d+) bytes \d+ drop/.exec(rules)?.[1])).toBeGreaterThan(100);
    }
  });

  it('a SYN that is lost is sent again as it was', async () => {
    // SYNs have 60 or 80 bytes here, so that two of them are lost.
    await filter(asServer, `tcp dport ${PORT} quota until 170 bytes drop`);
    const capture = await onlySyns();
    const args = ['--host', lab.server[version], '--port', String(PORT), '--json'];
    const knocked = await sesamy('knock', ...mode({ timestamps: true, integrity: false }), ...args);
    expect(knocked).toMatchObject({ code: 0 });
    const [first, ...again] = (await capture.stop()).map(synOf);
    expect(again).toEqual([first, first]);
    expect(eventsOf(knocked).filter(({ type }) => type === 'connecting')).toMatchObject(
      [0, 1000, 3000].map((plannedMs, index) => ({ plannedMs, attempt: index + 1 })),
    );
    expect(eventsOf(knocked).at(-1)).toMatchObject({ type: 'open' });
  });

  it.each([true, false])('looks like the kernel’s own connection, timestamps %s', async (timestamps) => {
    const setTimestamps = (on: boolean): Promise<string> =>
      must(lab.asClientRoot(['sysctl', '-w', `net.ipv4.tcp_timestamps=${on ? 1 : 0}`]));
    const begin = async (options: SshLoginOptions): Promise<unknown> => {
      const capture = await lab.capture(`tcp port ${OPEN_PORT}`);
      expect(await lab.ssh(open, 'true', { version, ...options })).toMatchObject({ code: 0 });
      const sent = await capture.stop();
      const [syn, ack] = sent;
      const first = sent.find(({ payload }) => payload.length > 0);
      if (syn === undefined || ack === undefined || first === undefined) throw new Error('There was no connection');
      const looks = [syn, ack, first].map((packet) => {
        const { acknowledgment, tsecr, ...rest } = synOf(packet);
        const drawn = { isn: 0, sourcePort: 0, tsval: 0 };
        return { ...rest, ...drawn, answers: acknowledgment !== 0, echoes: tsecr !== null && tsecr !== 0 };
      });
      // What the window is later depends on what has arrived by then.
      return [looks[0], looks[1], { ...looks[2], window: 0 }];
    };
    await setTimestamps(timestamps);
    // Without a type of service, which ssh sets only on a connection that it has made itself.
    const own = await begin({ settings: ['IPQoS=none'] });
    // Off, so that the helper has to leave out what the kernel would put in.
    await setTimestamps(true);
    expect(await begin({ proxyCommand: proxyCommand({ timestamps, integrity: false }), ...asUser() })).toEqual(own);
  });

  it('where this computer uses no timestamps, the kernel sends the SYN itself', async () => {
    await guard(version);
    await must(lab.asClientRoot(['sysctl', '-w', 'net.ipv4.tcp_timestamps=0']));
    const capture = await onlySyns();
    const login = await lab.ssh(guarded, 'id -u', { version, proxyCommand: proxyCommand(PLAIN), ...asUser() });
    await must(lab.asClientRoot(['sysctl', '-w', 'net.ipv4.tcp_timestamps=1']));
    expect(login).toMatchObject({ code: 0, stdout: '0\n' });
    expectKnocks((await capture.stop()).map(synOf), PLAIN, PORT);
  });

  it('what is wrong is refused as by a closed port', async () => {
    await guard(version);
    const target = ['--host', lab.server[version], '--port'];
    const closed = await sesamy('knock', ...mode(PLAIN), ...target, '23');
    const wrong = await sesamy('knock', ...mode(PLAIN, 'open sesame'), ...target, String(PORT));
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain('answered the SYN with a reset, as a closed port does');
    const withoutTimes = ({ stderr }: Finished): string => stderr.replaceAll(/ +\d+\.\d+ s|port \d+/g, '');
    expect(withoutTimes(wrong)).toBe(withoutTimes(closed));
    expect((await sesamy('knock', ...mode(PLAIN), ...target, String(PORT))).code).toBe(0);
  });

  it.each([
    ['the ISN of another port', OPEN_PORT, null],
    ['the ISN of another address', PORT, { ipv4: '192.0.2.3', ipv6: '2001:db8::3' }],
  ] as const)('%s is refused as by a closed port', async (_what, port, address) => {
    await guard(version);
    const destination = addressBytes((address ?? lab.server)[version]);
    const about = { secret: secretBytes(SECRET), destination, destinationPort: port, tsval: 0, payload: null };
    const reports = await speak(connectFrame({ ...ends(version), port: PORT, isn: stealthIsn(about) }));
    expect(reports.map(({ type }) => type)).toEqual([REPORTS.syn, REPORTS.failed]);
    expect(reports[1]?.fields.readUInt8(0)).toBe(REASONS.refused);
    const isn = isnFor({ ...PLAIN, version }, PORT, null);
    const right = await speak(connectFrame({ ...ends(version), port: PORT, isn }));
    expect(right.map(({ type }) => type)).toEqual([REPORTS.syn, REPORTS.open, REPORTS.carried]);
  });

  it('the SYN has the acknowledgment field and the IP ID that are asked for', async () => {
    const capture = await onlySyns();
    const wanted = { isn: 0x12345678, acknowledgment: 0x9abcdef0, tsval: 0x11223344 };
    const ipId = version === 'ipv4' ? 4660 : 0;
    const reports = await speak(connectFrame({ ...ends(version), ...wanted, ipId, port: OPEN_PORT }));
    expect(reports.map(({ type }) => type)).toEqual([REPORTS.syn, REPORTS.open, REPORTS.carried]);
    const [syn] = await capture.stop();
    if (syn === undefined) throw new Error('There was no SYN');
    expect(synOf(syn)).toMatchObject(wanted);
    if (version === 'ipv4') expect(syn.bytes.readUInt16BE(4)).toBe(ipId);
  });

  it('silence is told when the time is over', async () => {
    await filter(asServer, `tcp dport ${PORT} drop`);
    const reports = await speak(connectFrame({ ...ends(version), port: PORT, isn: 1, timeoutMs: 1500 }));
    expect(reports.map(({ type }) => type)).toEqual([REPORTS.syn, REPORTS.syn, REPORTS.failed]);
    expect(reports.at(-1)?.fields.readUInt8(0)).toBe(REASONS.noAnswer);
  });

  it('an ICMP error ends it, and is told', async () => {
    await filter(asServer, `tcp dport ${PORT} reject with icmpx admin-prohibited`);
    const knocked = await sesamy('knock', ...mode(PLAIN), '--host', lab.server[version]);
    expect(knocked.code).toBe(3);
    expect(knocked.stderr).toContain(version === 'ipv4' ? 'ICMP type 3 code 13' : 'ICMP type 1 code 1');
  });

  it.each(['-sS', '-sT'])('nmap %s sees a closed port while a session is open', async (scan) => {
    await guard(version);
    const session = startSession(version, proxyCommand(PLAIN));
    await session.ready('the session', () => session.stdout.includes('still here'));
    const flags = ['-n', '-Pn', '-p', `${PORT},23`, '-oG', '-', ...(version === 'ipv6' ? ['-6'] : [])];
    const seen = await must(lab.asClientRoot(['nmap', scan, ...flags, lab.server[version]]));
    expect(seen).toContain(`Ports: ${PORT}/closed/tcp//ssh///, 23/closed/tcp//telnet///`);
    session.child.stdin.end('and still here\n');
    expect(await session.within(10_000)).toMatchObject({ code: 0, stdout: 'still here\nand still here\n' });
  });

  it('ProxyUseFdpass: ssh has the connection itself, and no process of ours remains', async () => {
    await guard(version);
    const session = startSession(version, proxyCommand(PLAIN, '--fdpass'), 'ProxyUseFdpass=yes');
    await session.ready('the session', () => session.stdout.includes('still here'));
    await until('only ssh remains', () => lab.strayClientProcesses().length === 0);
    session.child.stdin.end('and still here\n');
    expect(await session.within(10_000)).toMatchObject({ code: 0, stdout: 'still here\nand still here\n' });
  });

  it('200 at once and 2,000 in a row leave no port, no socket and no process', { timeout: 180_000 }, async () => {
    const echo = lab.start(lab.asServer([process.execPath, ...echoServer(ECHO_PORT)]));
    await echo.ready('the echo', () => echo.stdout.includes('listening'));
    const message = noise('client', 500).toString('hex');
    const hash = createHash('sha256').update(message).digest('hex');
    for (const { total, atOnce } of [
      { total: 200, atOnce: 200 },
      { total: 2000, atOnce: 1 },
    ]) {
      const frames = Array.from({ length: total }, (_, index) =>
        connectFrame({ ...ends(version), carry: 1, port: ECHO_PORT, isn: randomInt(2 ** 32), tsval: index * 2 }),
      );
      const input = frames.map((frame) => frame.toString('hex')).join('\n');
      const argv = [lab.node, ...helperSessions(helper, atOnce, message)];
      const finished = await lab.inClient(argv, { input, timeoutMs: 120_000 }, 'file-capabilities');
      expect(finished).toMatchObject({ code: 0, stderr: '' });
      const results = finished.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly port: number });
      const good = results.filter((result) => isDeepStrictEqual(result, { code: 0, port: result.port, hash }));
      expect(good).toHaveLength(total);
      if (atOnce === total) expect(new Set(good.map(({ port }) => port)).size).toBe(total);
      expect(lab.strayClientProcesses()).toEqual([]);
      // TIME-WAIT is how any connection ends (RFC 9293 §3.3.2).
      for (const asThere of [asServer, asClientRoot])
        await until('no socket is left', async () => {
          const sockets = await must(asThere(['ss', '-Htan', `sport = :${ECHO_PORT} or dport = :${ECHO_PORT}`]));
          return sockets.split('\n').every((line) => line === '' || /^(TIME-WAIT|LISTEN) /.test(line));
        });
      expect(await must(lab.asClientRoot(['ss', '-Htln']))).toBe('');
    }
    await echo.stop();
    expect(echo.stdout.toString()).not.toContain('failed');
  });
});

it.each(['SIGKILL', 'SIGHUP'] as const)('%s while a session stands leaves no process', async (signal) => {
  const running = startProxy();
  await running.ready('the server’s banner', () => running.stdout.includes('SSH-2.0'));
  running.kill(signal);
  const { code, stderr } = await running.within(5000);
  // ssh lets go of its ProxyCommand by SIGHUP.
  if (signal === 'SIGHUP') expect(code).toBe(0);
  expect(stderr).not.toContain('broke');
  await until('the helper has ended', () => lab.strayClientProcesses().length === 0);
});

it('a program that is gone is the end of its session, and no failure', async () => {
  const running = startProxy();
  await running.ready('the server’s banner', () => running.stdout.includes('SSH-2.0'));
  running.child.stdout.destroy();
  running.child.stdin.end();
  expect((await running.within(5000)).code).toBe(0);
  expect(lab.strayClientProcesses()).toEqual([]);
});

it.each([
  ['before its first byte', '', 3, 'The server hung up at once'],
  ['later', 'hello', 1, 'The connection broke'],
] as const)('a server that breaks the connection %s is told', async (_when, greeting, exitCode, title) => {
  const server = lab.start(lab.asServer([process.execPath, ...resettingServer(RESET_PORT, greeting)]));
  await server.ready('the server', () => server.stdout.includes('listening'));
  const running = startProxy(RESET_PORT);
  const { code, stdout, stderr } = await running.within(5000);
  await server.stop();
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: greeting });
  expect(stderr).toContain(title);
});

it('reaches a link-local address through the interface that the request names', async () => {
  const linkLocal = async (asThere: typeof asServer, name: string): Promise<string> => {
    const show = asThere(['ip', '-6', '-o', 'address', 'show', 'dev', name, 'scope', 'link', '-tentative']);
    let found: string | undefined;
    await until('duplicate address detection is over', async () => {
      found = /inet6 (fe80:[0-9a-f:]+)\//.exec(await must(show))?.[1];
      return found !== undefined;
    });
    return inHex(found ?? '');
  };
  const source = await linkLocal(asClientRoot, lab.clientInterface);
  const destination = await linkLocal(asServer, lab.serverInterface);
  const index = await must(lab.asClientRoot(['cat', `/sys/class/net/${lab.clientInterface}/ifindex`]));
  const resets = async (): Promise<string | undefined> =>
    /^TcpOutRsts +(\d+)/m.exec(await must(lab.asClientRoot(['nstat', '-asz', 'TcpOutRsts'])))?.[1];
  // It says nothing by itself, so that closing the connection resets nothing.
  const echo = lab.start(lab.asServer([process.execPath, ...echoServer(ECHO_PORT)]));
  await echo.ready('the echo', () => echo.stdout.includes('listening'));
  const before = await resets();
  const where = { family: 6, source, destination, interfaceIndex: Number(index) } as const;
  const reports = await speak(connectFrame({ ...where, port: ECHO_PORT, isn: 7, tsval: 8 }));
  expect(reports.map(({ type }) => type)).toEqual([REPORTS.syn, REPORTS.open, REPORTS.carried]);
  expect(before).toMatch(/^\d+$/);
  expect(await resets()).toBe(before);
  await echo.stop();
});

it('a cancel while the server is silent ends it at once', async () => {
  await filter(asServer, 'meta l4proto tcp drop');
  const capture = await lab.capture('tcp');
  const argv = lab.sesamy('knock', ...mode(PLAIN), '--host', lab.server.ipv4);
  const running = lab.start(lab.asClient(argv, 'file-capabilities'), environment());
  await running.ready('the SYN', () => running.stderr.includes('connecting to'));
  running.kill('SIGINT');
  expect((await running.within(5000)).code).toBe(130);
  expect(lab.strayClientProcesses()).toEqual([]);
  await lab.inServer(['nft', 'flush', 'ruleset']);
  expect((await capture.stop()).map(({ flags }) => flags)).toEqual(['S']);
});

it('without the helper’s rights nothing is sent, and it says what is missing', async () => {
  const capture = await lab.capture('tcp');
  const argv = lab.sesamy('knock', ...mode(PLAIN), '--host', lab.server.ipv4);
  const refused = await lab.inClient(argv, { env: lab.clientEnvironment });
  expect(await capture.stop()).toEqual([]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toMatch(/helper/);
});

it('integrity needs no more bytes than the client says by itself', { timeout: 30_000 }, async () => {
  const capture = await lab.capture('tcp');
  const long = ['--mode', 'tcp-stealth', '--secret', SECRET, '--integrity', '200'];
  const login = await lab.ssh(open, 'true', {
    proxyCommand: `${proxyCommandLine(lab.sesamy('proxy', ...long, '--'))} %h %p`,
    ...asUser(),
  });
  expect(await capture.stop()).toEqual([]);
  expect(login.code).toBe(255);
  expect(login.stderr).toMatch(/protects the first 200 bytes.*sends only \d+ bytes/);
  expect(login.stderr).toMatch(/set the integrity length to \d+ or less/);
});
