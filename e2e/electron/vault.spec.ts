import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../screens/accessibility';
import { SesamyWindow } from '../screens/window';
import { PASSPHRASE, test } from './app';

const HOME_PROFILE = { name: 'home', host: '192.0.2.77', port: 22, sequence: '1234', windowMs: 3000 };

/** Where the vault lies in a user's home when nothing else is said. */
const vaultFolder = (home: string): string => join(home, '.local/share/open-sesamy');

test('first run: a passphrase with an honest estimate, and the profiles outlive the window', async ({ world }) => {
  const first = await world.open();
  const window = new SesamyWindow(first.page);
  await window.newPassphrase.fill('letmein');
  await expect(first.page.getByText(/weak/i).first()).toBeVisible();
  await window.repeatPassphrase.fill('letmeout');
  await window.createVault.click();
  await expect(first.page.getByText(/not the same|do not match/i)).toBeVisible();
  await expectAccessible(first.page, 'first run');
  await window.screenshot('first-run');
  await window.firstRun(PASSPHRASE);
  await window.createByKeyboard(HOME_PROFILE);
  await first.app.close();
  expect(first.complaints).toEqual([]);

  const second = await world.open();
  const again = new SesamyWindow(second.page);
  await expect(again.unlock).toBeVisible();
  await expect(again.profile('home')).toBeHidden();
  await again.passphrase.fill('wrong passphrase');
  await again.unlock.click();
  await expect(second.page.getByText('The passphrase is wrong')).toBeVisible();
  await expect(again.passphrase).toBeFocused();
  await expectAccessible(second.page, 'lock screen');
  await again.screenshot('lock-screen');
  await again.unlockWith(PASSPHRASE);
  await expect(again.profile('home')).toBeVisible();

  await second.page.keyboard.press('Control+L');
  await expect(again.unlock).toBeVisible();
  await expect(again.profile('home')).toBeHidden();
  await again.unlockWith(PASSPHRASE);
  await expect(again.profile('home')).toBeVisible();
  expect(second.complaints).toEqual([]);
  await second.app.close();
});

test('a real keyring unlocks on this device, and the passphrase always does', async ({ world }) => {
  const first = await world.open({ keyring: true });
  const window = new SesamyWindow(first.page);
  await window.firstRun(PASSPHRASE, { device: true });
  await window.createByKeyboard(HOME_PROFILE);
  await first.app.close();

  const second = await world.open({ keyring: true });
  const withKeyring = new SesamyWindow(second.page);
  await withKeyring.button('Unlock with this device').click();
  await expect(withKeyring.profile('home')).toBeVisible();
  await second.app.close();

  const third = await world.open();
  const without = new SesamyWindow(third.page);
  await expect(without.button('Unlock with this device')).toBeHidden();
  await without.unlockWith(PASSPHRASE);
  await expect(without.profile('home')).toBeVisible();
  await third.app.close();
});

test('the passphrase is changed by whoever knows it, and not by whoever finds the window open', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  const present = window.page.getByLabel('Present passphrase', { exact: true });
  await window.button('Settings').click();
  await window.changePassphrase('not that one', 'a new long passphrase');
  await expect(sesamy.page.getByText('The passphrase is wrong')).toBeVisible();
  await expect(present).toBeFocused();
  await expectAccessible(sesamy.page, 'changing the passphrase');
  await window.screenshot('change-passphrase');
  // Only the wrong one is typed again.
  await present.fill(PASSPHRASE);
  await sesamy.page.keyboard.press('Enter');
  await expect(sesamy.page.getByText('The passphrase was changed.')).toBeVisible();
  await sesamy.page.keyboard.press('Escape');

  await sesamy.page.keyboard.press('Control+L');
  await window.passphrase.fill(PASSPHRASE);
  await window.unlock.click();
  await expect(sesamy.page.getByText('The passphrase is wrong')).toBeVisible();
  await window.unlockWith('a new long passphrase');
  expect(sesamy.complaints).toEqual([]);
});

test('locks by itself: after idle, on sleep, with the screen', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  // The events and the idle time of a real desktop; here there is none.
  for (const event of ['suspend', 'lock-screen'] as const) {
    await sesamy.app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), event);
    await window.unlockWith(PASSPHRASE);
    await expect(window.search).toBeVisible();
  }
  await sesamy.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 24 * 60 * 60;
  });
  await expect(window.unlock).toBeVisible();
  expect(sesamy.complaints).toEqual([]);
});

