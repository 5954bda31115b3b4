/**
 * The real app for a window test: started as an ordinary user with Chromium's sandbox on, also where the tests run as
 * root, and watched for anything that a page must not do.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { resolveElectron } from '../../scripts/electron-runtime/index.mjs';
import { root } from '../../scripts/lib/install.mjs';
import { asUser, NOBODY, shareScreen, stageApp, userEnvironment } from '../../scripts/lib/ordinary-user.mjs';
import { stageNode } from '../../scripts/lib/stage.mjs';
import { installHelper } from '../lab/installed-helper';
import { SesamyWindow } from '../screens/window';

export interface OpenApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the console said as a warning or an error; the tests expect it to stay empty. */
  readonly complaints: readonly string[];
  /** A folder of the app's user, for files that it is to read. */
  readonly home: string;
}

/** A program that starts Electron as the ordinary user. Playwright adds --no-sandbox for root; here it is taken away again. */
function launcher(folder: string, argv: readonly string[]): string {
  const file = join(folder, 'launch');
  const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const lines = [
    '#!/bin/sh',
    'for word; do shift; [ "$word" = --no-sandbox ] || set -- "$@" "$word"; done',
    `exec ${quoted} "$@"`,
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  chmodSync(file, 0o755);
  return file;
}

export interface OpenOptions {
  readonly colorScheme?: 'light' | 'dark';
  /** With a real keyring: gnome-keyring on a D-Bus session of its own, unlocked by an empty password. */
  readonly keyring?: boolean;
}

/** A computer with one user, on which the app may be started again and again and finds what it left. */
export interface World {
  /** The user's home folder. */
  readonly home: string;
  /** The user's environment. */
  readonly env: Readonly<Record<string, string>>;
  open(options?: OpenOptions): Promise<OpenApp>;
  /** Lets the user use the helper, as its installation does. Needs root; before `open`. */
  installHelper(): Promise<void>;
  /** Runs the command line as the same user, away from any terminal. */
  sesamy(...args: readonly string[]): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  /** Removes all of it. Close the app first. */
  remove(): void;
}

/** Runs what follows with a keyring: its daemon is unlocked from standard input and lives as long as the session. */
const WITH_KEYRING = [
  'dbus-run-session',
  '--',
  'sh',
  '-c',
  'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"',
  'sh',
];

function makeWorld(): World {
  const runtime = resolveElectron();
  const asRoot = process.getuid?.() === 0;
  const staged = asRoot ? stageApp(NOBODY, runtime.dist) : null;
  const folder = staged?.folder ?? mkdtempSync(join(tmpdir(), 'open-sesamy-test-'));
  const home = staged?.home ?? folder;
  const executable = staged?.executable ?? runtime.executable;
  const own = asRoot ? { ...userEnvironment(NOBODY, home), ...shareScreen(NOBODY, folder) } : process.env;
  // Nothing of the person who runs the tests is read or written.
  const env = Object.fromEntries(
    Object.entries({
      ...own,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_DATA_HOME: join(home, '.local/share'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      SESAMY_HOME: undefined,
      // Nor is a helper used that is installed on this computer.
      SESAMY_HELPER: join(home, 'sesamy-helper'),
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const run = join(home, 'run');
  mkdirSync(run, { mode: 0o700 });
  if (asRoot) chownSync(run, NOBODY.uid, NOBODY.gid);
  let helperInstalled = false;

  return {
    home,
    env,
    async installHelper() {
      await installHelper(home, NOBODY.gid);
      helperInstalled = true;
    },
    async open(options = {}) {
      const argv = [...(options.keyring === true ? WITH_KEYRING : []), executable];
      const app = await _electron.launch({
        executablePath: launcher(folder, asRoot ? asUser(NOBODY, argv, helperInstalled) : argv),
        args: [...(options.keyring === true ? ['--password-store=gnome-libsecret'] : []), staged?.app ?? root],
        env,
        cwd: '/',
        colorScheme: options.colorScheme ?? 'light',
      });
      const page = await app.firstWindow();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return { app, page, complaints, home };
    },
    sesamy(...args) {
      const script = join(staged?.app ?? root, 'out/main/sesamy.cjs');
      const argv = [asRoot ? stageNode(folder) : process.execPath, script, ...args];
      const [file = '', ...rest] = asRoot ? asUser(NOBODY, argv) : argv;
      // A session of its own has no controlling terminal to ask for a passphrase.
      const done = spawnSync('setsid', ['--wait', file, ...rest], {
        env,
        cwd: '/',
        encoding: 'utf8',
        timeout: 30_000,
        input: '',
      });
      return { code: done.status, stdout: done.stdout, stderr: done.stderr };
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The passphrase of every vault that a test makes by the way. */
export const PASSPHRASE = 'correct horse battery staple';

/**
 * `world`: a fresh computer. `fresh`: the app at its first run on it. `sesamy`: the app with an empty vault, open.
 */
export const test = base.extend<{ readonly world: World; readonly fresh: OpenApp; readonly sesamy: OpenApp }>({
  world: async ({}, use) => {
    const world = makeWorld();
    await use(world);
    world.remove();
  },
  fresh: async ({ world }, use) => {
    const opened = await world.open();
    await use(opened);
    await opened.app.close();
  },
  sesamy: async ({ fresh }, use) => {
    await new SesamyWindow(fresh.page).firstRun(PASSPHRASE);
    await use(fresh);
  },
});
