import { createServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../../domain/errors';
import { lookUpSource, LOOKUP_MS } from './source-address';

const never = new AbortController().signal;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A program that prints this text. */
const running = (...command: string[]) => ({ by: 'command' as const, command });
const printing = (answer: string) => running('printf', '%s', answer);

async function causeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SesamyError && error.code === 'source-unknown' && typeof error.info.cause !== 'string')
      return error.info.cause.id;
    throw error;
  }
  throw new Error('it was believed');
}

describe('the lookup by a program', () => {
  it('takes one address, with the line end that programs print', async () => {
    expect([...(await lookUpSource(printing('198.51.100.7\n'), 4, never))]).toEqual([198, 51, 100, 7]);
    expect(await lookUpSource(printing('2001:db8::1\r\n'), 6, never)).toHaveLength(16);
  });

  it.each([
    ['', 'source.empty'],
    ['\n', 'source.empty'],
    ['<html><body>198.51.100.7</body></html>', 'source.nonsense'],
    ['198.51.100.7\n198.51.100.8\n', 'source.nonsense'],
    ['198.51.100', 'source.nonsense'],
    ['Your address is 198.51.100.7', 'source.nonsense'],
    ['2001:db8::1', 'source.family'],
    ['x'.repeat(5000), 'source.failed'],
  ])('never guesses: %j', async (answer, id) => {
    expect(await causeOf(lookUpSource(printing(answer), 4, never))).toBe(id);
  });

  it('says of a program that is not there, or that fails, that it failed', async () => {
    expect(await causeOf(lookUpSource(running('no-such-program-of-ours'), 4, never))).toBe('source.failed');
    expect(await causeOf(lookUpSource(running('false'), 4, never))).toBe('source.failed');
  });

  it('gives up a program that hangs, and ends it', async () => {
    expect(await causeOf(lookUpSource(running('sleep', '60'), 4, never))).toBe('source.late');
    expect(LOOKUP_MS).toBe(2000);
  });

  it('is cancelled like everything else', async () => {
    const controller = new AbortController();
    const looking = lookUpSource(running('sleep', '60'), 4, controller.signal);
    controller.abort();
    await expect(looking).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('the lookup by https', () => {
  it('fails without an answer where the certificate is not to be trusted', async () => {
    const server = createServer({}, () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await causeOf(lookUpSource({ by: 'url', url: `https://127.0.0.1:${port}/` }, 4, never))).toBe(
      'source.failed',
    );
  });
});
