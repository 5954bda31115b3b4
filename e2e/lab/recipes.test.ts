/** The recipes on a real kernel: loaded as a person would load them, and looked at as a scanner would. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recipesOf } from '../../app/domain/modes/registry';
import type { Recipe } from '../../app/domain/modes/recipe';
import type { TcpStealth } from '../../app/domain/modes/tcp-stealth/schema';
import { Lab } from './lab';
import type { IpVersion } from './ip-version';
import { loadRecipe } from './load-recipe';
import { run } from './process';
import { answersTo, PROBES, writeChecksums } from './segments';
import type { Probe } from './segments';

const SERVICE_PORT = 22;
const OTHER_SERVICE_PORT = 2222;
const CLOSED_PORT = 23;
const FAMILIES = { ipv4: 4, ipv6: 6 } as const;
const VERSIONS: readonly IpVersion[] = ['ipv4', 'ipv6'];
const SECRET = 'open sesamy';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.create();
  await lab.inServer(writeChecksums(lab.serverInterface));
  await lab.startSshServer(SERVICE_PORT);
  await lab.startSshServer(OTHER_SERVICE_PORT);
});
afterAll(async () => {
  await lab.dispose();
});
afterEach(async () => {
  await lab.inServer(['nft', 'flush', 'ruleset']);
});

function recipeFor(version: IpVersion, use: TcpStealth['use'], servicePort = SERVICE_PORT): Recipe {
  const mode: TcpStealth = { kind: 'tcp-stealth', secret: SECRET, timestamps: false, integrityLength: 0, use };
  const [recipe] = recipesOf(mode, { address: lab.server[version], family: FAMILIES[version], servicePort });
  if (recipe === undefined) throw new Error('There is no recipe');
  return recipe;
}

const load = (recipe: Recipe): Promise<void> => loadRecipe(lab, recipe);
const isnOf = (recipe: Recipe): number => Number(/tcp sequence (0x[0-9a-f]{8})/.exec(recipe.text)?.[1]);
const ruleset = (): Promise<string> => lab.inServer(['nft', 'list', 'ruleset']);

let sourcePort = 40_000;
const probe = (version: IpVersion, change: Partial<Probe>): Probe => ({
  source: lab.client[version],
  destination: lab.server[version],
  port: SERVICE_PORT,
  flags: PROBES.syn,
  isn: 0x1234,
  sourcePort: sourcePort++,
  tos: 0,
  payload: '',
  ...change,
});
const asSender = (argv: readonly string[]): readonly string[] => lab.asClientRoot(argv);

/** Every kind of probe, with and without data and a type of service, to one port. */
const scan = (version: IpVersion, port: number, from: number): readonly Probe[] =>
  [0, 0x10].flatMap((tos) =>
    ['', 'data'].flatMap((payload) =>
      Object.values(PROBES).map((flags, at) => probe(version, { port, tos, payload, flags, sourcePort: from + at })),
    ),
  );

/** The TCP flags of an answer; null when there was none. */
const flagsOf = (answer: string | undefined): number | null =>
  answer === undefined || answer === '-' ? null : Number.parseInt(answer.split(' ')[1]?.slice(18, 20) ?? '', 16);
const SYN_ACK = 0x12;
const RST_ACK = 0x14;

