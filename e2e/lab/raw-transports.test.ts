/** The same two doors through every transport, run by an ordinary user. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipesOf } from '../../app/domain/modes/registry';
import { SYN_BUDGET } from '../../app/domain/plan/connect-schedule';
import type { KnockEvent } from '../../app/domain/plan/knock-event';
import { openingRule } from './knockd';
import { Lab } from './lab';
import type { IpVersion } from './ip-version';
import type { Rights } from './lab';
import { loadRecipe } from './load-recipe';
import { expectKnocks, planOf } from './planned';
import { run } from './process';
import { synOf } from './syn';
import { stageInto } from '../../scripts/lib/stage.mjs';

const SERVICE_PORT = 22;
/** Locally administered, so that it is no device's own (IEEE 802). */
const CHOSEN_MAC = '02:5E:5A:4D:59:01';
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

let lab: Lab;
let helper: string;

beforeAll(async () => {
  lab = await Lab.create();
  helper = await lab.installHelper();
  stageInto(join(lab.staged, 'node_modules'), [join(REPOSITORY, 'node_modules/cap')]);
  await lab.startSshServer(SERVICE_PORT);
});

afterAll(async () => {
  await lab.dispose();
});

interface Way {
  readonly name: string;
  readonly transport: 'sockets' | 'helper' | 'pcap';
  readonly rights: Rights;
  /** Null: the interface's own. */
  readonly mac: string | null;
  readonly options: () => readonly string[];
}

const WAYS: readonly Way[] = [
  { name: 'sockets', transport: 'sockets', rights: 'none', mac: null, options: () => [] },
  {
    name: 'the helper, routed',
    transport: 'helper',
    rights: 'file-capabilities',
    mac: null,
    options: () => ['--transport', 'helper'],
  },
  {
    name: 'the helper at link level, with a chosen MAC',
    transport: 'helper',
    rights: 'file-capabilities',
    mac: CHOSEN_MAC,
    options: () => ['--interface', lab.clientInterface, '--mac', CHOSEN_MAC],
  },
  {
    name: 'pcap, with a chosen MAC',
    transport: 'pcap',
    rights: 'net-raw',
    mac: CHOSEN_MAC,
    options: () => ['--transport', 'pcap', '--interface', lab.clientInterface, '--mac', CHOSEN_MAC],
  },
];

const DOORS = (['ipv4', 'ipv6'] as const).flatMap((version) => WAYS.map((way) => ({ ...way, version })));

/** Knocks as the client's user does, and gives the events. */
async function knock(way: Way, args: readonly string[]): Promise<readonly KnockEvent[]> {
  const env = { ...lab.clientEnvironment, SESAMY_HELPER: helper };
  const argv = lab.sesamy('knock', ...args, ...way.options(), '--json');
  const knocked = await lab.inClient(argv, { env }, way.rights);
  expect(knocked.stderr).toBe('');
  expect(knocked.code).toBe(0);
  return knocked.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as KnockEvent);
}

const sourceMacs = (sent: readonly { readonly sourceMac: string }[]): readonly string[] => [
  ...new Set(sent.map(({ sourceMac }) => sourceMac)),
];

async function ownMac(): Promise<string> {
  const text = await run(lab.asClientRoot(['cat', `/sys/class/net/${lab.clientInterface}/address`]));
  return text.stdout.trim().toUpperCase();
}

describe.each(DOORS)('$name, $version', (way) => {
  const version: IpVersion = way.version;
  const target = (): readonly string[] => ['--host', lab.server[version], '--port', String(SERVICE_PORT)];

  it('opens the count-window firewall with exactly the planned SYNs', async () => {
    const rules = { sequence: '121', windowSeconds: 1, knockPort: SERVICE_PORT, servicePort: SERVICE_PORT };
    await lab.installCountWindow(rules, version);
    const inline = ['--mode', 'count-window', '--sequence', '121', '--window', '1000', ...target()];
    const plan = await planOf(lab, inline);
    const capture = await lab.capture();
    const events = await knock(way, inline);
    const sent = await capture.stop();
    expectKnocks(sent, plan.packets);
    expect(sourceMacs(sent)).toEqual([way.mac ?? (await ownMac())]);
    expect(events.find((event) => event.type === 'armed')).toMatchObject({ transport: way.transport });
    expect(events.filter((event) => event.type === 'link')).toMatchObject(
      way.mac === null ? [] : [{ interface: lab.clientInterface, sourceMac: CHOSEN_MAC, nextHop: lab.server[version] }],
    );
    // The chosen MAC was the knock's alone: the connection's own packets find their way.
    expect(await lab.greeting(SERVICE_PORT, version)).toMatch(/^SSH-2\.0-/);
  });

  it('opens knockd’s door', async () => {
    const steps = ['7000:tcp', '8000:udp', '9000:tcp'];
    await lab.shutFirewall(version);
    const knockd = await lab.startKnockd({ open: { steps }, servicePort: SERVICE_PORT, version });
    try {
      const events = await knock(way, [
        ...['--mode', 'port-sequence', '--steps', steps.join(','), '--delay', '100'],
        ...target(),
      ]);
      expect(events.at(-1)).toMatchObject({ type: 'open' });
      const program = version === 'ipv4' ? 'iptables' : 'ip6tables';
      const opened = openingRule(lab.client[version], SERVICE_PORT);
      expect((await run(lab.asServer([program, '-C', ...opened]))).code).toBe(0);
    } finally {
      await knockd.stop();
    }
  });
});

