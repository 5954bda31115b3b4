// What the fault test is made of: savers in processes of their own, killed at chosen or random moments. Used by
// test-faults.mjs with the full counts and by test-faults.test.mjs with few.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { root } from './lib/install.mjs';

const CHILD = path.join(root, 'scripts/test-faults-child.mjs');
const WHOLE = 'profiles.vault,profiles.vault.backup';
/** A saver saves every 10 to 20 ms; in this time a kill meets every part of a save, and of the next ones. */
const KILL_WITHIN_MS = 60;

/**
 * Bundles one program of app/vault/faults for plain Node.
 * @param {string} name
 * @returns {Promise<string>} the bundle, in a folder of its own that the caller removes
 */
export async function bundleForNode(name) {
  const cache = path.join(root, '.cache');
  fs.mkdirSync(cache, { recursive: true });
  // Inside the project, so that the bundle finds its packages; a folder of its own, so that two runs do not meet.
  const outDir = fs.mkdtempSync(path.join(cache, 'faults-'));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: path.join(root, 'app/vault/faults', `${name}.ts`),
      outDir,
      target: 'node20',
      rolldownOptions: { output: { format: 'esm', entryFileNames: '[name].mjs' } },
    },
  });
  return path.join(outDir, `${name}.mjs`);
}

/**
 * Gives work a bundle, the saver in it and a folder; takes both away afterwards.
 * @template T
 * @param {(bench: { bundle: string, saver: typeof import('../app/vault/faults/saver'), base: string }) => Promise<T>} work
 */
export async function withBench(work) {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'sesamy-faults-'));
  const bundle = await bundleForNode('saver');
  try {
    return await work({ bundle, saver: await import(pathToFileURL(bundle).href), base });
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
    fs.rmSync(path.dirname(bundle), { recursive: true, force: true });
  }
}

/** @typedef {Parameters<Parameters<typeof withBench>[0]>[0]} Bench */

/** @param {string} bundle @param {readonly (string | number)[]} args */
function start(bundle, args) {
  return spawn(process.execPath, [CHILD, bundle, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} `0` or `SIGKILL`, for example */
function ending(child) {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code))));
}

/** @param {boolean} holds @param {string} what */
function require(holds, what) {
  if (!holds) throw new Error(what);
}

/** The next process finds what it needs, and clears up. @param {Bench} bench @param {string} home @param {string} what */
async function goesOn({ saver }, home, what) {
  const files = (await saver.goOn(home)).filter((name) => !name.includes('.damaged-'));
  require(files.join() === WHOLE, `${what}: the folder then holds ${files.join(', ')}`);
}

/**
 * Kills a saver before every write, fsync, link, rename and removal of one deed, and in the middle of each write.
 * @param {Bench} bench
 * @param {'create' | 'change' | 'restore'} deed
 * @param {{ afterKill?: boolean }} [options] afterKill: another saver was killed just before and left its lock and files
 * @returns {Promise<number>} how many steps there are
 */
export async function killAtEveryStep(bench, deed, { afterKill = false } = {}) {
  const { bundle, saver, base } = bench;
  const prepared = path.join(base, `prepared-${deed}-${afterKill}`);
  if (deed !== 'create') await saver.prepare(prepared);
  // In the last third: the lock is held, the new file is written, the backup is being made.
  if (afterKill) await ending(start(bundle, ['change', prepared, 11]));
  for (let step = 0; ; step++) {
    const home = path.join(base, `${deed}-${afterKill}-${step}`);
    // With what a killed saver left: the copied lock names a process that is gone.
    if (deed !== 'create') fs.cpSync(prepared, home, { recursive: true });
    const end = await ending(start(bundle, [deed, home, step]));
    const what = `${deed}, killed at step ${step}`;
    require(end === 'SIGKILL' || end === '0', `${what}: the saver ended with ${end}`);
    const found = await saver.inspect(home);
    const state = found === null ? 'absent' : found.state;
    /** @type {readonly (string | number)[]} */
    const allowed = { create: ['absent', 0], change: [1, 2], restore: [1, 0] }[deed];
    require(allowed.includes(state), `${what}: the vault holds state ${state}`);
    if (end === '0') require(state === allowed[1], `${what}: it ended, and the state is ${state}`);
    await goesOn(bench, home, what);
    fs.rmSync(home, { recursive: true });
    if (end === '0') return step;
  }
}

/**
 * Kills savers at random moments, each one going on with what the last one left.
 * @param {Bench} bench
 * @param {number} times
 * @param {(done: number, counts: { before: number, after: number, between: number }) => void} [progress]
 * @returns {Promise<{ before: number, after: number, between: number }>} how often the change that was under way is not there, is there, or was none
 */
export async function killAtRandom(bench, times, progress) {
  const home = path.join(bench.base, 'random');
  await bench.saver.prepare(home);
  const all = (await bench.saver.inspect(home))?.profiles;
  const counts = { before: 0, after: 0, between: 0 };
  for (let kill = 1; kill <= times; kill++) {
    const child = start(bench.bundle, ['save-forever', home]);
    const told = { saving: 0, saved: 0 };
    const lines = createInterface({ input: child.stdout });
    const ended = ending(child);
    const firstLine = new Promise((resolve) => lines.once('line', resolve));
    lines.on('line', (line) => {
      const [event, state] = line.split(' ');
      if (event === 'saving') told.saving = Number(state);
      if (event === 'saved') told.saved = Number(state);
    });
    await Promise.race([firstLine, ended]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * KILL_WITHIN_MS));
    child.kill('SIGKILL');
    const end = await ended;
    require(end === 'SIGKILL', `kill ${kill}: the saver had ended with ${end}`);
    const found = await bench.saver.inspect(home);
    const what = `kill ${kill}: saving ${told.saving}, saved ${told.saved}, found ${JSON.stringify(found)}`;
    require(found !== null && found.profiles === all, what);
    const state = found?.state ?? 0;
    require(state === told.saving || state === told.saving - 1, what);
    require(state >= told.saved, what);
    if (told.saved === told.saving) counts.between++;
    else if (state === told.saving) counts.after++;
    else counts.before++;
    if (kill % 50 === 0) progress?.(kill, counts);
  }
  await goesOn(bench, home, 'after the last kill');
  return counts;
}

/**
 * Two processes change one vault at the same time.
 * @param {Bench} bench
 * @param {number} changes of both together
 * @returns {Promise<number>} how many of them are there in the end
 */
export async function twoWriters(bench, changes) {
  const home = path.join(bench.base, 'writers');
  await bench.saver.prepare(home);
  const before = (await bench.saver.inspect(home))?.profiles ?? 0;
  const each = changes / 2;
  const ends = await Promise.all([
    ending(start(bench.bundle, ['add-profiles', home, 1000, each])),
    ending(start(bench.bundle, ['add-profiles', home, 2000, each])),
  ]);
  require(ends.join() === '0,0', `the writers ended with ${ends.join(' and ')}`);
  return ((await bench.saver.inspect(home))?.profiles ?? 0) - before;
}