describe.each(VERSIONS)('over %s', (version) => {
  it.each(['connection', 'knock'] as const)('for a %s it loads, loads again and goes away', async (use) => {
    const before = await ruleset();
    const recipe = recipeFor(version, use);
    await load(recipe);
    const loaded = await ruleset();
    await load(recipe);
    expect(await ruleset()).toBe(loaded);
    const [, table = ''] = /To take it away: (nft delete table \S+ \S+)/.exec(recipe.text) ?? [];
    await lab.inServer(table.split(' '));
    expect(await ruleset()).toBe(before);
  });

  it.each(['connection', 'knock'] as const)(
    'for a %s its port answers every wrong probe as a closed port does, field by field',
    async (use) => {
      // Two at once, one source port for all, as a scanner has it, and a probe of port 0 in between.
      await load(recipeFor(version, use));
      await load(recipeFor(version, use, OTHER_SERVICE_PORT));
      const closed = await answersTo(scan(version, CLOSED_PORT, 50_000), asSender);
      expect(closed.filter((answer) => answer.endsWith('right')).length).toBeGreaterThan(30);
      for (const port of [SERVICE_PORT, 0, OTHER_SERVICE_PORT])
        expect(await answersTo(scan(version, port, 50_000), asSender), `port ${port}`).toEqual(closed);
    },
  );

  it('does the same behind a firewall that keeps track of connections, on which closed ports are dropped', async () => {
    const closed = await answersTo(scan(version, CLOSED_PORT, 51_000), asSender);
    await load(recipeFor(version, 'connection'));
    await lab.inServer(['nft', 'add', 'table', 'inet', 'own']);
    const chain = (hook: string, policy: string): string =>
      `add chain inet own ${hook} { type filter hook ${hook} priority 0; policy ${policy}; }`;
    const own = (policy: string): string =>
      [
        chain('input', policy),
        chain('output', 'accept'),
        'add rule inet own output ct state invalid drop',
        'add rule inet own input meta l4proto ipv6-icmp accept',
        `add rule inet own input ct state established,related accept`,
        `add rule inet own input tcp dport ${SERVICE_PORT} accept`,
      ].join('\n');
    const syns = (port: number, from: number): readonly Probe[] => [probe(version, { port, sourcePort: from })];
    await lab.inServer(['nft', '-f', '-'], { input: own('accept') });
    expect(await answersTo(syns(SERVICE_PORT, 52_000), asSender)).toEqual(closed.slice(0, 1));
    await lab.inServer(['nft', 'delete', 'table', 'inet', 'own']);
    await lab.inServer(['nft', '-f', '-'], { input: `add table inet own\n${own('drop')}` });
    expect(await answersTo([...syns(SERVICE_PORT, 52_001), ...syns(CLOSED_PORT, 52_001)], asSender)).toEqual([
      '-',
      '-',
    ]);
    const right = probe(version, { isn: isnOf(recipeFor(version, 'connection')) });
    expect(flagsOf((await answersTo([right], asSender))[0])).toBe(SYN_ACK);
  });

  it('lets the right SYN through, and no other', async () => {
    const recipe = recipeFor(version, 'connection');
    const isn = isnOf(recipe);
    await load(recipe);
    const answers = await answersTo(
      [
        probe(version, { isn }),
        probe(version, { isn: isn ^ 1 }),
        probe(version, { isn: isn ^ 0x8000_0000 }),
        probe(version, { isn, flags: PROBES.fin }),
        probe(version, { isn, flags: PROBES['syn and fin'] }),
      ].map((each) => ({ ...each, isn: each.isn >>> 0 })),
      asSender,
    );
    expect(answers.map(flagsOf)).toEqual([SYN_ACK, RST_ACK, RST_ACK, RST_ACK, RST_ACK]);
    // An ordinary connection is refused, at once.
    const refused = await lab.inClient([lab.node, '-e', CONNECT, lab.server[version], String(SERVICE_PORT)]);
    expect(refused.stdout).toBe('ECONNREFUSED');
  });

  it('as a knock opens the port for its source and nobody else, for an ordinary connection', async () => {
    const recipe = recipeFor(version, 'knock');
    await load(recipe);
    expect(await lab.greeting(SERVICE_PORT, version)).toBeNull();
    const answers = await answersTo([probe(version, { isn: isnOf(recipe) })], asSender);
    expect(answers.map(flagsOf)).toEqual([RST_ACK]);
    expect(await lab.greeting(SERVICE_PORT, version)).toMatch(/^SSH-2\.0-/);
    const address = lab.client[version];
    const table = [FAMILIES[version] === 4 ? 'ip' : 'ip6', recipe.fileName.replace('.nft', '')];
    expect(await lab.inServer(['nft', 'list', 'set', ...table, 'knocked'])).toContain(`${address} timeout 30s expires`);
    await lab.inServer(['nft', 'delete', 'element', ...table, 'knocked', `{ ${address} }`]);
    expect(await lab.greeting(SERVICE_PORT, version)).toBeNull();
  });

  it('leaves connections that stand, the loopback, other ports and UDP alone', async () => {
    const host = lab.server[version];
    // A connection that began before there was any rule, on a kernel that had not kept track of it.
    const before = lab.startInClient([lab.node, '-e', HOLD, host, String(OTHER_SERVICE_PORT)]);
    await before.ready('a connection', () => before.stdout.toString().includes('SSH-2.0-'));
    const udp = lab.start(lab.asServer([process.execPath, '-e', UDP_ECHO, String(OTHER_SERVICE_PORT)]));
    await udp.ready('a UDP server', () => udp.stdout.toString().includes('listening'));
    await load(recipeFor(version, 'connection', OTHER_SERVICE_PORT));

    before.child.stdin.write('SSH-2.0-still_here\r\n');
    // The server's key exchange follows the client's own banner.
    const length = before.stdout.length;
    await before.ready('the server’s answer', () => before.stdout.length > length);
    await before.stop();
    expect(await lab.greeting(SERVICE_PORT, version)).toMatch(/^SSH-2\.0-/);
    const asked = await lab.inClient([lab.node, '-e', UDP_ASK, host, String(OTHER_SERVICE_PORT)]);
    expect(asked.stdout).toBe('echo');
    for (const own of [host, version === 'ipv4' ? '127.0.0.1' : '::1']) {
      const local = await run(lab.asServer([process.execPath, '-e', CONNECT, own, String(OTHER_SERVICE_PORT)]));
      expect(local.stdout, own).toBe('connected');
    }
    await udp.stop();
  });
});

const CONNECT = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
const say = (text) => process.stdout.write(text, () => process.exit(0));
socket.setTimeout(3000, () => say('silence'));
socket.on('error', (error) => say(error.code)).on('connect', () => say('connected'));
`;

const HOLD = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
socket.on('error', () => process.exit(1)).pipe(process.stdout);
process.stdin.pipe(socket);
`;

const UDP_ECHO = `
const socket = require('node:dgram').createSocket({ type: 'udp6' });
socket.on('message', (text, { address, port }) => socket.send('echo', port, address));
socket.bind(Number(process.argv[1]), () => console.log('listening'));
`;

const UDP_ASK = `
const [host, port] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (text) => process.stdout.write(text, () => process.exit(0)));
socket.send('ask', Number(port), host);
setTimeout(() => process.exit(1), 3000);
`;
