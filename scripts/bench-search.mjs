// The window's part of `npm run bench:vault`: typing in the search field over 10,000 profiles, in the real app.
import path from 'node:path';
import { resolveElectron } from './electron-runtime/index.mjs';
import { root } from './lib/install.mjs';
import { run } from './lib/run.mjs';
import { hasScreen, VIRTUAL_SCREEN } from './lib/screen.mjs';

resolveElectron();
const playwright = [path.join(root, 'node_modules/.bin/playwright'), 'test', '--config', 'playwright.bench.config.ts'];
// `env` only runs what follows.
const command = [...(hasScreen() ? [] : VIRTUAL_SCREEN), ...playwright];
process.exit(await run('Searching in the window', 'env', command, { cwd: root }));
