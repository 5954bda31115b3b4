import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from '../screens/accessibility';
import { SesamyWindow } from '../screens/window';
import { test } from './app';

const GOOD = '192.0.2.16 22 1234 3000 1 00:0E:35:0E:77:B0\n';
const BAD = '192.0.2.17\n22\n12x4\n3000\n';

test('a dropped settings file becomes a profile, and a bad one says where it is wrong', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  await expect(sesamy.page.getByRole('heading', { name: 'No profiles yet' })).toBeVisible();
  await sesamy.page.evaluate(
    ([good, bad]) => {
      const data = new DataTransfer();
      data.items.add(new File([good ?? ''], 'knocksettings.txt', { type: 'text/plain' }));
      data.items.add(new File([bad ?? ''], 'broken.txt', { type: 'text/plain' }));
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [GOOD, BAD],
  );
  const dialog = sesamy.page.getByRole('dialog', { name: 'Import profiles' });
  await expect(dialog.getByText(/[Ll]ine 3, column 1/)).toBeVisible();
  // Nothing is imported before it is confirmed.
  await expect(window.profile('192.0.2.16')).toBeHidden();
  await expectAccessible(sesamy.page, 'import preview');
  await window.screenshot('import-preview');
  await dialog.getByRole('button', { name: /^Import 1 profile/ }).click();
  await expect(sesamy.page.getByText('Imported 1 of 2')).toBeVisible();
  await expect(window.profile('192.0.2.16')).toBeVisible();
  await window.screenshot('import');
  expect(sesamy.complaints).toEqual([]);
});

test('the dialog imports what is chosen', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  const file = join(sesamy.home, 'knocksettings.txt');
  writeFileSync(file, GOOD, { mode: 0o644 });
  if (process.getuid?.() === 0) chownSync(file, 65534, 65534);
  // The system's own dialog cannot be driven; what comes back from it is all that is put in its place.
  await sesamy.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path, `${path}.missing`] });
  }, file);
  await window.button('Import').click();
  await expect(sesamy.page.getByText(/there is no such file/)).toBeVisible();
  await sesamy.page.getByRole('button', { name: /^Import 1 profile/ }).click();
  await expect(sesamy.page.getByText('Imported 1 of 2')).toBeVisible();
  await expect(window.profile('192.0.2.16')).toBeVisible();

  // Once more: what is there stays, and the new one says what it is called.
  await window.button('Import').click();
  await sesamy.page.getByRole('button', { name: /^Import 1 profile/ }).click();
  await expect(sesamy.page.getByText(/192\.0\.2\.16 is taken, so this one is called 192\.0\.2\.16 2\./)).toBeVisible();
  await expect(window.profile('192.0.2.16 2')).toBeVisible();
  await expect(window.profiles.getByRole('option', { name: /^192\.0\.2\.16 / })).toHaveCount(2);
  expect(sesamy.complaints).toEqual([]);
});

test('the Info panel lists the interfaces', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  await window.button('Info').click();
  await expect(sesamy.page.getByRole('dialog').getByRole('row', { name: /lo.*127\.0\.0\.1/ })).toBeVisible();
  await window.screenshot('info');
  await sesamy.page.keyboard.press('Escape');
  await expect(sesamy.page.getByRole('dialog')).toBeHidden();
  expect(sesamy.complaints).toEqual([]);
});

test('a bundle carries profiles to another computer, under a passphrase of its own', async ({ sesamy, world }) => {
  const window = new SesamyWindow(sesamy.page);
  await window.createByKeyboard({ name: 'travels', host: '192.0.2.30', port: 22, sequence: '4321', windowMs: 2000 });
  const file = join(world.home, 'profiles.sesamy');
  await sesamy.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, file);
  await window.profile('travels').click();
  await window.button('Export').click();
  await sesamy.page.getByRole('menuitem', { name: /bundle/i }).click();
  const exporting = sesamy.page.getByRole('dialog');
  await exporting.getByLabel('Passphrase of the bundle', { exact: true }).fill('a passphrase for the road');
  await exporting.getByLabel('Passphrase of the bundle again', { exact: true }).fill('a passphrase for the road');
  await window.screenshot('export-bundle');
  await exporting.getByRole('button', { name: /^Export/ }).click();
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).not.toContain('192.0.2.30');
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await window.button('Delete').click();
  await expect(window.profile('travels')).toBeHidden();
  await window.button('Import').click();
  const importing = sesamy.page.getByRole('dialog', { name: 'Import profiles' });
  await importing.getByLabel(/^Passphrase of/).fill('not that one');
  await importing.getByRole('button', { name: /^Open/ }).click();
  await expect(importing.getByText(/passphrase is wrong/i)).toBeVisible();
  await importing.getByLabel(/^Passphrase of/).fill('a passphrase for the road');
  await importing.getByRole('button', { name: /^Open/ }).click();
  await importing.getByRole('button', { name: /^Import 1 profile/ }).click();
  await expect(window.profile('travels')).toBeVisible();
  expect(sesamy.complaints).toEqual([]);
});
