/**
 * The second part of `npm run bench:timing`: every transport side by side in the lab, and hping3 on the same schedule,
 * first on an idle machine and then with every core kept busy by other processes.
 *
 * "Late" is what the transport itself reports, actual minus planned. "On the wire" is what tcpdump saw, for all alike: how
 * far each packet's distance from the first one is from the plan's.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnockEvent } from '../../app/domain/plan/knock-event';
import { stageInto } from '../../scripts/lib/stage.mjs';
import { Lab } from '../lab/lab';
import type { Rights } from '../lab/lab';

const STEPS = 32;
const DELAY_MS = 20;
const FIRST_PORT = 17_000;
/** What is asked of the helper while every core is busy, in milliseconds. Idle is printed only: a core that sleeps may
 * belong to a virtual machine, whose host wakes it as late as it likes. */
const LIMIT_P99_MS = 0.5;
const LIMIT_MAX_MS = 5;
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

let lab: Lab;
let helper: string;

beforeAll(async () => {
  lab = await Lab.create();
  helper = await lab.installHelper();
  stageInto(join(lab.staged, 'node_modules'), [join(REPOSITORY, 'node_modules/cap')]);
});

afterAll(async () => {
  await lab.dispose();
});

interface Figures {
  /** Reported by the transport; empty for a program that reports nothing. */
  readonly late: number[];
  readonly wire: number[];
}

interface Sender {
  readonly name: string;
  readonly limited?: boolean;
  /** Sends one schedule and gives how late each packet was, as far as it knows. */
  readonly send: () => Promise<readonly number[]>;
}

function ours(name: string, rights: Rights, options: () => readonly string[], limited = false): Sender {
  return {
    name,
    limited,
    send: async () => {
      const steps = Array.from({ length: STEPS }, (_, step) => FIRST_PORT + step).join(',');
      const target = ['--mode', 'port-sequence', '--host', lab.server.ipv4, '--steps', steps];
      const argv = lab.sesamy('knock', ...target, '--delay', String(DELAY_MS), '--no-check', '--json', ...options());
      const env = { ...lab.clientEnvironment, SESAMY_HELPER: helper };
      const { code, stdout, stderr } = await lab.inClient(argv, { env }, rights);
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as KnockEvent)
        .flatMap((event) => (event.type === 'packet-sent' ? [event.actualMs - event.plannedMs] : []));
    },
  };
}

const link = (): readonly string[] => ['--interface', lab.clientInterface];
const SENDERS: readonly Sender[] = [
  ours('sockets', 'none', () => []),
  ours('helper, routed', 'file-capabilities', () => ['--transport', 'helper'], true),
  ours('helper, link level', 'file-capabilities', () => ['--transport', 'helper', ...link()], true),
  ours('pcap', 'net-raw', () => ['--transport', 'pcap', ...link()]),
  {
    name: 'hping3',
    send: async () => {
      // It cannot change its port from packet to packet other than one by one, which is what the steps are.
      const schedule = ['-S', '-p', `++${FIRST_PORT}`, '-c', String(STEPS), '-i', `u${DELAY_MS * 1000}`, '-q', '-n'];
      await lab.inClient(['hping3', ...schedule, lab.server.ipv4], {}, 'net-raw');
      return [];
    },
  },
];

async function measure(sender: Sender, runs: number): Promise<Figures> {
  const figures: Figures = { late: [], wire: [] };
  for (let run = 0; run < runs; run++) {
    const capture = await lab.capture();
    figures.late.push(...(await sender.send()));
    const sent = (await capture.stop()).filter(({ dstPort }) => (dstPort ?? 0) >= FIRST_PORT);
    const syns = sent.filter(({ flags }) => flags === 'S');
    if (syns.length !== STEPS) throw new Error(`${sender.name} sent ${syns.length} SYNs instead of ${STEPS}`);
    const firstMs = syns[0]?.atMs ?? 0;
    figures.wire.push(...syns.map(({ atMs }, index) => Math.abs(atMs - firstMs - index * DELAY_MS)).slice(1));
  }
  return figures;
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;

function line(name: string, { late, wire }: Figures): string {
  const three = (values: readonly number[]): string =>
    [0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(3).padStart(8)).join('');
  return `${name.padEnd(20)}${String(wire.length).padStart(6)}  ${late.length === 0 ? '      –       –       –' : three(late)}   ${three(wire)}\n`;
}

const HEADER = `${''.padEnd(20)}packets  late: p50     p99     max   wire: p50     p99     max  (ms)\n`;

describe.each([
  { state: 'idle', busy: 0, runs: 8 },
  { state: 'every core busy', busy: cpus().length, runs: 33 },
])('timing, $state', ({ state, busy, runs }) => {
  const load: ChildProcess[] = [];
  beforeEach(() => {
    for (let core = 0; core < busy; core++)
      load.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  });
  afterEach(() => {
    for (const child of load.splice(0)) child.kill('SIGKILL');
  });

  it('keeps its schedule', { timeout: 600_000 }, async () => {
    process.stdout.write(`\n${state}\n${HEADER}`);
    const limited: Figures[] = [];
    for (const sender of SENDERS) {
      const figures = await measure(sender, runs);
      process.stdout.write(line(sender.name, figures));
      if (sender.limited === true) limited.push(figures);
    }
    for (const { late } of limited) {
      expect(late).toHaveLength(runs * STEPS);
      if (busy === 0) continue;
      expect(percentile(late, 0.99)).toBeLessThan(LIMIT_P99_MS);
      expect(percentile(late, 1)).toBeLessThan(LIMIT_MAX_MS);
    }
  });
});
