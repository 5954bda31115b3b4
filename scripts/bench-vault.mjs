// `npm run bench:vault`: unlocking and saving a vault of 10,000 profiles. Fails over the limits. Leave the machine idle
// meanwhile.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/install.mjs';
import { say } from './lib/say.mjs';
import { bundleForNode } from './test-faults-run.mjs';

const PROFILES = 10_000;
const UNLOCKS = 10;
const SAVES = 20;
/** Beyond what scrypt itself takes. */
const LIMIT_UNLOCK_MS = 200;
const LIMIT_SAVE_MS = 150;

/** @param {readonly number[]} values */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
};
/** @param {readonly number[]} values */
const figures = (values) => `median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms`;

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'sesamy-bench-'));
const bundle = await bundleForNode('measure');
try {
  const home = path.join(base, 'home');
  /** @type {typeof import('../app/vault/faults/measure')} */
  const measure = await import(pathToFileURL(bundle).href);
  const bytes = await measure.fill(home, PROFILES);
  say(`a vault of ${PROFILES} profiles, ${(bytes / 1e6).toFixed(1)} MB`);
  /** @type {number[]} */
  const scrypt = [];
  /** @type {number[]} */
  const unlock = [];
  for (let run = 0; run < UNLOCKS; run++) {
    const child = path.join(root, 'scripts/bench-vault-child.mjs');
    const one = JSON.parse(execFileSync(process.execPath, [child, bundle, home], { encoding: 'utf8' }));
    scrypt.push(one.scryptMs);
    unlock.push(one.unlockMs - one.scryptMs);
  }
  say(`scrypt itself:       ${figures(scrypt)}, ${UNLOCKS} runs`);
  say(`unlock beyond that:  ${figures(unlock)}, each in a new process (limit for the median ${LIMIT_UNLOCK_MS} ms)`);
  const saves = await measure.measureSaves(home, SAVES);
  say(`save of one change:  ${figures(saves)}, ${SAVES} runs (limit for the median ${LIMIT_SAVE_MS} ms)`);
  process.exitCode = median(unlock) < LIMIT_UNLOCK_MS && median(saves) < LIMIT_SAVE_MS ? 0 : 1;
} finally {
  fs.rmSync(base, { recursive: true, force: true });
  fs.rmSync(path.dirname(bundle), { recursive: true, force: true });
}
