import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBuilt, Home } from './sesamy';

const PASSPHRASE = 'a käse and seven bells';
const HOME = ['home', '--mode', 'count-window', '--host', 'home.example.org', '--sequence', '1357', '--window', '3000'];
const WORK = ['work', '--mode', 'port-sequence', '--host', '192.0.2.9', '--port', '2222', '--steps', '7123,8123:udp'];

let home: Home;
beforeAll(checkBuilt);
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await home.remove();
});

describe('the first add', () => {
  it('makes the store, says that the passphrase cannot be recovered, and shows nothing of it', async () => {
    const typist = home.terminal(['add', ...HOME, '--user', 'alice', '--tag', 'a', '--tag', 'b']);
    await typist.at('New passphrase: ', `${PASSPHRASE}\r`);
    await typist.at('The same again: ', `${PASSPHRASE}\r`);
    const { code, screen } = await typist.end();
    expect(code).toBe(0);
    expect(screen).toContain('It cannot be recovered');
    expect(screen).toContain('added "home"');
    expect(screen).not.toContain('seven bells');
    expect(statSync(home.store).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(home.store)) {
      expect(statSync(join(home.store, file)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(home.store, file), 'latin1')).not.toMatch(/1357|home\.example\.org/);
    }
    const listed = await home.sesamy(['list'], [PASSPHRASE]);
    expect(listed.stdout.split('\n')[1]).toMatch(/^home +home\.example\.org +22 +count-window +a, b$/);
  });

  it('asks again after a slip, and warns of a short one', async () => {
    const typist = home.terminal(['add', ...HOME]);
    await typist.at('New passphrase: ', 'short\r');
    await typist.at('fewer than 10 characters', '');
    await typist.at('The same again: ', 'shirt\r');
    await typist.at('not the same', '');
    await typist.at('New passphrase: ', 'short\r');
    await typist.at('The same again: ', 'short\r');
    expect((await typist.end()).code).toBe(0);
  });

  it('asks for nothing when the options are wrong, and makes nothing', async () => {
    const { code, screen } = await home.terminal(['add', 'x', '--mode', 'count-window', '--sequence', '0']).end();
    expect(code).toBe(2);
    expect(screen).toMatch(/--host: .*\n.*--sequence: .*\n.*--window: /);
    expect(readdirSync(home.folder)).not.toContain('store');
  });
});

