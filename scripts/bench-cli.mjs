// `npm run bench:cli`: how long `sesamy knock --dry-run` takes, against a Node that does nothing. Fails over the limit.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './lib/install.mjs';
import { giveUp, say } from './lib/say.mjs';

const RUNS = 10;
const LIMIT = 2.5;

/** @param {readonly string[]} args @returns {number} wall time in milliseconds */
function time(args) {
  const started = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) giveUp(`node ${args.join(' ')} ended with code ${status}. Run npm run build first.`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** @param {readonly number[]} values */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
};

const inline = [
  '--mode',
  'count-window',
  '--host',
  '192.0.2.1',
  '--port',
  '22',
  '--sequence',
  '1234',
  '--window',
  '3000',
];
const dryRun = [path.join(root, 'out/main/sesamy.cjs'), 'knock', ...inline, '--dry-run'];
/** @type {number[]} */
const nothing = [];
/** @type {number[]} */
const ours = [];
// One of each that does not count warms the file cache; then turn about, so that both meet the same machine.
time(['-e', '0']);
time(dryRun);
for (let run = 0; run < RUNS; run++) {
  nothing.push(time(['-e', '0']));
  ours.push(time(dryRun));
}
const ratio = median(ours) / median(nothing);
say(`node -e 0              median of ${RUNS}: ${median(nothing).toFixed(1)} ms`);
say(`sesamy knock --dry-run median of ${RUNS}: ${median(ours).toFixed(1)} ms`);
say(`ratio ${ratio.toFixed(2)} (limit ${LIMIT})`);
process.exit(ratio < LIMIT ? 0 : 1);
