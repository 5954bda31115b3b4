// `npm test`: everything that says whether the project works, from a fresh clone. Installs what is missing, then lint,
// imports, types, unit tests, build, the lab and the window. `--require-lab` fails where the lab cannot run, instead of
// skipping it.
import fs from 'node:fs';
import path from 'node:path';
import { build } from './lib/build.mjs';
import { buildCap } from './lib/cap.mjs';
import { buildHelper } from './lib/native.mjs';
import {
  canInstallSystemPackages,
  checkNode,
  installNodePackages,
  installSystemPackages,
  root,
  VIRTUAL_SCREEN_PACKAGES,
  WINDOW_PACKAGES,
  WINDOW_TEST_PACKAGES,
} from './lib/install.mjs';
import { run } from './lib/run.mjs';
import { giveUp, say, took } from './lib/say.mjs';
import { hasScreen, VIRTUAL_SCREEN } from './lib/screen.mjs';

const started = Date.now();
checkNode();
const requireLab = process.argv.includes('--require-lab');
const labRuns = process.platform === 'linux' && process.getuid?.() === 0;
const noLab = 'The lab and the window tests on it need root on Linux (network namespaces).';
if (requireLab && !labRuns) giveUp(noLab);

await installNodePackages();
if (process.platform === 'linux') {
  const lab = JSON.parse(fs.readFileSync(path.join(root, 'e2e/lab/packages.json'), 'utf8'));
  const needed = [...WINDOW_PACKAGES, ...VIRTUAL_SCREEN_PACKAGES, ...WINDOW_TEST_PACKAGES, ...(labRuns ? lab : [])];
  if (labRuns || !canInstallSystemPackages()) await installSystemPackages('what the tests need', [...new Set(needed)]);
}
await buildCap();
if (process.platform === 'linux' && !(await buildHelper()) && labRuns) giveUp('The lab needs the helper.');

/** @param {string} name a file under node_modules/.bin */
const tool = (name) => path.join(root, 'node_modules/.bin', name);
const results = path.join(root, 'test-results');
fs.rmSync(results, { recursive: true, force: true });
fs.mkdirSync(results);

/** @type {string[]} */
const failedSteps = [];
/** @param {string} title @param {string} file @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] */
async function step(title, file, args, env) {
  const code = await run(title, file, args, { cwd: root, ...(env === undefined ? {} : { env }) });
  if (code !== 0) failedSteps.push(title);
}

/** @param {string} name */
const vitestReport = (name) => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${path.join(results, `${name}.json`)}`,
];

await step('Lint', 'npm', ['run', '--silent', 'lint']);
await step('Circles and unused exports', 'npm', ['run', '--silent', 'lint:imports']);
await step('Types', tool('tsc'), ['-b']);
await step('Unit tests', tool('vitest'), ['run', ...vitestReport('unit')]);
if (labRuns) await step('Fuzzing the helper', 'npm', ['run', '--silent', 'fuzz:helper']);
await build();
const { resolveElectron } = await import('./electron-runtime/index.mjs');
resolveElectron();
const playwright = [tool('playwright'), 'test'];
const screen = hasScreen() && !labRuns ? [] : VIRTUAL_SCREEN;
// Without root the lab's own tests are left out of these.
const built = [
  'run',
  '--config',
  'vitest.lab.config.ts',
  ...vitestReport('lab'),
  ...(labRuns ? [] : ['e2e/cli', 'scripts/']),
];
await step(labRuns ? 'Command line, killed savers and lab' : 'Command line and killed savers', tool('vitest'), built);
if (labRuns) {
  // Playwright speaks to the app over loopback, which each namespace has for itself: so its runner lives in the client's.
  const enter = path.join(root, '.cache/lab/enter.mjs');
  await step('Building the way into the lab', tool('vite'), [
    'build',
    '--config',
    'e2e/lab/vite.enter.config.ts',
    '--logLevel',
    'warn',
  ]);
  await step('Window tests', process.execPath, [enter, ...screen, ...playwright]);
} else {
  say(`Skipped: ${noLab}`);
  const [file, ...args] = [...screen, ...playwright];
  await step('Window tests', /** @type {string} */ (file), args);
}

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const name of ['unit', 'lab']) {
  const file = path.join(results, `${name}.json`);
  if (!fs.existsSync(file)) continue;
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests;
}
const windowReport = path.join(results, 'window.json');
if (fs.existsSync(windowReport)) {
  const { stats } = JSON.parse(fs.readFileSync(windowReport, 'utf8'));
  totals.passed += stats.expected;
  totals.failed += stats.unexpected + stats.flaky;
  totals.skipped += stats.skipped;
}
say(`\nAll of it took ${took(started)}.`);
if (failedSteps.length > 0) say(`Failed: ${failedSteps.join(', ')}.`);
say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(failedSteps.length === 0 && totals.failed === 0 && totals.passed > 0 ? 0 : 1);
