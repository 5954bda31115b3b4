import path from 'node:path';
import { root } from './install.mjs';
import { run } from './run.mjs';
import { giveUp } from './say.mjs';

/** Builds main, preload, renderer and the command line into out/. */
export async function build() {
  const code = await run(
    'Building',
    process.execPath,
    [path.join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      quiet: true,
    },
  );
  if (code !== 0) giveUp('The build failed.');
}
