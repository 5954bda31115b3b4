import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBuilt, Home } from './sesamy';

const PASSPHRASE = 'a long passphrase';
const BUNDLE = 'the passphrase of a bundle';
const HOME = ['home', '--mode', 'count-window', '--host', 'home.example.org', '--sequence', '1357', '--window', '3000'];
const WORK = ['work', '--mode', 'port-sequence', '--host', '192.0.2.9', '--steps', '7123,8123:udp', '--user', 'alice'];

let home: Home;
beforeAll(checkBuilt);
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await home.remove();
});

describe('import', () => {
  const write = (name: string, text: string): string => {
    const file = home.path(name);
    writeFileSync(file, text);
    return file;
  };

  it('shows what it read, asks, and says what it could not read and why', async () => {
    const good = write('good.txt', '192.0.2.1 22 2468 3000\n');
    const bad = write('bad.txt', '192.0.2.1\n22 2460 3000\n');
    const typist = home.terminal(['import', good, bad, home.path('missing.txt')]);
    await typist.at('Import 1 profile? [y/N] ', '');
    expect(existsSync(home.store)).toBe(false);
    await typist.at('', 'y\r');
    await typist.at('New passphrase: ', `${PASSPHRASE}\r`);
    await typist.at('The same again: ', `${PASSPHRASE}\r`);
    const { code, screen } = await typist.end();
    expect(code).toBe(1);
    expect(screen).toContain('imported 1 of 3');
    expect(screen).toMatch(/bad\.txt, line 2, column 4: Sequence must be/);
    expect(screen).toMatch(/missing\.txt cannot be read: there is no such file/);
    expect(screen).not.toContain('2468');
    const shown = await home.sesamy(['show', '192.0.2.1', '--reveal'], [PASSPHRASE]);
    expect(shown.stdout).toContain('--sequence 2468');
  });

  it('keeps nothing without a yes, and with --dry-run', async () => {
    const good = write('good.txt', '192.0.2.1 22 2468 3000\n');
    const dry = await home.unattended(['import', good, '--dry-run', '--reveal']);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('--sequence 2468') as string });
    expect((await home.unattended(['import', good])).stderr).toContain('Add --yes');
    const typist = home.terminal(['import', good]);
    await typist.at('[y/N] ', 'n\r');
    expect((await typist.end()).code).toBe(1);
    expect(existsSync(home.store)).toBe(false);
  });

  it('gives every profile a name of its own', async () => {
    const file = write('good.txt', '192.0.2.1 22 2468 3000\n');
    const both = await home.sesamy(['import', file, file, '--yes'], [PASSPHRASE]);
    expect(both).toMatchObject({ code: 0, stdout: expect.stringContaining('imported 2 of 2') as string });
    const third = await home.sesamy(['import', file, '--yes'], [PASSPHRASE]);
    expect(third).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('192.0.2.1 is taken, so this one is called 192.0.2.1 3.') as string,
    });
    const { stdout } = await home.sesamy(['list', '--json'], [PASSPHRASE]);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
    expect(names).toEqual(['192.0.2.1', '192.0.2.1 2', '192.0.2.1 3']);
  });
});

