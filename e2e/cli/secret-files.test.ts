import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBuilt, Home } from './sesamy';

const PASSPHRASE = 'a long passphrase';
const TARGET = ['--host', '192.0.2.9'];
const MODES = [
  ['count-window', '--sequence', '1357', ['--window', '3000']],
  ['port-sequence', '--steps', '7123:tcp,8123:udp', []],
  ['tcp-stealth', '--secret', 'seven seals', []],
] as const;

let home: Home;
beforeAll(checkBuilt);
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await home.remove();
});

const write = (name: string, text: string): string => {
  const file = home.path(name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};

describe.each(MODES)('a secret of %s', (mode, option, secret, more) => {
  const target = ['--mode', mode, ...TARGET, ...more];

  it('comes from a file or standard input as well', async () => {
    const file = write('secret', `${secret}\n`);
    const plans = [
      await home.unattended(['knock', ...target, option, secret, '--dry-run']),
      await home.unattended(['knock', ...target, `${option}-file`, file, '--dry-run']),
      await home.unattended(['knock', ...target, `${option}-file`, '-', '--dry-run'], `${secret}\r\n`),
    ];
    for (const { code, stdout } of plans) {
      expect(code).toBe(0);
      // Raw packets are drawn anew each time.
      expect(stdout.split('\n').slice(0, 4)).toEqual(plans[0]?.stdout.split('\n').slice(0, 4));
    }
    expect((await home.sesamy(['add', 'x', ...target, `${option}-file`, file], [PASSPHRASE])).code).toBe(0);
    const shown = await home.sesamy(['show', 'x', '--reveal'], [PASSPHRASE]);
    // As a shell takes it: a space stands in quotes.
    expect(shown.stdout.replaceAll("'", '')).toContain(`${option} ${secret}`);
  });

  it('is not in the plan that a dry run prints as JSON', async () => {
    const { code, stdout } = await home.unattended(['knock', ...target, option, secret, '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'plan', host: '192.0.2.9', plan: { connect: { port: 22 } } });
    expect(stdout).not.toContain(secret);
  });

  it('is typed unseen where standard input is a terminal', async () => {
    const typist = home.terminal(['knock', ...target, `${option}-file`, '-', '--dry-run', '--json'], '>/dev/null');
    await typist.at(`Value of ${option}-file (it is not shown): `, `${secret}\r`);
    const { code, screen } = await typist.end();
    expect(code).toBe(0);
    expect(screen).not.toContain(secret);
  });
});

describe('a secret from a file', () => {
  it('stands in no process list', async () => {
    const file = write('secret', '1357\n');
    const door = home.start(['practice', '--mode', 'count-window', '--window', '200', '--sequence-file', file]);
    await door.ready('the practice door', () => door.stdout.includes('Ctrl-C'));
    const commandLine = readFileSync(`/proc/${door.child.pid ?? 0}/cmdline`, 'utf8');
    expect(commandLine).toContain('--sequence-file');
    expect(commandLine).not.toContain('1357');
  });

  it('changes a saved profile, if it is one of its mode', async () => {
    await home.holding(PASSPHRASE, [
      'home',
      '--mode',
      'count-window',
      ...TARGET,
      '--sequence',
      '12',
      '--window',
      '3000',
    ]);
    const file = write('secret', '1357\n');
    const edit = (...args: readonly string[]) => home.sesamy(['edit', 'home', ...args], [PASSPHRASE]);
    expect(await edit('--steps-file', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--steps-file belongs to --mode port-sequence, not to count-window') as string,
    });
    expect((await edit('--sequence-file', file)).code).toBe(0);
    expect((await home.sesamy(['show', 'home', '--reveal'], [PASSPHRASE])).stdout).toContain('--sequence 1357');
  });

  it('is refused with its reason, at once, and never shown', async () => {
    const stealth = ['--mode', 'tcp-stealth', ...TARGET];
    const long = write('long', 'seven seals '.repeat(10));
    for (const [args, told] of [
      [['knock', ...stealth, '--secret-file', home.path('none')], /--secret-file: there is no file "/],
      [['knock', ...stealth, '--secret-file', long], /--secret-file: Secret must be text of 1 to 64 bytes.*120 bytes/],
      [
        ['knock', '--mode', 'port-sequence', ...TARGET, '--steps-file', long],
        /--steps-file: Port must be .* 65535\.\n/,
      ],
      [['knock', ...stealth, '--secret-file', '/dev/stdin'], /is not a file but a pipe.*\n.*--secret-file -/],
      [['knock', ...stealth, '--secret-file', '-'], /--secret-file: standard input is empty/],
      [['knock', ...stealth, '--secret', 'x', '--secret-file', long], /leave one of them out/],
      [['knock', 'home', '--secret-file', '-'], /--secret-file goes with --mode; "home" brings its own/],
      [['proxy', ...stealth, '--secret-file', '-'], /--secret-file cannot take standard input here/],
      [['knock', '--mode', 'count-window', '--steps-file', '-'], /--steps-file belongs to --mode port-sequence/],
      [['add', 'x', ...stealth, '--secret-file', '-', '--passphrase-fd', '0'], /cannot both take standard input/],
    ] as const) {
      const { code, stdout, stderr } = await home.unattended(args);
      expect([args, code]).toEqual([args, 2]);
      expect(stderr).toMatch(told);
      expect(stdout + stderr).not.toContain('seven seals');
    }
  });
});

it('two modes’ options are told apart', async () => {
  const knock = (...args: readonly string[]) => home.unattended(['knock', ...args]);
  const help = await knock('--mode', 'port-sequence', '--help');
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--steps-file <file>') as string });
  expect(help.stdout).not.toContain('length of a window');
  expect((await knock('--help')).stdout).toContain('sesamy knock --mode KIND --help');
  expect(await knock('--mode', 'count-window', '--steps', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--steps belongs to --mode port-sequence, not to count-window.') as string,
  });
  expect(await knock('--mode', 'count-window', '--stapes', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("unknown option '--stapes'") as string,
  });
});
