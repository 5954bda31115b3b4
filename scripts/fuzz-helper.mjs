// `npm run fuzz:helper`: hostile bytes for the helper's three parsers, under libFuzzer with ASan and UBSan. All targets run
// at once. `--seconds N`: for so long, 60 otherwise. `--grow`: what reached new code goes into the corpus.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installSystemPackages, root } from './lib/install.mjs';
import { run } from './lib/run.mjs';
import { giveUp, say, took } from './lib/say.mjs';

/** The longest inputs, in bytes: requests of some 300 packets (the rate is checked from the 201st on), frames of an Ethernet link. */
const TARGETS = [
  { name: 'message', sources: ['message.c', 'packet.c'], maxLength: 8192 },
  { name: 'answer', sources: ['answer.c', 'syn.c', 'packet.c'], maxLength: 1536 },
  { name: 'handshake', sources: ['handshake.c', 'packet.c'], maxLength: 256 },
];
const PACKAGES = ['clang', 'libclang-rt-dev'];
const SANITIZERS = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'];
const FLAGS = ['-std=c11', '-O1', '-g', '-fno-omit-frame-pointer', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
/** Some seconds for a single input mean an endless loop. */
const TIMEOUT_S = 10;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, grow: { type: 'boolean', default: false } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1) giveUp('--seconds takes a whole number of seconds, 1 or more.');

const native = path.join(root, 'native');
const out = path.join(root, '.cache/fuzz');
/** @param {string} name of a target */
const places = (name) => ({
  program: path.join(out, `fuzz_${name}`),
  corpus: path.join(native, 'fuzz/corpus', name),
  work: path.join(out, 'work', name),
  findings: path.join(out, 'findings', name) + path.sep,
  log: path.join(out, `${name}.log`),
});
/** @param {string} file */
const shown = (file) => path.relative(root, file);

/** Whether clang is here, with the parts that a fuzz target is linked with. */
function canBuild() {
  const input =
    '#include <stdint.h>\n#include <stddef.h>\nint LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return d[n]; }';
  return spawnSync('clang', [...SANITIZERS, '-x', 'c', '-', '-o', path.join(out, 'can-build')], { input }).status === 0;
}

/** @param {{ name: string, sources: readonly string[] }} target */
async function buildTarget({ name, sources }) {
  const files = [`fuzz/fuzz_${name}.c`, ...sources.map((source) => `src/${source}`)];
  const code = await run(
    `Building fuzz_${name}`,
    'clang',
    [...FLAGS, ...SANITIZERS, ...files.map((file) => path.join(native, file)), '-o', places(name).program],
    { quiet: true },
  );
  if (code !== 0) giveUp(`fuzz_${name} could not be built.`);
}

/**
 * @param {string} name of a target
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
async function runTarget(name, args) {
  const { program, log } = places(name);
  const file = fs.openSync(log, 'w');
  const child = spawn(program, args, { stdio: ['ignore', file, file] });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
  } finally {
    fs.closeSync(file);
  }
}

/** The figures at the end of libFuzzer's log. @param {string} name */
function figures(name) {
  const log = fs.readFileSync(places(name).log, 'utf8');
  const last = (/** @type {RegExp} */ pattern) => [...log.matchAll(pattern)].at(-1)?.[1] ?? '?';
  const executions = Number(last(/stat::number_of_executed_units:\s*(\d+)/g)).toLocaleString('en');
  return `${executions} executions, ${last(/ cov: (\d+)/g)} edges covered, ${last(/ ft: (\d+)/g)} features, ${last(/ corp: (\d+)/g)} inputs`;
}

/** @param {{ name: string, maxLength: number }} target @returns {Promise<boolean>} whether nothing was found */
async function fuzz({ name, maxLength }) {
  const { corpus, work, findings, program, log } = places(name);
  for (const folder of [work, findings]) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(findings, { recursive: true });
  fs.cpSync(corpus, work, { recursive: true });
  const code = await runTarget(name, [
    work,
    `-dict=${path.join(native, 'fuzz', `${name}.dict`)}`,
    `-max_len=${maxLength}`,
    `-max_total_time=${seconds}`,
    `-timeout=${TIMEOUT_S}`,
    `-artifact_prefix=${findings}`,
    '-print_final_stats=1',
  ]);
  say(`fuzz_${name}: ${figures(name)}`);
  if (code === 0) return true;
  process.stderr.write(fs.readFileSync(log, 'utf8').split('\n').slice(-60).join('\n'));
  const files = fs.readdirSync(findings).map((file) => shown(path.join(findings, file)));
  say(`fuzz_${name}: FAILED (${code}). Again with: ${shown(program)} ${files.join(' ')}`);
  return false;
}

/** Takes over what covers more than the corpus does. @param {{ name: string }} target */
async function grow({ name }) {
  const { corpus, work, log } = places(name);
  const before = fs.readdirSync(corpus).length;
  if ((await runTarget(name, ['-merge=1', '-use_counters=0', corpus, work])) !== 0)
    giveUp(`The merge failed: see ${shown(log)}.`);
  say(`${shown(corpus)}: ${before} files before, ${fs.readdirSync(corpus).length} now`);
}

const started = Date.now();
fs.mkdirSync(out, { recursive: true });
if (!canBuild()) await installSystemPackages('what the fuzzer needs', PACKAGES);
if (!canBuild())
  giveUp(`The fuzz targets need clang with libFuzzer. Debian, Ubuntu: sudo apt-get install ${PACKAGES.join(' ')}`);
for (const target of TARGETS) await buildTarget(target);
say(`▸ Fuzzing all for ${seconds} s`);
const still = setInterval(() => say(`  … fuzzing: ${took(started)}`), 15_000);
const clean = await Promise.all(TARGETS.map(fuzz));
clearInterval(still);
if (clean.includes(false)) giveUp('The fuzzer found something.');
if (values.grow) for (const target of TARGETS) await grow(target);
say(`Nothing found. All of it took ${took(started)}.`);
