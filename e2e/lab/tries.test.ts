/** Knocks that go wrong once, against the real knockd: lost packets, one-time sequences, ports that change with the clock. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnockEvent } from '../../app/domain/plan/knock-event';
import { openingRule } from './knockd';
import { Lab } from './lab';
import { run, until } from './process';
import type { Running } from './process';

const SERVICE_PORT = 22;
const PASSPHRASE = 'a long passphrase';

let lab: Lab;
let folder = '';

beforeAll(async () => {
  lab = await Lab.create();
  await lab.startSshServer(SERVICE_PORT);
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-tries-'));
});

afterAll(async () => {
  await lab.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const target = (): readonly string[] => ['--host', lab.server.ipv4, '--port', String(SERVICE_PORT)];

async function knock(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly events: KnockEvent[] }> {
  const { code, stdout } = await lab.inClient(lab.sesamy('knock', ...args, '--json'), { input: `${PASSPHRASE}\n` });
  return {
    code,
    events: stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as KnockEvent),
  };
}

const types = (events: readonly KnockEvent[]): string[] => events.map(({ type }) => type);

/** Loses the client's first packet to a port. */
async function loseFirst(port: number): Promise<void> {
  const once = ['-m', 'statistic', '--mode', 'nth', '--every', '1000000', '--packet', '0'];
  const rule = ['iptables', '-A', 'OUTPUT', '-p', 'tcp', '--dport', String(port), ...once, '-j', 'DROP'];
  const { code, stderr } = await run(lab.asClientRoot(rule));
  expect(code, stderr).toBe(0);
}

/** The firewall's rule for the client, taken away as knockd's stop_command would. */
async function shutDoor(): Promise<void> {
  await lab.inServer(['iptables', '-D', ...openingRule(lab.client.ipv4, SERVICE_PORT)]);
}

describe('a try after a lost knock', () => {
  const STEPS = ['7000:tcp', '8000:tcp', '9000:tcp'];
  const SEQ_TIMEOUT_SECONDS = 60;
  let knockd: Running;

  beforeEach(async () => {
    await lab.shutFirewall();
    knockd = await lab.startKnockd({
      open: { steps: STEPS, timeoutSeconds: SEQ_TIMEOUT_SECONDS },
      servicePort: SERVICE_PORT,
    });
  });

  afterEach(async () => {
    await knockd.stop();
    await run(lab.asClientRoot(['iptables', '-F', 'OUTPUT']));
  });

  it.each([
    ['last', 9000],
    ['first', 7000],
    ['middle', 8000],
  ])('opens the door within its tries, although knockd remembers the first: the %s', async (_which, port) => {
    await loseFirst(port);
    const { code, events } = await knock('--mode', 'port-sequence', '--steps', STEPS.join(','), ...target());
    expect(code).toBe(0);
    const again = events.findIndex(({ type }) => type === 'again');
    expect(events[again]).toMatchObject({ learned: 'silent', next: 2 });
    // What brings the server back is sent at once: nobody waits for it to forget, which would take a minute.
    expect(events[again + 1]).toMatchObject({ type: 'packet-sent', phase: 'resync', port: 9000 });
    expect(types(events).at(-1)).toBe('open');
  });

  it('is not made where the profile forbids it', async () => {
    await loseFirst(9000);
    const once = ['--tries', '1'];
    const { code, events } = await knock('--mode', 'port-sequence', '--steps', STEPS.join(','), ...once, ...target());
    expect(code).toBe(3);
    expect(types(events)).not.toContain('again');
  });
});

describe('one-time sequences', () => {
  /** Ten lines of one length, each with the leading blank that knockd overwrites. */
  const LINES = Array.from({ length: 10 }, (_, line) => [7100, 7200, 7300].map((port) => port + line).join(','));
  let file = '';
  let knockd: Running;

  beforeAll(async () => {
    file = join(folder, 'sequences');
    writeFileSync(file, LINES.map((line) => ` ${line}\n`).join(''));
    await lab.shutFirewall();
    knockd = await lab.startKnockd({ open: { steps: [], oneTimeFile: file }, servicePort: SERVICE_PORT });
    const profile = ['--mode', 'knockd-otp', '--sequences', LINES.join(';'), '--delay', '10', '--tries', '2'];
    const { code, stderr } = await lab.inClient(
      lab.sesamy('add', 'once', ...profile, ...target(), '--passphrase-fd', '0'),
      { input: `${PASSPHRASE}\n` },
    );
    expect(code, stderr).toBe(0);
  });

  afterAll(async () => {
    await knockd.stop();
    await run(lab.asClientRoot(['iptables', '-F', 'OUTPUT']));
  });

  const knockOnce = () => knock('once', '--passphrase-fd', '0');
  const struck = (): number =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#')).length;
  /** The ports of the latest try. */
  const portsOf = (events: readonly KnockEvent[]): number[] =>
    events
      .slice(events.findLastIndex(({ type }) => type === 'armed'))
      .flatMap((event) => (event.type === 'packet-sent' && event.phase === 'knock' ? [event.port] : []));
  const warnings = (events: readonly KnockEvent[]): string =>
    JSON.stringify(events.filter(({ type }) => type === 'warning'));

  it('open ten times, each with a line of its own, also when a knock is lost, and never with one that is used', async () => {
    for (const [position, line] of LINES.entries()) {
      // In the middle of it one last knock is lost: the same line is tried again, and only then struck.
      if (position === 4) await loseFirst(7300 + position);
      const { code, events } = await knockOnce();
      expect(code, JSON.stringify(events.at(-1))).toBe(0);
      expect(portsOf(events).join(',')).toBe(line);
      expect(types(events).filter((type) => type === 'again')).toHaveLength(position === 4 ? 1 : 0);
      // Few are left, and the last is not spent without a word.
      if (position >= LINES.length - 3) expect(warnings(events)).toContain('knockd-otp.note');
      await until('knockd has struck the line', () => struck() === position + 1);
      await shutDoor();
    }
    const { code, events } = await knockOnce();
    expect(code).toBe(2);
    expect(events).toMatchObject([{ type: 'failed', error: { code: 'knock-refused' } }]);
    // What is kept of it can be set by hand, where the two sides have drifted apart.
    const set = await lab.inClient(lab.sesamy('edit', 'once', '--used', '3', '--passphrase-fd', '0'), {
      input: `${PASSPHRASE}\n`,
    });
    expect(set.code, set.stderr).toBe(0);
    const plan = await lab.inClient(lab.sesamy('knock', 'once', '--dry-run', '--passphrase-fd', '0'), {
      input: `${PASSPHRASE}\n`,
    });
    expect(plan.stdout).toContain('7103/tcp, 7203/tcp, 7303/tcp');
  });
});

describe('one-time ports by the clock', () => {
  it('are other ones in the next try, which waits for them', async () => {
    await lab.shutFirewall();
    const mode = ['--mode', 'knockd-otp', '--seed', 'correct horse', '--period', '5', '--base-port', '20000'];
    const { code, events } = await knock(...mode, '--protocols', 'tcp,tcp,udp', '--delay', '10', ...target());
    expect(code).toBe(3);
    const plans = events.flatMap((event) => (event.type === 'armed' ? [event] : []));
    expect(plans).toHaveLength(2);
    const [first, second] = plans.map(({ plan }) => plan.packets.map(({ port }) => port));
    expect(second).not.toEqual(first);
    const [begun, again] = plans.map(({ unixMs }) => Math.floor(unixMs / 5000));
    expect((again ?? 0) - (begun ?? 0)).toBe(1);
  });
});
