/**
 * `npm run bench:connect`: what a stealth connection costs beside an ordinary one, on the lab's wire. The time until it
 * stands, within one process (native/tools/connect-times.c), and the throughput of what it is for, `sesamy proxy`, beside
 * OpenBSD's nc in its place. Every figure is a ratio of medians of runs that take turns.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELPER } from '../lab/installed-helper';
import { Lab } from '../lab/lab';
import type { IpVersion } from '../lab/ip-version';
import { must, until } from '../lab/process';
import type { Running } from '../lab/process';
import { throughputClient, throughputServer } from './throughput';
import type { Direction, Way } from './throughput';

const ROUNDS = 500;
const CONNECT_PORT = 7000;
/** The adopted handshake's time beside that of the helper's own plain connect(). */
const LIMIT_CONNECT_RATIO = 2;

const RUNS = 9;
const BYTES = 1024 ** 3;
const PORTS: Readonly<Record<Direction, number>> = { up: 7001, down: 7002 };
const LIMIT_THROUGHPUT_RATIO = 0.9;

const CONNECT_TIMES = join(HELPER, '../connect-times');
/** Closes what it accepts, as connect-times wants it. */
const CLOSING_SERVER = `
const server = require('node:net').createServer((socket) => socket.destroy());
server.listen(Number(process.argv[1]), () => console.log('listening'));
`;

let lab: Lab;
let environment: Readonly<Record<string, string>>;
let throughput: Running;

async function startServer(argv: readonly string[]): Promise<Running> {
  const server = lab.start(lab.asServer(argv));
  await server.ready('the server', () => server.stdout.includes('listening'));
  return server;
}

beforeAll(async () => {
  lab = await Lab.create();
  environment = { ...lab.clientEnvironment, SESAMY_HELPER: await lab.installHelper() };
  await startServer([process.execPath, '-e', CLOSING_SERVER, String(CONNECT_PORT)]);
  throughput = await startServer(throughputServer(PORTS.up, PORTS.down, BYTES));
});

afterAll(async () => {
  await lab.dispose();
});

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
const median = (values: readonly number[]): number => percentile(values, 0.5);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** The ways of connect-times, by the names that it prints. */
const WAYS = {
  adopted: 'stealth',
  'chosen-isn': 'plain connect() of the helper',
  ordinary: 'bare connect() and poll()',
} as const;
type ConnectWay = keyof typeof WAYS;
const CONNECT_WAYS = Object.keys(WAYS) as ConnectWay[];

/** @throws Error when a line is not one of connect-times', or one is missing */
function readTimes(text: string): Readonly<Record<ConnectWay, number[]>> {
  const times: Record<ConnectWay, number[]> = { adopted: [], 'chosen-isn': [], ordinary: [] };
  for (const line of text.trimEnd().split('\n')) {
    const [, name, ns] = /^([a-z-]+) (\d{1,12})$/.exec(line) ?? [];
    const way = CONNECT_WAYS.find((known) => known === name);
    if (way === undefined) throw new Error(`connect-times printed ${JSON.stringify(line)}`);
    times[way].push(Number(ns) / 1000);
  }
  const short = CONNECT_WAYS.find((way) => times[way].length !== ROUNDS);
  if (short !== undefined) throw new Error(`connect-times gave ${times[short].length} times of ${short}`);
  return times;
}

describe.each<IpVersion>(['ipv4', 'ipv6'])('connecting over %s', (version) => {
  it('takes less than twice as long as plain connect()', { timeout: 60_000 }, async () => {
    const ends = [lab.client[version], lab.server[version]];
    const argv = [CONNECT_TIMES, ...ends, String(CONNECT_PORT), String(ROUNDS)];
    const times = readTimes(await must(lab.asClientRoot(argv), { timeoutMs: 50_000 }));
    say(`\n${version}, ${ROUNDS} connections each way, from the call until it stands (µs)`);
    for (const way of CONNECT_WAYS) {
      const [p50, p95] = [0.5, 0.95].map((share) => percentile(times[way], share).toFixed(1).padStart(8));
      const ratio = (median(times.adopted) / median(times[way])).toFixed(2);
      say(
        `${WAYS[way].padEnd(32)} p50 ${p50} p95 ${p95}${way === 'adopted' ? '' : `   stealth takes ${ratio} times as long`}`,
      );
    }
    expect(median(times.adopted) / median(times['chosen-isn'])).toBeLessThan(LIMIT_CONNECT_RATIO);
  });
});

/** @throws Error when the text is not what an end of a measurement prints, or bytes are missing */
function megabytesPerSecond(text: string): number {
  const [, bytes, ns] = /^(\d{1,15}) (\d{1,15})\n$/.exec(text) ?? [];
  if (Number(bytes) !== BYTES) throw new Error(`${BYTES} bytes were expected, and ${JSON.stringify(text)} came`);
  return (BYTES / Number(ns)) * 1000;
}

async function measure(direction: Direction, way: Way, command: readonly string[]): Promise<number> {
  const before = throughput.stdout.length;
  const client = throughputClient(direction, way, BYTES, command);
  const { code, stdout, stderr } = await lab.inClient(client, { env: environment }, 'file-capabilities');
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  if (direction === 'down') return megabytesPerSecond(stdout);
  const result = (): string => throughput.stdout.subarray(before).toString();
  await until('the server has it all', () => result().endsWith('\n'));
  return megabytesPerSecond(result());
}

interface Contest {
  readonly name: string;
  readonly way: Way;
  readonly options: readonly string[];
  readonly nc: readonly string[];
}

describe.each<Direction>(['up', 'down'])('throughput %s', (direction) => {
  it.each<Contest>([
    { name: 'the helper carries', way: 'carry', options: [], nc: ['-N'] },
    { name: 'the helper hands over', way: 'pass', options: ['--fdpass'], nc: ['-F'] },
  ])('is nearly that of nc: $name', { timeout: 120_000 }, async ({ name, way, options, nc }) => {
    const target = [lab.server.ipv4, String(PORTS[direction])];
    const stealth = ['--mode', 'tcp-stealth', '--secret', 'open sesamy', '--timestamps', 'on'];
    const commands = {
      ours: lab.sesamy('proxy', ...stealth, ...options, '--', ...target),
      nc: ['nc', ...nc, ...target],
    };
    const speeds: Record<keyof typeof commands, number[]> = { ours: [], nc: [] };
    for (let run = 0; run < RUNS; run++) {
      // Neither is always the one that comes after the other.
      for (const who of run % 2 === 0 ? (['nc', 'ours'] as const) : (['ours', 'nc'] as const))
        speeds[who].push(await measure(direction, way, commands[who]));
    }
    const ratio = median(speeds.ours) / median(speeds.nc);
    const figures = `${median(speeds.ours).toFixed(0)} MB/s, nc ${nc.join(' ')} ${median(speeds.nc).toFixed(0)} MB/s`;
    say(`${direction}, ${name}: ${figures}, ratio ${ratio.toFixed(2)}`);
    expect(ratio).toBeGreaterThanOrEqual(LIMIT_THROUGHPUT_RATIO);
  });
});
