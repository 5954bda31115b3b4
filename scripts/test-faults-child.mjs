// A process of the fault test (test-faults-run.mjs starts and kills it): node test-faults-child.mjs BUNDLE DEED HOME …
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle = '', deed, home, first, count] = process.argv.slice(2);
const saver = await import(pathToFileURL(bundle).href);

if (deed === 'save-forever')
  // Written at once, with no buffer that a kill could lose.
  await saver.saveForever(home, (/** @type {string} */ event, /** @type {number} */ state) =>
    fs.writeSync(1, `${event} ${state}\n`),
  );
else if (deed === 'add-profiles') await saver.addProfiles(home, Number(first), Number(count));
else await saver.dieAtStep(home, deed, Number(first));
