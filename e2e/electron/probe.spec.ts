import { expect } from '@playwright/test';
import { test } from './app';

test('probe', async ({ sesamy }) => {
  await sesamy.page.waitForTimeout(1500);
  await sesamy.page.screenshot({ path: 'test-results/probe.png' });
  console.log(await sesamy.page.locator('body').ariaSnapshot());
  expect(sesamy.complaints).toEqual([]);
});
