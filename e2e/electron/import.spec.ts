import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
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
  await expect(sesamy.page.getByText('Imported 1 of 2')).toBeVisible();
  await expect(sesamy.page.getByText(/Line 3, column 1/)).toBeVisible();
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
  await expect(sesamy.page.getByText('Imported 1 of 2')).toBeVisible();
  await expect(sesamy.page.getByText(/there is no such file/)).toBeVisible();
  await expect(window.profile('192.0.2.16')).toBeVisible();
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