/** Sockets choose their own ISN. */
const RAW_DOORS = DOORS.filter(({ transport }) => transport !== 'sockets');

describe.each(RAW_DOORS)('$name, $version', (way) => {
  it('opens a TCP Stealth rule for its source with one SYN, and nothing less does', async () => {
    const { version } = way;
    await lab.setFirewall([], version);
    const mode = { kind: 'tcp-stealth', secret: 'open sesamy', timestamps: false, integrityLength: 0 } as const;
    const server = {
      address: lab.server[version],
      family: version === 'ipv4' ? 4 : 6,
      servicePort: SERVICE_PORT,
    } as const;
    const [recipe] = recipesOf({ ...mode, use: 'knock' }, server);
    if (recipe === undefined) throw new Error('There is no recipe');
    await loadRecipe(lab, recipe);
    try {
      expect(await lab.greeting(SERVICE_PORT, version)).toBe(null);
      const target = ['--host', lab.server[version], '--port', String(SERVICE_PORT)];
      const inline = ['--mode', 'tcp-stealth', '--secret', 'open sesamy', '--use', 'knock', ...target];
      const capture = await lab.capture('tcp or ip6');
      const events = await knock(way, inline);
      const [syn, ...others] = (await capture.stop()).filter(({ flags }) => flags === 'S').map(synOf);
      expect(events.find((event) => event.type === 'armed')).toMatchObject({ transport: way.transport });
      expect(events.at(-1)).toMatchObject({ type: 'open' });
      expect(recipe.text).toContain(`0x${(syn?.isn ?? 0).toString(16).padStart(8, '0')}`);
      // The others are the connection's own attempts.
      expect(others.length).toBeGreaterThanOrEqual(1);
      expect(others.length).toBeLessThan(SYN_BUDGET);
      expect(others.map(({ isn }) => isn)).not.toContain(syn?.isn);
      expect(await lab.greeting(SERVICE_PORT, version)).toMatch(/^SSH-2\.0-/);
    } finally {
      await lab.inServer(['nft', 'flush', 'ruleset']);
    }
  });
});

describe('what a raw knock hears and meets', () => {
  const helped = (...args: readonly string[]): ReturnType<Lab['inClient']> =>
    lab.inClient(
      lab.sesamy('knock', ...args),
      { env: { ...lab.clientEnvironment, SESAMY_HELPER: helper } },
      'file-capabilities',
    );
  const oneStep = ['--mode', 'port-sequence', '--steps', '7000', '--no-check'];

  it('tells the answers that came to its packets', async () => {
    await lab.setFirewall([]);
    const args = ['--host', lab.server.ipv4, ...oneStep, '--transport', 'helper', '--json'];
    const { stdout } = await helped(...args);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as KnockEvent)
      .filter((event) => event.type === 'answer');
    expect(answers).toMatchObject([{ index: 0, phase: 'knock', kind: 'rst', from: lab.server.ipv4, icmp: null }]);
  });

  it('says which next hop does not answer, and sends nothing', async () => {
    const capture = await lab.capture();
    const silent = '192.0.2.99';
    const args = ['--host', silent, ...oneStep, '--interface', lab.clientInterface, '--transport', 'helper'];
    const knocked = await helped(...args);
    expect(knocked.code).toBe(5);
    expect(knocked.stderr).toContain('The next hop does not answer');
    expect(knocked.stderr).toContain(silent);
    expect(await capture.stop()).toEqual([]);
  });

  it('refuses a transport that the user may not use, and says what mends it', async () => {
    const knocked = await lab.inClient(
      lab.sesamy('knock', '--host', lab.server.ipv4, ...oneStep, '--transport', 'pcap'),
    );
    expect(knocked.code).toBe(4);
    expect(knocked.stderr).toContain('The chosen transport does not work here');
  });

  it('without a raw transport knocks through sockets, and says what is lost', async () => {
    const args = ['--host', lab.server.ipv4, ...oneStep, '--mac', CHOSEN_MAC];
    const knocked = await lab.inClient(lab.sesamy('knock', ...args));
    expect(knocked.code).toBe(0);
    expect(knocked.stderr).toContain(`the source MAC ${CHOSEN_MAC} is not used`);
  });
});
