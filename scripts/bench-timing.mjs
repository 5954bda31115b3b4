// `npm run bench:timing`: planned against actual send time. First plain sockets by `sesamy knock` on loopback; then, with
// root on Linux, every transport in the lab, idle and under load (e2e/bench/transports.timing.ts). Fails over a limit.
// Leave the machine idle meanwhile.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './lib/install.mjs';
import { run } from './lib/run.mjs';
import { giveUp, say } from './lib/say.mjs';

const LIMIT_P99_MS = 5;
/** A sequence has at most 32 steps; each of these runs sends that many. */
const RUNS = 12;
const STEPS = 32;
const DELAY_MS = 50;
/** Loopback ports on which nothing listens; the kernel answers each knock with a reset or an ICMP error. */
const FIRST_PORT = 17_000;

/**
 * @param {'tcp' | 'udp'} protocol
 * @returns {Promise<number[]>} how late each packet was, in milliseconds
 */
async function lateness(protocol) {
  const steps = Array.from({ length: STEPS }, (_, step) => `${FIRST_PORT + step}:${protocol}`).join(',');
  const target = ['--mode', 'port-sequence', '--host', '127.0.0.1', '--port', String(FIRST_PORT), '--steps', steps];
  const child = spawn(
    process.execPath,
    [path.join(root, 'out/main/sesamy.cjs'), 'knock', ...target, '--delay', String(DELAY_MS), '--no-check', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  /** @type {number[]} */
  const late = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.type === 'packet-sent') late.push(event.actualMs - event.plannedMs);
  }
  if (late.length !== STEPS) giveUp(`A run sent ${late.length} packets instead of ${STEPS}. Run npm run build first.`);
  return late;
}

/** @param {readonly number[]} sorted @param {number} share */
const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

let worst = 0;
for (const protocol of /** @type {const} */ (['tcp', 'udp'])) {
  /** @type {number[]} */
  const all = [];
  for (let time = 0; time < RUNS; time++) all.push(...(await lateness(protocol)));
  all.sort((a, b) => a - b);
  const p99 = percentile(all, 0.99);
  worst = Math.max(worst, p99);
  const figures = [
    `p50 ${percentile(all, 0.5).toFixed(2)}`,
    `p99 ${p99.toFixed(2)}`,
    `max ${percentile(all, 1).toFixed(2)}`,
  ];
  say(`sockets, ${protocol}: ${all.length} packets, late by ${figures.join(', ')} ms`);
}
say(`worst p99 ${worst.toFixed(2)} ms (limit ${LIMIT_P99_MS} ms)`);
const inTime = worst < LIMIT_P99_MS;
if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  say('The other transports are measured in the lab, which needs root on Linux.');
  process.exit(inTime ? 0 : 1);
}
const vitest = path.join(root, 'node_modules/.bin/vitest');
const measured = ['run', '--config', 'vitest.bench.config.ts', 'transports.timing'];
const code = await run('All transports in the lab', vitest, measured, { cwd: root });
process.exit(inTime ? code : 1);
