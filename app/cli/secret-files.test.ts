import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../domain/errors';
import { say } from '../text/say';
import { withSecrets } from './secret-files';

const SECRET = { flags: '--secret <text>', description: '', field: 'secret', secret: true } as const;
const STEPS = { flags: '--steps <list>', description: '', field: 'steps', secret: true } as const;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sesamy-secret-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const file = (content: string | Buffer): string => {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
};
const read = async (path: string): Promise<string | undefined> =>
  (await withSecrets<{ secretFile: string; secret?: string }>({ secretFile: path }, [SECRET], 'free')).secret;
const refusal = async (given: object, input: 'free' | 'session' = 'free'): Promise<string> => {
  try {
    await withSecrets(given, [SECRET, STEPS], input);
  } catch (error) {
    if (error instanceof SesamyError) return `${error.code}: ${say(error.info.cause)}`;
    throw error;
  }
  return '';
};

describe('a secret in a file', () => {
  it.each([
    ['seven seals', 'seven seals'],
    ['seven seals\n', 'seven seals'],
    ['seven seals\r\n', 'seven seals'],
    ['two\nlines\n\n', 'two\nlines\n'],
    [' käse ', ' käse '],
    ['\ufeffmarked\n', 'marked'],
    ['x'.repeat(65_536), 'x'.repeat(65_536)],
  ])('is its text without the last line break (%#)', async (content, secret) => {
    expect(await read(file(content))).toBe(secret);
  });

  it('may be behind a link, and stays beside the other options', async () => {
    const path = join(folder, 'link');
    symlinkSync(file('seals'), path);
    expect(await withSecrets({ secretFile: path, host: 'h', steps: '1' }, [SECRET, STEPS], 'free')).toEqual({
      secretFile: path,
      host: 'h',
      steps: '1',
      secret: 'seals',
    });
  });

  it.each([
    ['', /is empty\.$/],
    ['\n', /is empty\.$/],
    ['\r\n', /is empty\.$/],
    ['seals'.repeat(13_108), /has more than 65536 bytes\.$/],
    [Buffer.from([0x73, 0x65, 0x61, 0x6c, 0xff]), /is not text in UTF-8\.$/],
  ])('is refused, and not shown (%#)', async (content, why) => {
    const told = await refusal({ secretFile: file(content) });
    expect(told).toMatch(/^bad-input: --secret-file: "/);
    expect(told).toMatch(why);
    expect(told).not.toContain('seal');
  });

  it('is not read from what is no file, and nobody waits for it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await refusal({ secretFile: pipe })).toMatch(/pipe" is not a file but a pipe or a device\.$/);
    expect(await refusal({ secretFile: '/dev/null' })).toMatch(/is not a file but a pipe or a device\.$/);
    expect(await refusal({ secretFile: folder })).toMatch(/is a folder\.$/);
    for (const path of [join(folder, 'none'), join(file('x'), 'below'), ''])
      expect(await refusal({ secretFile: path })).toMatch(/^bad-input: --secret-file: there is no file "/);
  });
});

describe('options that cannot go together', () => {
  it.each([
    [{ secret: 's', secretFile: 'f' }, 'free', /--secret and --secret-file give the same thing/],
    [{ secret: '', secretFile: 'f' }, 'free', /--secret and --secret-file give the same thing/],
    [{ secretFile: '-', stepsFile: '-' }, 'free', /--secret-file and --steps-file cannot both take standard input/],
    [{ secretFile: '-' }, 'session', /--secret-file cannot take standard input here/],
    [{ stepsFile: '-', passphraseFd: '0' }, 'free', /--steps-file and --passphrase-fd cannot both/],
  ] as const)('are refused before anything is read: %j', async (given, input, message) => {
    expect(await refusal(given, input)).toMatch(message);
  });
});
