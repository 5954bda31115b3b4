// `npm run test:faults`: savers killed at every step and at 1,000 random moments, and two writers at once. Each time the
// vault has to open and hold the state before or after the change. `--quick` does fewer; a few minutes otherwise.
import { killAtEveryStep, killAtRandom, twoWriters, withBench } from './test-faults-run.mjs';
import { giveUp, say, took } from './lib/say.mjs';

const quick = process.argv.includes('--quick');
const kills = quick ? 40 : 1000;
const CHANGES = 200;
const started = Date.now();

await withBench(async (bench) => {
  for (const deed of /** @type {const} */ (['create', 'change', 'restore']))
    say(`${deed}: killed at each of ${await killAtEveryStep(bench, deed)} steps, the vault was whole each time`);
  const steps = await killAtEveryStep(bench, 'change', { afterKill: true });
  say(`change after a killed change: killed at each of ${steps} steps, the vault was whole each time`);
  const counts = await killAtRandom(bench, kills, (done, { before, after, between }) =>
    say(
      `  … ${done} of ${kills} kills: ${before} before the change, ${after} after it, ${between} between two (${took(started)})`,
    ),
  );
  say(
    `${kills} kills at random moments: ${counts.before} found the state before the change, ${counts.after} after it, ${counts.between} came between two`,
  );
  const kept = await twoWriters(bench, CHANGES);
  say(`two writers: ${kept} of ${CHANGES} changes are there`);
  if (kept !== CHANGES) throw new Error('changes were lost');
}).catch((/** @type {unknown} */ error) =>
  giveUp(`The fault test failed: ${error instanceof Error ? error.message : String(error)}`),
);
say(`All of it took ${took(started)}.`);