describe('the saved profiles', () => {
  it('are listed and shown without their secrets, but on request', async () => {
    await home.holding(PASSPHRASE, HOME, [...WORK, '--notes', 'one\ntwo']);
    const all = [
      await home.sesamy(['list', '--json'], [PASSPHRASE]),
      await home.sesamy(['show', 'home'], [PASSPHRASE]),
      await home.sesamy(['show', 'work', '--json'], [PASSPHRASE]),
    ];
    for (const { code, stdout } of all) {
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/1357|3000|7123|8123/);
    }
    const listed = all[0]?.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(listed).toMatchObject([
      { name: 'home', mode: { kind: 'count-window' } },
      { name: 'work', servicePort: 2222, mode: { kind: 'port-sequence' } },
    ]);
    expect((await home.sesamy(['list', 'WORK'], [PASSPHRASE])).stdout).not.toContain('home');

    const revealed = await home.sesamy(['show', 'home', '--reveal'], [PASSPHRASE]);
    expect(revealed.stdout).toContain('--sequence 1357 --window 3000');
    const json = await home.sesamy(['show', 'work', '--reveal', '--json'], [PASSPHRASE]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      notes: 'one\ntwo',
      mode: { steps: [{ port: 7123 }, { port: 8123 }] },
    });
  });

  it('are changed only where something is given', async () => {
    await home.holding(PASSPHRASE, [...HOME, '--user', 'alice', '--tag', 'a']);
    const edit = (...args: readonly string[]) => home.sesamy(['edit', 'home', ...args], [PASSPHRASE]);
    expect((await edit('--sequence', '2468', '--knock-port', '4444')).code).toBe(0);
    expect((await edit('--user', '', '--tag', '', '--port', '2222', '--knock-port', '')).code).toBe(0);
    expect((await edit('--window', '1')).stderr).toMatch(/--window: Window must be/);
    expect((await edit('--steps', '1')).stderr).toMatch(/belongs to --mode port-sequence/);
    expect((await edit()).code).toBe(2);
    expect((await edit('--name', 'cottage')).code).toBe(0);
    const { stdout } = await home.sesamy(['show', 'cottage', '--json', '--reveal'], [PASSPHRASE]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'cottage',
      host: 'home.example.org',
      servicePort: 2222,
      tags: [],
      ssh: { user: null },
      mode: { sequence: '2468', windowMs: 3000, knockPort: null },
    });
  });

  it('are removed when that is confirmed, and not otherwise', async () => {
    await home.holding(PASSPHRASE, HOME, WORK);
    expect((await home.unattended(['remove', 'home'])).stderr).toContain('Add --yes');
    const no = home.terminal(['remove', 'home']);
    await no.at('Passphrase', `${PASSPHRASE}\r`);
    await no.at('[y/N] ', '\r');
    expect(await no.end()).toMatchObject({ code: 1, screen: expect.stringContaining('Nothing was removed') as string });
    const yes = home.terminal(['remove', 'home']);
    await yes.at('Passphrase', `${PASSPHRASE}\r`);
    await yes.at('Remove "home" (home.example.org port 22)? [y/N] ', 'y\r');
    expect((await yes.end()).code).toBe(0);
    expect((await home.sesamy(['remove', 'work', '--yes'], [PASSPHRASE])).code).toBe(0);
    expect((await home.sesamy(['list'], [PASSPHRASE])).stderr).toContain('no profiles yet');
  });

  it('have names of their own, and are told apart by id where another program gave two the same', async () => {
    await home.holding(PASSPHRASE, HOME, WORK);
    const again = await home.sesamy(['add', ...HOME], [PASSPHRASE]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('already') as string });
    await home.sesamy(['edit', 'work', '--name', 'home'], [PASSPHRASE]);
    const unclear = await home.sesamy(['show', 'home'], [PASSPHRASE]);
    expect(unclear.code).toBe(2);
    const id = /([0-9a-f-]{36}) {2}192\.0\.2\.9/.exec(unclear.stderr)?.[1] ?? '';
    expect((await home.sesamy(['show', id], [PASSPHRASE])).stdout).toContain('192.0.2.9');
    const missing = await home.sesamy(['show', 'nobody'], [PASSPHRASE]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('"nobody"') as string });
  });
});

