import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from '../screens/accessibility';
import { SesamyWindow } from '../screens/window';
import { test } from './app';

test('a TCP Stealth profile is made, and its server’s rules are copied and saved', async ({ sesamy }) => {
  const { page, app, home } = sesamy;
  const window = new SesamyWindow(page);
  await window.button('New').click();
  await window.chooseMode('TCP Stealth');
  await window.field('Name').fill('hidden');
  await window.field('Host').fill('192.0.2.30');
  await expect(window.secret).toHaveAttribute('type', 'password');
  await window.secret.fill('käse');
  await expect(page.getByText('text of 5 bytes')).toBeVisible();
  await window.button('Generate a secret').click();
  await expect(window.secret).toHaveValue(/^[0-9a-f]{128}$/);
  const generated = await window.secret.inputValue();
  await window.button('Generate a secret').click();
  await expect(window.secret).not.toHaveValue(generated);
  await window.button('Show secret').click();
  await expect(window.secret).toHaveAttribute('type', 'text');
  await window.button('Show secret').click();

  // No bytes follow a mere knock, so none can be protected.
  await window.field('Integrity').fill('16');
  await window.choose('Use', 'A knock before it');
  await window.field('Integrity').blur();
  await expect(page.getByText(/^Integrity length must be 0 where/)).toBeVisible();
  await window.field('Integrity').fill('0');
  await window.choose('Use', 'The connection itself');
  await expect(window.timeline).toHaveAccessibleName(/the SYN of the connection to port 22 is the knock/);
  await expect(page.getByText(/nothing is sent before it\. An observer sees 1 SYN to port 22\.$/)).toBeVisible();
  await expectAccessible(page, 'editor of TCP Stealth');
  await window.screenshot('editor-stealth');
  await page.keyboard.press('Control+S');
  await window.profile('hidden').waitFor();
  await expect(window.runStatus).toContainText('the SYN of the connection to port 22 is the knock');
  await window.screenshot('run-stealth');

  await window.tab('Server').click();
  const recipe = window.recipe('nftables, IPv4');
  await expect(recipe).toContainText('A SYN with the right ISN connects.');
  const text = (await recipe.locator('pre').textContent()) ?? '';
  expect(text).toMatch(/table ip open_sesamy_22_ipv4 \{[^]*tcp sequence 0x[0-9a-f]{8} accept/);
  await expectAccessible(page, 'Server tab');
  await window.screenshot('recipe');
  await recipe.getByRole('button', { name: 'Copy nftables, IPv4' }).click();
  await expect(recipe.getByRole('button', { name: 'Copy nftables, IPv4' })).toHaveText('Copied');
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(text);

  const file = join(home, 'rules.nft');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await recipe.getByRole('button', { name: 'Save nftables, IPv4' }).click();
  await expect(page.getByText('Saved rules.nft')).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  // With timestamps there is no fixed rule; the tab says so and leads to the field.
  await window.tab('Edit').click();
  await page.getByRole('checkbox', { name: 'Timestamps' }).check();
  await window.tab('Server').click();
  await expect(page.getByRole('status', { name: 'State of the recipe' })).toContainText('as it was saved');
  await page.keyboard.press('Control+S');
  await expect(page.getByRole('alert')).toContainText('With timestamps the ISN is another one');
  await page.getByRole('alert').getByRole('button', { name: 'Change the profile' }).click();
  await expect(page.getByRole('checkbox', { name: 'Timestamps' })).toBeFocused();
  expect(sesamy.complaints).toEqual([]);
});

test('other modes have no Server tab, and TCP Stealth cannot be practised on', async ({ sesamy }) => {
  const { page } = sesamy;
  const window = new SesamyWindow(page);
  await window.createByKeyboard({ name: 'counting', host: '192.0.2.30', port: 22, sequence: '12', windowMs: 1000 });
  await expect(window.tab('Edit')).toBeVisible();
  await expect(window.tab('Server')).toBeHidden();
  await window.profiles.getByRole('option', { name: /practice door/ }).click();
  await expect(page.getByRole('radio', { name: 'Port sequence' })).toBeAttached();
  await expect(page.getByRole('radio', { name: 'TCP Stealth' })).toHaveCount(0);
  expect(sesamy.complaints).toEqual([]);
});
