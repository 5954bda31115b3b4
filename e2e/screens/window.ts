/** The window as a person knows it: its parts by their accessible names. */
import type { Locator, Page } from '@playwright/test';
import { tabTo, typeInto } from './keyboard';

export interface TypedProfile {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly sequence: string;
  readonly windowMs: number;
  readonly user?: string;
  readonly sshOptions?: readonly (readonly [string, string])[];
}

export class SesamyWindow {
  readonly page: Page;
  readonly search: Locator;
  readonly profiles: Locator;
  readonly runStatus: Locator;
  readonly timeline: Locator;
  readonly steps: Locator;
  readonly log: Locator;
  readonly knock: Locator;
  readonly newPassphrase: Locator;
  readonly repeatPassphrase: Locator;
  readonly createVault: Locator;
  readonly passphrase: Locator;
  readonly unlock: Locator;
  readonly permissions: Locator;
  readonly transportHint: Locator;
  /** The secret of a TCP Stealth profile; hidden, it is no textbox. */
  readonly secret: Locator;

  constructor(page: Page) {
    this.page = page;
    this.search = page.getByRole('searchbox', { name: 'Search profiles' });
    this.profiles = page.getByRole('listbox', { name: 'Profiles' });
    this.runStatus = page.getByRole('status', { name: 'Run status' });
    this.timeline = page.getByRole('img', { name: /^Timeline/ });
    this.steps = page.getByRole('list', { name: 'Steps of the run' });
    this.log = page.getByRole('log', { name: 'Log of the run' });
    this.knock = page.getByRole('button', { name: 'Knock and open SSH' });
    this.newPassphrase = page.getByLabel('Passphrase', { exact: true });
    this.repeatPassphrase = page.getByLabel('Passphrase again', { exact: true });
    this.createVault = page.getByRole('button', { name: 'Create encrypted store' });
    this.passphrase = page.getByLabel('Passphrase', { exact: true });
    this.unlock = page.getByRole('button', { name: 'Unlock', exact: true });
    this.permissions = page.getByRole('dialog', { name: 'Permissions' });
    this.transportHint = page.getByRole('status', { name: 'What the transport will do' });
    this.secret = page.getByLabel('Secret', { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  profile(name: string): Locator {
    return this.profiles.getByRole('option', { name: new RegExp(`^${name} `) });
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name });
  }

  /** A card of the Server tab. */
  recipe(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** Chooses a way of knocking in the editor. */
  async chooseMode(label: string): Promise<void> {
    await this.page.getByText(label, { exact: true }).click();
  }

  /** A transport's row in the Permissions panel. */
  transport(name: string): Locator {
    return this.permissions.getByRole('listitem', { name, exact: true });
  }

  /** The button that opens a list of choices: its name is what is chosen now, then the label. */
  select(label: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`${label}$`) });
  }

  async choose(label: string, choice: string): Promise<void> {
    await this.select(label).click();
    await this.page
      .getByRole('option')
      .filter({ has: this.page.getByText(choice, { exact: true }) })
      .click();
  }

  /** Makes the vault, from whatever was typed there before. */
  async firstRun(passphrase: string, options: { readonly device?: boolean } = {}): Promise<void> {
    await this.newPassphrase.fill(passphrase);
    await this.repeatPassphrase.fill(passphrase);
    if (options.device === true) await this.page.getByText(/^Also unlock with this device/).click();
    await this.createVault.click();
    await this.search.waitFor();
  }

  async unlockWith(passphrase: string): Promise<void> {
    await this.passphrase.fill(passphrase);
    await this.unlock.click();
    await this.search.waitFor();
  }

  /** Changes the one passphrase, in the open settings. */
  async changePassphrase(present: string, next: string): Promise<void> {
    const form = this.page.getByRole('form', { name: 'Change passphrase' });
    await this.button('Change passphrase').click();
    await form.getByLabel('Present passphrase', { exact: true }).fill(present);
    await form.getByLabel('New passphrase', { exact: true }).fill(next);
    await form.getByLabel('New passphrase again', { exact: true }).fill(next);
    await form.getByRole('button', { name: 'Change passphrase' }).click();
  }

  /** Makes a count-window profile with nothing but the keyboard. */
  async createByKeyboard(profile: TypedProfile): Promise<void> {
    const { page } = this;
    await tabTo(page, this.button('New'));
    await page.keyboard.press('Enter');
    await typeInto(page, this.field('Name'), profile.name);
    await typeInto(page, this.field('Host'), profile.host);
    await typeInto(page, this.field('Service port'), String(profile.port));
    await typeInto(page, this.field('Sequence'), profile.sequence);
    await typeInto(page, this.field('Window'), String(profile.windowMs));
    if (profile.user !== undefined) await typeInto(page, this.field('SSH user'), profile.user);
    for (const [index, [name, value]] of (profile.sshOptions ?? []).entries()) {
      await tabTo(page, this.button('Add SSH option'));
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByRole('button', { name: new RegExp(`SSH option ${index + 1}$`) }), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('listbox').last().getByRole('option', { name, exact: true }).waitFor();
      await page.keyboard.type(name);
      await page.keyboard.press('Enter');
      await typeInto(page, this.field(`Value of ${name}`), value);
    }
    await page.keyboard.press('Control+S');
    await this.profile(profile.name).waitFor();
  }

  /** Starts the practice door and tells where it listens. */
  async startPracticeDoor(
    sequence: string,
    windowMs: number,
  ): Promise<{ readonly host: string; readonly port: number }> {
    const { page } = this;
    await this.profiles.getByRole('option', { name: /practice door/ }).click();
    await this.field('Sequence').fill(sequence);
    await this.field('Window').fill(String(windowMs));
    await this.button('Start practice door').click();
    const status = page.getByRole('status', { name: 'Practice door status' });
    await status.getByText(/Running/).waitFor();
    const where = /on ([0-9.]+):([0-9]+)/.exec((await status.textContent()) ?? '');
    return { host: where?.[1] ?? '', port: Number(where?.[2]) };
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: `test-results/screens/${name}.png` });
  }
}
