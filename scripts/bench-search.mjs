// The window's part of `npm run bench:vault`: typing in the search field over 10,000 profiles, in the real app.
import path from 'node:path';
import { resolveElectron } from './electron-runtime/index.mjs';
import { root } from './lib/install.mjs';
import { run } from './lib/run.mjs';
import { hasScreen, VIRTUAL_SCREEN } from './lib/screen.mjs';

resolveElectron();
const [file = '', ...args] = [
  ...(hasScreen() ? [] : VIRTUAL_SCREEN),
  path.join(root, 'node_modules/.bin/playwright'),
  'test',
  '--config',
  'playwright.bench.config.ts',
];
process.exit(await run('Searching in the window', file, args, { cwd: root }));