test('a damaged store is told from a wrong passphrase, kept, and replaced by its backup', async ({ world }) => {
  const first = await world.open();
  const window = new SesamyWindow(first.page);
  await window.firstRun(PASSPHRASE);
  await window.createByKeyboard(HOME_PROFILE);
  await window.createByKeyboard({ ...HOME_PROFILE, name: 'second' });
  await first.app.close();

  const file = join(vaultFolder(world.home), 'profiles.vault');
  truncateSync(file, 300);
  const damaged = readFileSync(file);
  const second = await world.open();
  const mended = new SesamyWindow(second.page);
  await expect(second.page.getByText('The profile store is damaged').first()).toBeVisible();
  await expectAccessible(second.page, 'damaged store');
  await mended.screenshot('damaged');
  await mended.button('Look again').click();
  await expect(second.page.getByText('The profile store is damaged').first()).toBeVisible();
  expect(readFileSync(file).equals(damaged)).toBe(true);
  await second.page.getByRole('button', { name: /^Restore the backup/ }).click();
  await mended.unlockWith(PASSPHRASE);
  await expect(mended.profile('home')).toBeVisible();
  const kept = readdirSync(vaultFolder(world.home)).find((name) => name.startsWith('profiles.vault.damaged-'));
  expect(readFileSync(join(vaultFolder(world.home), kept ?? '')).equals(damaged)).toBe(true);
  expect(second.complaints).toEqual([]);
  await second.app.close();
});

test('delete is undone, duplicate has a name of its own', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  await window.createByKeyboard(HOME_PROFILE);
  await window.profile('home').click();
  await window.button('Duplicate').click();
  await expect(window.profile('home copy')).toBeVisible();
  await window.profile('home copy').click();
  await window.button('Delete').click();
  await expect(window.profile('home copy')).toBeHidden();
  await window.button('Undo').click();
  await expect(window.profile('home copy')).toBeVisible();
  expect(sesamy.complaints).toEqual([]);
});

test('the command line knocks through the open window, without a prompt and never while it is locked', async ({
  world,
  sesamy,
}) => {
  const window = new SesamyWindow(sesamy.page);
  await window.createByKeyboard({
    ...HOME_PROFILE,
    name: 'local',
    host: '127.0.0.1',
    port: 9,
    sequence: '11',
    windowMs: 200,
  });
  const knocked = world.sesamy('knock', 'local', '--json');
  expect(knocked.stderr).toBe('');
  expect(knocked.code).toBe(0);
  expect(knocked.stdout).toContain('"type":"sent"');
  expect(world.sesamy('knock', 'nobody-knows').code).toBe(2);
  await window.button('Settings').click();
  await expect(sesamy.page.getByRole('dialog').getByText('local')).toBeVisible();
  await window.screenshot('security');
  await expectAccessible(sesamy.page, 'settings');
  await sesamy.page.keyboard.press('Escape');

  await sesamy.page.keyboard.press('Control+L');
  await expect(window.unlock).toBeVisible();
  const refused = world.sesamy('knock', 'local');
  expect(refused.code).toBe(4);
  expect(refused.stdout).toBe('');
  expect(world.sesamy('knock', 'local', '--no-agent').code).toBe(4);
  expect(sesamy.complaints).toEqual([]);
});

/** All text that the page's process keeps in its heap, after everything that can go has gone. */
async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('no secret of a profile is in any file, nor in the page once it is locked', async ({ world, sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  const canaries = ['canary-name-7f3a', 'canary-host-7f3a.example.org', '97531975', 'canary-user-7f3a', PASSPHRASE];
  await window.createByKeyboard({
    name: 'canary-name-7f3a',
    host: 'canary-host-7f3a.example.org',
    port: 22,
    sequence: '97531975',
    windowMs: 3000,
    user: 'canary-user-7f3a',
  });
  await window.profile('canary-name-7f3a').click();
  await sesamy.page.getByRole('tab', { name: 'Edit' }).click();
  await expect(window.field('SSH user')).toHaveValue('canary-user-7f3a');
  // The method sees what is there: before the lock the page does hold the profile.
  expect(await heapOf(sesamy.page)).toContain('canary-host-7f3a.example.org');

  await sesamy.page.keyboard.press('Control+L');
  await expect(window.unlock).toBeVisible();
  const heap = await heapOf(sesamy.page);
  for (const canary of canaries) expect(heap.includes(canary), `${canary} in the page's heap`).toBe(false);

  await sesamy.app.close();
  const files = filesBelow(world.home);
  expect(files.some((file) => file.endsWith('profiles.vault'))).toBe(true);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const canary of canaries) {
      expect(bytes.includes(canary), `${canary} in ${file}`).toBe(false);
      expect(bytes.includes(Buffer.from(canary, 'utf16le')), `${canary} in ${file} as UTF-16`).toBe(false);
    }
  }
});