describe('the passphrase', () => {
  it('may be wrong three times on a terminal', async () => {
    await home.holding(PASSPHRASE, HOME);
    const typist = home.terminal(['list']);
    await typist.at('Passphrase of your profiles: ', 'wrong\r');
    await typist.at('Once more', '');
    await typist.at('Passphrase of your profiles: ', `wring\u007f\u007f\u007f\u007f\u007f\u0015${PASSPHRASE}x\r`);
    await typist.at('Passphrase of your profiles: ', 'wrong\r');
    const { code, screen } = await typist.end();
    expect(code).toBe(4);
    expect(screen).toContain('The passphrase is wrong');
    expect(screen).not.toMatch(/wrong\n|bells/);
    const mended = home.terminal(['list']);
    await mended.at('Passphrase', 'wrong\r');
    await mended.at('Passphrase', `${PASSPHRASE}\r`);
    expect(await mended.end()).toMatchObject({
      code: 0,
      screen: expect.stringContaining('home.example.org') as string,
    });
    expect((await home.sesamy(['list'], ['wrong', PASSPHRASE])).code).toBe(4);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('prompt is left by %s, and the terminal echoes again', async (_, key) => {
    await home.holding(PASSPHRASE, HOME);
    const typist = home.terminal(['list'], '', 'stty -a');
    await typist.at('Passphrase', `half typed`);
    await typist.at(': ', key === '\u0004' ? `\u0015${key}` : key);
    const { code, screen } = await typist.end();
    expect(code).toBe(130);
    expect(screen).toMatch(/ echo /);
    expect(screen).toMatch(/ icanon /);
    expect(screen).not.toContain('half typed');
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)(
    'prompt is left by %s, and the terminal echoes again',
    async (signal) => {
      await home.holding(PASSPHRASE, HOME);
      const pid = home.path('pid');
      const typist = home.terminal(['list'], `& echo $! >${pid}; wait $!`, 'stty -a');
      await typist.at('Passphrase of your profiles: ', '');
      process.kill(Number(readFileSync(pid, 'utf8')), signal);
      const { code, screen } = await typist.end();
      expect(code).toBe(130);
      expect(screen).toMatch(/ icanon /);
      expect(screen).toMatch(/ echo /);
    },
  );

  it('is said to be missing where there is nobody to ask', async () => {
    await home.holding(PASSPHRASE, HOME);
    for (const args of [['list'], ['knock', 'home'], ['proxy', 'home']]) {
      const { code, stderr, stdout } = await home.unattended(args);
      expect(code).toBe(4);
      expect(stdout).toBe('');
      expect(stderr).toContain('--passphrase-fd');
    }
  });

  it('can be changed, doubled and taken away, but for the last one', async () => {
    await home.holding(PASSPHRASE, HOME);
    const typist = home.terminal(['passphrase']);
    await typist.at('Passphrase of your profiles: ', `${PASSPHRASE}\r`);
    await typist.at('New passphrase: ', 'another passphrase\r');
    await typist.at('The same again: ', 'another passphrase\r');
    expect((await typist.end()).code).toBe(0);
    expect((await home.sesamy(['list'], [PASSPHRASE])).code).toBe(4);
    expect((await home.sesamy(['list'], ['another passphrase'])).code).toBe(0);

    expect((await home.sesamy(['passphrase', '--add'], ['another passphrase', PASSPHRASE])).code).toBe(0);
    expect((await home.sesamy(['list'], [PASSPHRASE])).code).toBe(0);
    const slots = (await home.unattended(['passphrase', '--list'])).stdout.trim().split('\n');
    expect(slots).toHaveLength(2);
    expect((await home.sesamy(['passphrase'], [PASSPHRASE])).stderr).toContain('--slot');
    const [first = '', second = ''] = slots.map((line) => line.split(' ')[0] ?? '');
    expect((await home.sesamy(['passphrase', '--remove', first], [PASSPHRASE])).code).toBe(0);
    expect((await home.sesamy(['list'], ['another passphrase'])).code).toBe(4);
    const last = await home.sesamy(['passphrase', '--remove', second], [PASSPHRASE]);
    expect(last).toMatchObject({ code: 2, stderr: expect.stringContaining('One passphrase has to remain') as string });
  });
});

describe('a store that is damaged', () => {
  it('is told before anybody is asked, and restored', async () => {
    await home.holding(PASSPHRASE, HOME, WORK);
    const file = join(home.store, 'profiles.vault');
    writeFileSync(file, 'damaged', { mode: 0o600 });
    const told = await home.unattended(['list']);
    expect(told.code).toBe(1);
    expect(told.stderr).toContain('profiles.vault');
    expect(readFileSync(file, 'utf8')).toBe('damaged');
    const typist = home.terminal(['restore']);
    await typist.at('[y/N] ', 'y\r');
    expect((await typist.end()).code).toBe(0);
    expect((await home.sesamy(['list'], [PASSPHRASE])).stdout).toContain('home.example.org');
    expect(readdirSync(home.store).map((name) => readFileSync(join(home.store, name), 'utf8'))).toContain('damaged');
  });
});
