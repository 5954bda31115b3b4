// Builds the helper (native/) with the compiler of this computer.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { headersOfThisNode } from './cap.mjs';
import { root } from './install.mjs';
import { asUser, ordinaryUser, userEnvironment } from './ordinary-user.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const folder = path.join(root, 'native');

/** Where the build puts it. */
export const BUILT_HELPER = path.join(folder, 'build/Release/sesamy-helper');
/** With the tools of the tests and of `npm run bench:connect`. */
const BUILT = [
  BUILT_HELPER,
  ...['packet-bytes', 'connect-times'].map((name) => path.join(folder, 'build/Release', name)),
];

/** Whether all programs are newer than everything that they are made of. */
function upToDate() {
  if (!BUILT.every((file) => fs.existsSync(file))) return false;
  const sources = ['src', 'tools'].flatMap((name) =>
    fs.readdirSync(path.join(folder, name)).map((file) => path.join(folder, name, file)),
  );
  const newest = Math.max(...[...sources, path.join(folder, 'binding.gyp')].map((file) => fs.statSync(file).mtimeMs));
  return BUILT.every((file) => fs.statSync(file).mtimeMs > newest);
}

/** What keeps it from being built here, or null. @returns {string | null} */
function missing() {
  if (process.platform !== 'linux') return 'it is for Linux only';
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return `it is for 64-bit x86 and ARM only, this is ${process.arch}`;
  const absent = ['cc', 'g++', 'make', 'python3'].filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
  );
  return absent.length === 0 ? null : `${absent.join(', ')} missing: sudo apt-get install gcc g++ make python3`;
}

/**
 * Builds the helper unless it is newer than its sources. Through sudo it is built by the user behind it, so that nothing
 * in the checkout comes to belong to root.
 * @returns {Promise<boolean>} whether it is there; why not is said
 */
export async function buildHelper() {
  if (upToDate()) return true;
  const lack = missing();
  if (lack !== null) {
    say(`  The helper cannot be built: ${lack}`);
    return false;
  }
  const gyp = path.join(root, 'node_modules/node-gyp/bin/node-gyp.js');
  const command = [process.execPath, gyp, 'rebuild', '--loglevel=error', ...headersOfThisNode()];
  const user = ordinaryUser();
  const home = process.getuid?.() === 0 ? user.home : null;
  const [file, ...args] = home === null ? command : asUser(user, command);
  const code = await run('Building the helper', /** @type {string} */ (file), args, {
    cwd: folder,
    quiet: true,
    ...(home === null ? {} : { env: userEnvironment(user, home) }),
  });
  return code === 0;
}