describe('a bundle', () => {
  it('takes profiles to another computer, under a passphrase of its own', async () => {
    await home.holding(PASSPHRASE, HOME, WORK);
    const file = home.path('for-laptop.sesamy');
    const typist = home.terminal(['export', 'home', 'work', '--bundle', file]);
    await typist.at('Passphrase of your profiles: ', `${PASSPHRASE}\r`);
    await typist.at('New passphrase: ', `${BUNDLE}\r`);
    await typist.at('The same again: ', `${BUNDLE}\r`);
    expect(await typist.end()).toMatchObject({
      code: 0,
      screen: expect.stringContaining('wrote 2 profiles') as string,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toMatch(/home|1357/);

    const laptop = new Home();
    try {
      const wrong = await laptop.sesamy(['import', file, '--yes'], [PASSPHRASE]);
      expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('imported 0 of 1') as string });
      const imported = laptop.terminal(['import', file]);
      await imported.at('Passphrase of the bundle', 'wrong\r');
      await imported.at('Passphrase of the bundle', `${BUNDLE}\r`);
      await imported.at('Import 2 profiles? [y/N] ', 'y\r');
      await imported.at('New passphrase: ', 'of the laptop\r');
      await imported.at('The same again: ', 'of the laptop\r');
      expect((await imported.end()).code).toBe(0);
      const all = async (where: Home, passphrase: string) => {
        const shown = await Promise.all(
          ['home', 'work'].map((name) => where.sesamy(['show', name, '--reveal', '--json'], [passphrase])),
        );
        return shown.map(({ stdout }) => ({ ...(JSON.parse(stdout) as object), id: '' }));
      };
      expect(await all(laptop, 'of the laptop')).toEqual(await all(home, PASSPHRASE));
    } finally {
      await laptop.remove();
    }
  });

  it('tells which options of ssh are worth a look', async () => {
    await home.holding(PASSPHRASE, [...HOME, '--ssh-option', 'ForwardAgent=yes', '--ssh-option', 'LogLevel=ERROR']);
    const file = home.path('bundle');
    await home.sesamy(['export', 'home', '--bundle', file], [PASSPHRASE, BUNDLE]);
    const { stdout } = await home.sesamy(['import', file, '--dry-run'], [BUNDLE]);
    expect(stdout.match(/note: .*/g)).toEqual(['note: It sets ForwardAgent to yes.']);
  });

  it('goes to standard output, and reads its passphrases in order', async () => {
    await home.holding(PASSPHRASE, HOME);
    const { stdout } = await home.sesamy(['export', '--all', '--bundle', '-'], [PASSPHRASE, BUNDLE]);
    writeFileSync(home.path('bundle'), stdout);
    const imported = await home.sesamy(['import', home.path('bundle'), '--yes'], [BUNDLE, PASSPHRASE]);
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('imported 1 of 1') as string });
    writeFileSync(home.path('cut'), stdout.slice(0, 300));
    const cut = await home.sesamy(
      ['import', home.path('cut'), home.path('bundle'), '--yes'],
      [BUNDLE, BUNDLE, PASSPHRASE],
    );
    expect(cut.code).toBe(1);
    expect(cut.stdout).toContain('imported 1 of 2');
    expect(cut.stderr).toContain('cut short');
  });
});

describe('export', () => {
  it('warns of a settings file, and needs a yes', async () => {
    await home.holding(PASSPHRASE, HOME, WORK);
    const file = home.path('knocksettings.txt');
    const refused = await home.sesamy(['export', 'home', '--settings', file], [PASSPHRASE]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/not encrypted/);
    expect(existsSync(file)).toBe(false);
    const written = await home.sesamy(['export', 'home', '--settings', file, '--yes'], [PASSPHRASE]);
    expect(written.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('home.example.org\n22\n1357\n3000\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const other = await home.sesamy(['export', 'work', '--settings', '-', '--yes'], [PASSPHRASE]);
    expect(other).toMatchObject({ code: 2, stdout: '' });
  });

  it('replaces no file unless it is told to, and leaves nothing behind', async () => {
    await home.holding(PASSPHRASE, HOME);
    const file = home.path('out.txt');
    writeFileSync(file, 'mine', { mode: 0o644 });
    const args = ['export', 'home', '--settings', file, '--yes'];
    expect((await home.unattended(args)).stderr).toContain('--force');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const before = readdirSync(home.folder);
    expect((await home.sesamy([...args, '--force'], [PASSPHRASE])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.folder)).toEqual(before);
    const nowhere = await home.sesamy(['export', 'home', '--settings', home.path('no/file'), '--yes'], [PASSPHRASE]);
    expect(nowhere.code).toBe(1);
  });
});
