/** The layer rule (docs/architecture.md, rule 1) and its companions are themselves tested: each ban fails, each allowance passes. */
import { ESLint } from 'eslint';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint({
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  overrideConfigFile: 'eslint.layers.config.mjs',
});

/** The rules that a snippet breaks if it stands in this file. */
async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  const messages = result?.messages ?? [];
  const fatal = messages.find((message) => message.fatal === true || message.ruleId === null);
  if (fatal !== undefined) throw new Error(`${filePath}: ${fatal.message}`);
  return messages.map((message) => message.ruleId ?? '');
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  text: [],
  domain: ['text'],
  shared: ['domain', 'text'],
  engine: ['domain', 'text'],
  vault: ['domain', 'text'],
  library: ['engine', 'vault', 'domain', 'shared', 'text'],
  session: ['library', 'engine', 'vault', 'domain', 'shared', 'text'],
  main: ['session', 'library', 'engine', 'vault', 'domain', 'shared', 'text'],
  cli: ['session', 'library', 'engine', 'vault', 'domain', 'shared', 'text'],
  renderer: ['shared', 'domain', 'text'],
  preload: ['shared'],
};
const LAYERS = Object.keys(ALLOWED);

const pairs = LAYERS.flatMap((from) => LAYERS.filter((to) => to !== from).map((to) => ({ from, to })));

describe('arrows between layers', () => {
  it.each(pairs.filter(({ from, to }) => ALLOWED[from]?.includes(to)))('$from may import $to', async ({ from, to }) => {
    expect(await broken(`app/${from}/x.ts`, `import { a } from '../${to}/a'; a();`)).toEqual([]);
    expect(await broken(`app/${from}/b/c/x.test.ts`, `import { a } from '../../../${to}/a'; a();`)).toEqual([]);
    expect(await broken(`app/${from}/x.ts`, `export const a = () => import('../${to}/a');`)).toEqual([]);
  });

  it.each(pairs.filter(({ from, to }) => ALLOWED[from]?.includes(to) === false))(
    '$from may not import $to',
    async ({ from, to }) => {
      const one = ['no-restricted-imports'];
      expect(await broken(`app/${from}/x.ts`, `import { a } from '../${to}/a'; a();`)).toEqual(one);
      expect(await broken(`app/${from}/x.ts`, `import type { A } from '../${to}'; export type B = A;`)).toEqual(one);
      expect(await broken(`app/${from}/b/x.tsx`, `export * from '../../${to}/a';`)).toEqual(one);
      expect(await broken(`app/${from}/b/c/x.test.ts`, `import '../../../${to}/a';`)).toEqual(one);
    },
  );

  it.each([
    `export const a = () => import('../engine/a');`,
    `export type A = import('../engine/a').A;`,
    `import a = require('../engine/a'); a();`,
    `const a = require('../engine/a'); a();`,
    `import './../engine/a';`,
    `import '../domain/../engine/a';`,
    `import '../../app/engine/a';`,
    `import './x/../../engine/a';`,
    `import '.././engine/a';`,
  ])('no way of writing gets around it: %s', async (code) => {
    expect(await broken('app/renderer/x.ts', code)).not.toEqual([]);
  });

  it('covers every folder of the app, at every depth', async () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(LAYERS).toEqual(expect.arrayContaining(folders.map((folder) => folder.name)));
    expect(await broken('app/domain/1/2/3/4/5/6/x.ts', `import '../../../../../../../engine/a';`)).not.toEqual([]);
    expect(await broken('app/domain/1/2/3/4/5/6/7/x.ts', `import './a';`)).not.toEqual([]);
    expect(await broken('app/domain/1/2/3/4/5/6/7/8/x.ts', `import './a';`)).not.toEqual([]);
  });

  it('refuses an import whose path is computed', async () => {
    expect(await broken('app/cli/x.ts', 'export const a = (name: string) => import(name);')).toEqual([
      'no-restricted-syntax',
    ]);
  });

  it('leaves alone a folder inside a layer that shares its name with a layer', async () => {
    expect(await broken('app/renderer/features/run/x.tsx', `import '../vault/a';`)).toEqual([]);
    expect(await broken('app/renderer/x.tsx', `import './main';`)).toEqual([]);
  });
});

