import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SesamyError } from '../domain/errors';
import { passphrasesOf, withKnown } from './passphrase';
import type { Terminal } from './terminal';

/** A terminal at which somebody answers every prompt with the next of these. */
function answering(...answers: readonly string[]) {
  const left = [...answers];
  let said = '';
  const open = (): Terminal => {
    const input = Object.assign(new PassThrough(), { setRawMode: () => undefined });
    return {
      input,
      write(text) {
        said += text;
        if (text.endsWith(': ')) input.write(`${left.shift() ?? '\u0003'}\r`);
      },
      close: () => void input.destroy(),
    };
  };
  return { open, left, said: () => said };
}

let warned = '';
beforeEach(() => {
  warned = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    warned += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('on a terminal', () => {
  it('a known passphrase is asked for once', async () => {
    const { open, said } = answering('a secret');
    expect(await passphrasesOf({}, open).known('Passphrase: ')).toBe('a secret');
    expect(said()).toBe('Passphrase: \n');
  });

  it('a new one is asked for twice, after its purpose is said', async () => {
    const { open, said } = answering('long enough', 'long enough');
    expect(await passphrasesOf({}, open).chosen('It cannot be recovered.')).toBe('long enough');
    expect(said()).toBe('It cannot be recovered.\nNew passphrase: \nThe same again: \n');
  });

  it('a short one gets a warning, an empty one and a slip another try', async () => {
    const { open, said, left } = answering('', 'short', 'shirt', 'short', 'short');
    expect(await passphrasesOf({}, open).chosen('For the vault.')).toBe('short');
    expect(left).toEqual([]);
    expect(said()).toMatch(/empty passphrase protects nothing/);
    expect(said()).toMatch(/two are not the same/);
    expect(said()).toMatch(/fewer than 10 characters/);
    const slips = answering('long enough', 'a', 'long enough', 'b', 'long enough', 'c');
    await expect(passphrasesOf({}, slips.open).chosen('')).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('a wrong one may be tried three times, and other faults not', async () => {
    const wrong = new SesamyError('wrong-passphrase', 'wrong');
    const right = (passphrase: string): Promise<number> =>
      passphrase === 'right' ? Promise.resolve(7) : Promise.reject(wrong);
    expect(await withKnown(passphrasesOf({}, answering('a', 'b', 'right').open), 'P: ', right)).toBe(7);
    const four = answering('a', 'b', 'c', 'right');
    await expect(withKnown(passphrasesOf({}, four.open), 'P: ', right)).rejects.toBe(wrong);
    expect(four.left).toEqual(['right']);
    const damaged = new SesamyError('vault-damaged', 'damaged');
    const once = answering('a', 'b');
    await expect(withKnown(passphrasesOf({}, once.open), 'P: ', () => Promise.reject(damaged))).rejects.toBe(damaged);
    expect(once.left).toEqual(['b']);
  });

  it('that is not there is said plainly', async () => {
    await expect(passphrasesOf({}, () => null).known('P: ')).rejects.toMatchObject({
      code: 'vault-locked',
      message: expect.stringMatching(/no terminal to ask/) as string,
    });
  });
});

describe('from a file descriptor', () => {
  let folder = '';
  let fd = -1;
  const holding = (text: string | Buffer): string => {
    const file = join(folder, 'passphrase');
    writeFileSync(file, text);
    fd = openSync(file, 'r');
    return String(fd);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sesamy-fd-'));
  });
  afterEach(() => {
    if (fd !== -1) closeSync(fd);
    fd = -1;
    rmSync(folder, { recursive: true });
  });

  it('each passphrase is one line, and what follows is left alone', async () => {
    const passphrases = passphrasesOf({ passphraseFd: holding('first é\r\nsecond\n\u0001data') });
    expect(await passphrases.known('P: ')).toBe('first é');
    expect(await passphrases.chosen('')).toBe('second');
    expect(warned).toMatch(/fewer than 10 characters/);
    const rest = Buffer.alloc(16);
    expect(rest.toString('utf8', 0, readSync(fd, rest))).toBe('\u0001data');
  });

  it('the last line needs no line break, and a wrong passphrase is not asked for again', async () => {
    const passphrases = passphrasesOf({ passphraseFd: holding('only') });
    const wrong = new SesamyError('wrong-passphrase', 'wrong');
    await expect(withKnown(passphrases, 'P: ', () => Promise.reject(wrong))).rejects.toBe(wrong);
    await expect(passphrases.known('P: ')).rejects.toMatchObject({ code: 'bad-input', message: /it has ended/ });
  });

  it('what is empty is refused as a new passphrase', async () => {
    await expect(passphrasesOf({ passphraseFd: holding('\n') }).chosen('')).rejects.toMatchObject({
      message: expect.stringMatching(/protects nothing/) as string,
    });
  });

  it.each(['x'.repeat(1025), 'é'.repeat(2049), Buffer.alloc(100_000)])(
    'what is too long is refused (%#)',
    async (text) => {
      const fault = expect.objectContaining({ code: 'bad-input' }) as Error;
      await expect(passphrasesOf({ passphraseFd: holding(text) }).known('')).rejects.toEqual(fault);
    },
  );

  it.each(['', '-1', 'x', '1', '2', '3.5', '99999999'])('%j is no such descriptor', (text) => {
    expect(() => passphrasesOf({ passphraseFd: text })).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  it('a descriptor that is not open is named', async () => {
    await expect(passphrasesOf({ passphraseFd: '99999' }).known('')).rejects.toMatchObject({
      message: expect.stringMatching(/99999: it is not open/) as string,
    });
  });
});
