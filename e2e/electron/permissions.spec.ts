import { networkInterfaces } from 'node:os';
import { expect } from '@playwright/test';
import { expectAccessible } from '../screens/accessibility';
import { tabTo } from '../screens/keyboard';
import { SesamyWindow } from '../screens/window';
import { PASSPHRASE, test } from './app';

test('the Permissions panel says what works, and the command that mends the rest is copied exactly', async ({
  sesamy,
}) => {
  const { page, app } = sesamy;
  const window = new SesamyWindow(page);
  await window.button('Settings').click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  const opener = settings.getByRole('button', { name: 'Permissions…' });
  await tabTo(page, opener);
  await page.keyboard.press('Enter');

  await expect(window.permissions.getByRole('status', { name: 'Result' })).toContainText('work');
  await expect(window.transport('Plain sockets')).toContainText('✓ works');
  const helper = window.transport('Helper');
  await expect(helper).toContainText('× does not work');
  await expect(helper).toContainText('It is not installed');
  await expectAccessible(page, 'Permissions');
  await window.screenshot('permissions');

  const command = (await helper.locator('code').textContent()) ?? '';
  expect(command).toContain('helper:install');
  const copy = helper.getByRole('button', { name: 'Copy the command for Helper' });
  await tabTo(page, copy);
  await page.keyboard.press('Enter');
  await expect(copy).toHaveText('Copied');
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(command);

  const again = window.permissions.getByRole('button', { name: 'Check again' });
  await tabTo(page, again);
  await page.keyboard.press('Enter');
  await expect(window.permissions.getByRole('status', { name: 'Result' })).toContainText('work');
  await expect(again).toBeFocused();

  // Escape goes back to where the panel was opened from, and no further.
  await page.keyboard.press('Escape');
  await expect(window.permissions).toBeHidden();
  await expect(settings).toBeVisible();
  await expect(opener).toBeFocused();
  expect(sesamy.complaints).toEqual([]);
});

test('the editor says how the knock will leave, and what does not work here', async ({ sesamy }) => {
  const { page } = sesamy;
  const window = new SesamyWindow(page);
  await window.createByKeyboard({ name: 'far', host: '192.0.2.30', port: 22, sequence: '4321', windowMs: 2000 });
  await window.profile('far').click();
  await page.getByRole('tab', { name: 'Edit' }).click();
  await expect(window.transportHint).toHaveText('Plain sockets: no privilege needed.');

  // An interface wants a raw transport; there is none here, so the knock goes out by sockets, and the editor says so.
  const found = Object.entries(networkInterfaces()).find(([, list]) => list?.some((entry) => !entry.internal));
  const [name, mac] = found === undefined ? ['lo', null] : [found[0], found[1]?.[0]?.mac.toUpperCase() ?? null];
  await window.choose('Interface', name);
  await expect(window.transportHint).toContainText('Plain sockets: the routing table, not the profile');
  if (mac !== null) {
    await window.button(`Use ${mac}`).click();
    await expect(window.field('Source MAC')).toHaveValue(mac);
    await expect(window.field('Source MAC')).toBeFocused();
    await expect(window.button(`Use ${mac}`)).toBeHidden();
  }

  await window.select('Transport').click();
  await expect(page.getByRole('option', { name: /^Helper/ })).toContainText('does not work here');
  await window.screenshot('editor-transports');
  await page.keyboard.press('Escape');
  await window.choose('Transport', 'Helper');
  await expect(window.transportHint).toContainText('asks for the transport helper, which does not work here');
  await expectAccessible(page, 'Network card');
  await window.transportHint.scrollIntoViewIfNeeded();
  await window.screenshot('editor-network');

  // A knock that cannot leave leads to the same panel.
  await page.keyboard.press('Control+S');
  await page.getByRole('tab', { name: 'Run' }).click();
  await page.getByRole('button', { name: 'More ways to knock' }).click();
  await page.getByRole('menuitem', { name: /knock only/i }).click();
  await expect(window.runStatus).toContainText('Failed');
  await page.getByRole('alert').getByRole('button', { name: 'Permissions' }).click();
  await expect(window.transport('Helper')).toContainText('does not work');
  await page.keyboard.press('Escape');
  await expect(window.permissions).toBeHidden();
  expect(sesamy.complaints).toEqual([]);
});

test('the panel is drawn for the dark too', async ({ world }) => {
  const { app, page, complaints } = await world.open({ colorScheme: 'dark' });
  const window = new SesamyWindow(page);
  await window.firstRun(PASSPHRASE);
  await window.button('Settings').click();
  await window.button('Permissions…').click();
  await expect(window.transport('Plain sockets')).toContainText('works');
  await expectAccessible(page, 'Permissions in the dark');
  await window.screenshot('permissions-dark');
  expect(complaints).toEqual([]);
  await app.close();
});
