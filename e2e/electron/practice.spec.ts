import { expect } from '@playwright/test';
import { expectAccessible } from '../screens/accessibility';
import { SesamyWindow } from '../screens/window';
import { PASSPHRASE, test } from './app';

test('a newcomer makes a profile by keyboard, knocks on the practice door and is let in', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  await expect(sesamy.page.getByRole('heading', { name: 'No profiles yet' })).toBeVisible();
  await expectAccessible(sesamy.page, 'empty window');
  await window.screenshot('empty');

  const door = await window.startPracticeDoor('121', 500);
  await expectAccessible(sesamy.page, 'practice page');
  await window.screenshot('practice');
  await window.createByKeyboard({ name: 'my first door', ...door, sequence: '121', windowMs: 500, user: 'guest' });
  await expectAccessible(sesamy.page, 'saved profile');

  await window.profile('my first door').click();
  await sesamy.page.keyboard.press('Control+Enter');
  await expect(window.runStatus).toContainText('Door open');
  await expect(window.steps.getByRole('listitem')).toContainText(
    ['Burst 1 sent', 'Burst 2 sent', 'Burst 3 sent', 'answered'].map((part) => new RegExp(part)),
    {
      useInnerText: true,
    },
  );
  await expect(window.timeline).toHaveAccessibleName(/4 of 4 sent/);
  await expectAccessible(sesamy.page, 'run with an open door');

  await window.button('End session').click();
  await expect(window.runStatus).toContainText('Session ended');
  await window.screenshot('run-finished');

  await sesamy.page.getByRole('tab', { name: 'Edit' }).click();
  await expect(window.field('Sequence')).toHaveValue(/1 ?2 ?1/);
  await expectAccessible(sesamy.page, 'editor');
  await window.screenshot('editor');
  expect(sesamy.complaints).toEqual([]);
});

test('a wrong knock is told from a right one, and a cancelled one from both', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  const door = await window.startPracticeDoor('121', 500);
  await window.createByKeyboard({ name: 'wrong', ...door, sequence: '112', windowMs: 500 });
  await window.knock.click();
  await expect(window.runStatus).toContainText('Failed');
  await expect(sesamy.page.getByRole('heading', { name: 'The server hung up at once' })).toBeVisible();
  await window.screenshot('run-failed');
  await expectAccessible(sesamy.page, 'failed run');

  await window.createByKeyboard({ name: 'slow', ...door, sequence: '11', windowMs: 5000 });
  await window.knock.click();
  await expect(window.runStatus).toContainText('Knocking');
  await window.button('Cancel').click();
  await expect(window.runStatus).toContainText('Cancelled');
  expect(sesamy.complaints).toEqual([]);
});

test('knocking alone says that the knock was sent, and claims no more', async ({ sesamy }) => {
  const window = new SesamyWindow(sesamy.page);
  const door = await window.startPracticeDoor('12', 500);
  await window.createByKeyboard({ name: 'only knock', ...door, sequence: '12', windowMs: 500 });
  await window.button('More ways to knock').click();
  await sesamy.page.getByRole('menuitem', { name: 'Knock only' }).click();
  await expect(window.runStatus).toContainText('Sent');
  await expect(window.runStatus).not.toContainText('open');
  expect(sesamy.complaints).toEqual([]);
});

test('dark is as readable as light', async ({ world }) => {
  const opened = await world.open({ colorScheme: 'dark' });
  const window = new SesamyWindow(opened.page);
  await expectAccessible(opened.page, 'first run, dark');
  await window.firstRun(PASSPHRASE);
  const door = await window.startPracticeDoor('121', 500);
  await expectAccessible(opened.page, 'practice page, dark');
  await window.createByKeyboard({ name: 'night', ...door, sequence: '121', windowMs: 500, user: 'guest' });
  await window.knock.click();
  await expect(window.runStatus).toContainText('Door open');
  await expectAccessible(opened.page, 'run, dark');
  await window.screenshot('run-dark');
  await opened.page.getByRole('tab', { name: 'Edit' }).click();
  await expectAccessible(opened.page, 'editor, dark');
  await window.screenshot('editor-dark');
  await opened.page.keyboard.press('Control+L');
  await expect(window.unlock).toBeVisible();
  await expectAccessible(opened.page, 'lock screen, dark');
  expect(opened.complaints).toEqual([]);
  await opened.app.close();
});