describe('the domain', () => {
  it.each(['node:fs', 'fs', 'node:crypto', 'electron', 'react', 'vitest'])('may not import %s', async (name) => {
    expect(await broken('app/domain/a/x.ts', `import '${name}';`)).toContain('no-restricted-imports');
  });

  it.each(['zod', './x', '../fields'])('may import %s', async (name) => {
    expect(await broken('app/domain/a/x.ts', `import '${name}';`)).toEqual([]);
  });

  it.each([
    'process.exit()',
    `Buffer.from('a')`,
    'window.open()',
    'document.title',
    'setTimeout(f, 1)',
    'Date.now()',
    'new Date()',
    'crypto.randomUUID()',
    'performance.now()',
    'globalThis.process',
    `fetch('x')`,
  ])('may not use %s', async (code) => {
    expect(await broken('app/domain/x.ts', code)).toEqual(['no-restricted-globals']);
    expect(await broken('app/engine/x.ts', code)).toEqual([]);
  });

  it('may not roll dice', async () => {
    expect(await broken('app/domain/x.ts', 'Math.random()')).toEqual(['no-restricted-properties']);
    expect(await broken('app/domain/x.ts', 'Math.min(1, 2)')).toEqual([]);
  });

  it('may have names of its own for such things', async () => {
    expect(await broken('app/domain/x.ts', 'export const f = (window: number) => window + 1;')).toEqual([]);
  });

  it('has tests that use the test tools', async () => {
    expect(
      await broken('app/domain/a/x.test.ts', `import fc from 'fast-check'; import 'vitest'; fc.string();`),
    ).toEqual([]);
  });
});

describe('Node and Electron', () => {
  it.each(['shared', 'renderer', 'preload'])('%s has no Node', async (layer) => {
    expect(await broken(`app/${layer}/x.ts`, `import 'node:fs';`)).toEqual(['no-restricted-imports']);
    expect(await broken(`app/${layer}/x.ts`, `import { join } from 'path'; join();`)).toEqual([
      'no-restricted-imports',
    ]);
    expect(await broken(`app/${layer}/x.ts`, `export const f = () => import('node:fs');`)).toEqual([
      'no-restricted-syntax',
    ]);
  });

  it.each(['shared', 'renderer', 'engine', 'vault', 'session', 'cli'])('%s may not import electron', async (layer) => {
    expect(await broken(`app/${layer}/x.ts`, `import { app } from 'electron'; app();`)).toEqual([
      'no-restricted-imports',
    ]);
  });

  it.each(['engine', 'vault', 'session', 'cli', 'main'])('%s may import Node', async (layer) => {
    expect(await broken(`app/${layer}/x.ts`, `import 'node:fs';`)).toEqual([]);
  });

  it('ipcMain is for app/main/ipc.ts alone', async () => {
    const code = `import { ipcMain } from 'electron'; ipcMain.on();`;
    expect(await broken('app/main/ipc.ts', code)).toEqual([]);
    for (const path of ['app/main/index.ts', 'app/main/a/ipc.ts', 'app/preload/index.ts', 'e2e/electron/x.ts'])
      expect(await broken(path, code)).toEqual(['no-restricted-imports']);
  });

  it('ipcRenderer is for app/preload alone', async () => {
    const code = `import { contextBridge, ipcRenderer } from 'electron'; contextBridge.a(ipcRenderer);`;
    expect(await broken('app/preload/index.ts', code)).toEqual([]);
    expect(await broken('app/preload/a/b.ts', code)).toEqual([]);
    for (const path of ['app/main/ipc.ts', 'app/renderer/x.ts', 'e2e/electron/x.ts'])
      expect(await broken(path, code)).toContain('no-restricted-imports');
  });

  it.each([
    `import electron from 'electron'; electron.ipcMain.on();`,
    `import * as electron from 'electron'; electron.ipcMain.on();`,
    `import { ipcMain } from 'electron/main'; ipcMain.on();`,
    `export { ipcMain } from 'electron';`,
    `const { ipcMain } = await import('electron'); ipcMain.on();`,
    `const { ipcMain } = require('electron'); ipcMain.on();`,
  ])('no other way reaches raw IPC: %s', async (code) => {
    expect(await broken('app/main/index.ts', code)).not.toEqual([]);
  });

  it('CommonJS may require electron outside the app only', async () => {
    const code = `const { app } = require('electron'); app();`;
    expect(await broken('scripts/a.cjs', code)).toEqual([]);
    expect(await broken('app/main/a.cjs', code)).toEqual(['no-restricted-syntax']);
  });

  it('main imports the rest of electron by name', async () => {
    expect(
      await broken('app/main/index.ts', `import { app, BrowserWindow } from 'electron'; app(BrowserWindow);`),
    ).toEqual([]);
  });
});

