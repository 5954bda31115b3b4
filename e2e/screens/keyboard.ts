import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

/** More stops than any page of the window has. */
const MAX_STOPS = 80;

/** Moves the focus by Tab, as a person without a mouse does, until it is where it should be. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(target, 'can be reached by Tab').toBeFocused();
}

/** Replaces what a text field holds. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
