// The bounded part of `npm run test:faults`.
import { expect, it } from 'vitest';
import { killAtEveryStep, killAtRandom, twoWriters, withBench } from './test-faults-run.mjs';

const TIMEOUT_MS = 120_000;

it.each(/** @type {const} */ (['create', 'change', 'restore']))(
  'a process killed at any step of %s leaves a whole vault',
  async (deed) => {
    expect(await withBench((bench) => killAtEveryStep(bench, deed))).toBeGreaterThan(8);
  },
  TIMEOUT_MS,
);

it(
  'so does one that went on after another was killed',
  async () => {
    expect(await withBench((bench) => killAtEveryStep(bench, 'change', { afterKill: true }))).toBeGreaterThan(8);
  },
  TIMEOUT_MS,
);

it(
  'processes killed at random moments leave a whole vault',
  async () => {
    const counts = await withBench((bench) => killAtRandom(bench, 40));
    expect(counts.before + counts.after + counts.between).toBe(40);
  },
  TIMEOUT_MS,
);

it(
  'two processes lose none of 200 interleaved changes',
  async () => {
    expect(await withBench((bench) => twoWriters(bench, 200))).toBe(200);
  },
  TIMEOUT_MS,
);
