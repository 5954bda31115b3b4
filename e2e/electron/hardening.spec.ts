import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test } from './app';

/** A line of /proc/PID/status. */
function statusOf(pid: number, field: string): string {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${field}:`));
  return line?.slice(field.length + 1).trim() ?? '';
}

test('runs as an ordinary user, with Chromium’s sandbox on', async ({ sesamy }) => {
  const main = await sesamy.app.evaluate(({ app, BrowserWindow }) => ({
    pid: process.pid,
    uid: process.getuid?.(),
    noSandbox: app.commandLine.hasSwitch('no-sandbox'),
    renderer: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  }));
  expect(main.uid).not.toBe(0);
  expect(main.noSandbox).toBe(false);
  expect(BigInt(`0x${statusOf(main.pid, 'CapEff')}`)).toBe(0n);
  // Mode 2 is a filter: the renderer may make only the system calls that Chromium allows it.
  expect(statusOf(main.renderer, 'Seccomp')).toBe('2');
  // The sandbox gives it a process namespace of its own.
  expect(statusOf(main.renderer, 'NSpid').split(/\s+/).length).toBeGreaterThan(1);
});

test('the page has nothing but the bridge, and reaches nobody', async ({ sesamy }) => {
  const { page } = sesamy;
  const reach = await page.evaluate(async () => {
    const failed = async (attempt: () => unknown): Promise<boolean> => {
      try {
        await attempt();
        return false;
      } catch {
        return true;
      }
    };
    const scope = globalThis as unknown as Record<string, unknown>;
    return {
      globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => scope[name] !== undefined),
      bridge: Object.keys(scope['sesamy'] as object).sort(),
      fetchRefused: await failed(() => fetch('http://127.0.0.1:9/')),
      fileRefused: await failed(() => fetch('file:///etc/hostname')),
      opened: window.open('https://example.org/') !== null,
      storage: document.cookie,
    };
  });
  expect(reach).toEqual({
    globals: [],
    bridge: ['onState', 'request'],
    fetchRefused: true,
    fileRefused: true,
    opened: false,
    storage: '',
  });
});

test('the page stays where it is and runs no text as code', async ({ sesamy }) => {
  const { page } = sesamy;
  const before = page.url();
  expect(before).toBe('app://sesamy/index.html');
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    document.body.append(link);
    link.click();
    const script = document.createElement('script');
    script.textContent = 'document.title = "run"';
    document.body.append(script);
    link.remove();
  });
  await expect.poll(() => sesamy.complaints.some((text) => text.includes('Content Security Policy'))).toBe(true);
  expect(page.url()).toBe(before);
  expect(await page.title()).not.toBe('run');
  const windows = await sesamy.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(windows).toBe(1);
});

test('main refuses requests that no page of ours would make', async ({ sesamy }) => {
  const replies = await sesamy.page.evaluate(() => {
    const { request } = (
      globalThis as unknown as { sesamy: { request: (name: string, argument: unknown) => Promise<unknown> } }
    ).sesamy;
    return Promise.all([
      request('no.such.request', {}),
      request('constructor', {}),
      request('run.start', { profileId: 7, purpose: 'session' }),
      request('profile.save', { profile: { name: 'x' } }),
      request('profile.get', { id: 'no-such-id' }),
      request('state.get', { extra: true }),
    ]);
  });
  expect(replies.map((reply) => (reply as { error?: { code: string } }).error?.code)).toEqual([
    'internal',
    'internal',
    'bad-input',
    'bad-input',
    'unknown-target',
    'bad-input',
  ]);
});
