// Installs what a step needs and this machine lacks: node packages from the lock file, system packages from apt.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { giveUp, say } from './say.mjs';

export const root = path.resolve(import.meta.dirname, '../..');

const OLDEST_NODE = 20;

/** Says what to do when Node itself is too old to go on. */
export function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) giveUp(`Open Sesamy needs Node ${OLDEST_NODE} or newer; this is ${process.version}.`);
}

/** Installs node_modules when the lock file says something else than what is there. */
export async function installNodePackages() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  const stamp = path.join(root, 'node_modules/.open-sesamy-lock');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  // The engine warnings are about Electron's own downloader, which checks itself when it is used.
  const code = await run('Installing node packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
  });
  if (code !== 0) giveUp('The node packages could not be installed. Check the network and try again.');
  fs.writeFileSync(stamp, wanted);
}

/** Whether apt packages can be installed here: root on Debian or its kin. */
export function canInstallSystemPackages() {
  return process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get');
}

/** @param {readonly string[]} packages @returns {string[]} those that are not installed */
function missingSystemPackages(packages) {
  if (!fs.existsSync('/usr/bin/dpkg-query')) return [];
  return packages.filter((name) => {
    const result = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
    return result.stdout.trim() !== 'installed';
  });
}

/** @param {string} what for the title @param {readonly string[]} packages */
export async function installSystemPackages(what, packages) {
  const missing = missingSystemPackages(packages);
  if (missing.length === 0) return;
  if (!canInstallSystemPackages()) {
    say(`  ${what}: these packages seem to be missing: sudo apt-get install ${missing.join(' ')}`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if ((await run('Reading the package lists', 'apt-get', ['update', '-qq'], { env, quiet: true })) !== 0)
    giveUp('apt-get update failed. Check the network and try again.');
  const code = await run(
    `Installing ${what}: ${missing.join(' ')}`,
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...missing],
    {
      env,
      quiet: true,
    },
  );
  if (code !== 0) giveUp('The system packages could not be installed.');
}

/** What Electron needs of Debian to show a window. */
export const WINDOW_PACKAGES = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'fonts-dejavu-core',
];

/** A hand on the keyboard of the terminal that the window opens, and a real keyring. */
export const WINDOW_TEST_PACKAGES = ['xdotool', 'gnome-keyring', 'libsecret-1-0', 'dbus-daemon'];

/** A screen where there is none, and a terminal and ssh for the session on it. */
export const VIRTUAL_SCREEN_PACKAGES = ['xvfb', 'xauth', 'xterm', 'openssh-client'];