describe('starting programs', () => {
  const spawning = `import { spawn, execFile } from 'node:child_process'; spawn(execFile);`;

  const SPAWNING = ['app/session/a/x.ts', 'app/cli/x.ts', 'app/engine/transports/x.ts', 'app/engine/transports/a/b.ts'];

  it.each([...SPAWNING, 'scripts/x.mjs', 'e2e/lab/x.ts'])('is allowed in %s', async (path) => {
    expect(await broken(path, spawning)).toEqual([]);
  });

  it('goes with no other freedom in the engine', async () => {
    for (const path of ['app/engine/x.ts', 'app/engine/a/x.ts', 'app/engine/a/transports/x.ts'])
      expect(await broken(path, spawning)).toEqual(['no-restricted-imports']);
    expect(await broken('app/engine/transports/x.ts', `import '../../session/a';`)).toEqual(['no-restricted-imports']);
    expect(await broken('app/engine/transports/a/x.ts', `import 'electron';`)).toEqual(['no-restricted-imports']);
  });

  it.each(['domain', 'shared', 'engine', 'vault', 'main', 'renderer', 'preload'])(
    'is not for app/%s',
    async (layer) => {
      expect(await broken(`app/${layer}/x.ts`, spawning)).toContain('no-restricted-imports');
      expect(await broken(`app/${layer}/x.ts`, `import { spawn } from 'child_process'; spawn();`)).toContain(
        'no-restricted-imports',
      );
    },
  );

  it.each([...SPAWNING, 'scripts/x.mjs', 'e2e/lab/x.ts'])('never with a shell: %s', async (path) => {
    for (const name of ['exec', 'execSync'])
      for (const from of ['child_process', 'node:child_process'])
        expect(await broken(path, `import { ${name} } from '${from}'; ${name}('ls');`)).toEqual([
          'no-restricted-imports',
        ]);
    expect(await broken(path, `import * as cp from 'node:child_process'; cp.exec('ls');`)).toEqual([
      'no-restricted-imports',
    ]);
    expect(await broken(path, `import cp from 'node:child_process'; cp.exec('ls');`)).toEqual([
      'no-restricted-imports',
    ]);
    expect(await broken(path, `const cp = await import('node:child_process'); cp.exec('ls');`)).toEqual([
      'no-restricted-syntax',
    ]);
    expect(await broken(path, `spawn('ls', [], { shell: true });`)).toEqual(['no-restricted-syntax']);
    expect(await broken(path, `spawn('ls', [], { 'shell': '/bin/sh' });`)).toEqual(['no-restricted-syntax']);
    expect(await broken(path, `spawn('ls', [], { shell: false });`)).toEqual([]);
  });
});
