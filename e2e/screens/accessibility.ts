import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import axe from 'axe-core';

/** Fails on everything that axe calls serious or critical. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // By the debugger, which the page's Content-Security-Policy does not bind; a script tag would be refused.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document);
    return violations
      .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
      .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`);
  });
  expect(found, what).toEqual([]);
}
