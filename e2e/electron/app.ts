/**
 * The real app for a window test: started as an ordinary user with Chromium's sandbox on, also where the tests run as
 * root, and watched for anything that a page must not do.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { resolveElectron } from '../../scripts/electron-runtime/index.mjs';
import { root } from '../../scripts/lib/install.mjs';
import { asUser, NOBODY, shareScreen, stageApp, userEnvironment } from '../../scripts/lib/ordinary-user.mjs';

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

/** Starts the app. `close` ends it and removes what was made for it. */
export async function openApp(colorScheme: 'light' | 'dark' = 'light'): Promise<OpenApp & { close(): Promise<void> }> {
  const runtime = resolveElectron();
  const asRoot = process.getuid?.() === 0;
  const staged = asRoot ? stageApp(NOBODY, runtime.dist) : null;
  const folder = staged?.folder ?? mkdtempSync(join(tmpdir(), 'open-sesamy-test-'));
  const home = staged?.home ?? folder;
  const executable = staged?.executable ?? runtime.executable;
  const env = asRoot
    ? { ...userEnvironment(NOBODY, home), ...shareScreen(NOBODY, folder) }
    : { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
  const app = await _electron.launch({
    executablePath: launcher(folder, asRoot ? asUser(NOBODY, [executable]) : [executable]),
    args: [staged?.app ?? root],
    env,
    cwd: '/',
    colorScheme,
  });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    app,
    page,
    complaints,
    home,
    async close() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const test = base.extend<{ readonly sesamy: OpenApp }>({
  sesamy: async ({}, use) => {
    const opened = await openApp();
    await use(opened);
    await opened.close();
  },
});
