import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askLine, confirmed, TypedLine } from './terminal';

/** A terminal that remembers its modes and what was written to it. */
function fakeTerminal() {
  const modes: boolean[] = [];
  const said = { text: '' };
  let closed = false;
  const input = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => void modes.push(raw) });
  return {
    terminal: {
      input,
      write: (text: string) => void (said.text += text),
      close: () => void (closed = true),
    },
    type: (keys: string | Buffer) => void input.write(keys),
    modes,
    said,
    isClosed: () => closed,
  };
}

function typed(...chunks: readonly string[]): string {
  const line = new TypedLine();
  const outcome = chunks.map((chunk) => line.type(chunk)).find((each) => each !== 'going-on') ?? 'going-on';
  return outcome === 'entered' ? line.text : outcome;
}

describe('what is typed', () => {
  it.each([
    ['an answer', ['secret\r'], 'secret'],
    ['keys one by one', ['s', 'é', '秘', '\n'], 'sé秘'],
    ['an empty line', ['\r'], ''],
    ['blanks, which belong to it', [' a b \r'], ' a b '],
    ['backspace takes one character, however long', ['aé\u{1f511}\u007f\u007fb\r'], 'ab'],
    ['backspace on nothing', ['\b\u007fa\r'], 'a'],
    ['Ctrl-U takes all', ['wrong\u0015right\r'], 'right'],
    ['Ctrl-C', ['sec\u0003'], 'cancelled'],
    ['Ctrl-D on an empty line', ['\u0004'], 'cancelled'],
    ['Ctrl-D elsewhere is nothing', ['a\u0004b\r'], 'ab'],
    ['other control keys are nothing', ['a\tb\u001a\u0000\r'], 'ab'],
    ['arrow keys are nothing', ['a\u001b[D\u001b[1;5C\u001bOAb\r'], 'ab'],
    ['a sequence in two parts', ['a\u001b[', 'Db\r'], 'ab'],
    ['an Escape by itself swallows nothing', ['\u001b', '[x\r'], '[x'],
    ['a bracketed paste', ['\u001b[200~pasted\u001b[201~', '\r'], 'pasted'],
    ['a paste with a second line, which is dropped', ['one\ntwo\n'], 'one'],
    ['nothing more', ['abc'], 'going-on'],
  ])('%s', (_, chunks, expected) => {
    expect(typed(...chunks)).toBe(expected);
  });
});

describe('a prompt', () => {
  it('shows nothing of a passphrase, and puts the terminal back', async () => {
    const { terminal, type, modes, said } = fakeTerminal();
    const answer = askLine(terminal, 'Passphrase: ', { echo: false });
    expect(modes).toEqual([true]);
    // The bytes of one character come apart.
    const [first = 0, ...others] = Buffer.from('é');
    type(Buffer.from([first]));
    type(Buffer.from(others));
    type('x\r');
    expect(await answer).toBe('éx');
    expect(modes).toEqual([true, false]);
    expect(said.text).toBe('Passphrase: \n');
    expect(terminal.input.listenerCount('data')).toBe(0);
  });

  it('shows what is typed where that is meant', async () => {
    const { terminal, type, said } = fakeTerminal();
    const answer = askLine(terminal, '? ', { echo: true });
    for (const key of ['a', 'b', '\u007f', 'c', '\r']) type(key);
    expect(await answer).toBe('ac');
    expect(said.text).toBe('? ab\b \bc\n');
  });

  it.each(['\u0003', '\u0004', 'the end', 'an error'])('is left by %j with the terminal as it was', async (way) => {
    const { terminal, type, modes } = fakeTerminal();
    const answer = askLine(terminal, '? ', { echo: false });
    if (way === 'the end') terminal.input.end();
    else if (way === 'an error') terminal.input.destroy(new Error('gone'));
    else type(way);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    expect(modes).toEqual([true, false]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'is left by %s with the terminal as it was',
    async (signal) => {
      const { terminal, modes } = fakeTerminal();
      const before = process.listenerCount(signal);
      const answer = askLine(terminal, '? ', { echo: false });
      process.emit(signal);
      await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
      expect(modes).toEqual([true, false]);
      expect(process.listenerCount(signal)).toBe(before);
    },
  );

  it('takes the echo away again after a stop', async () => {
    const { terminal, type, modes, said } = fakeTerminal();
    const answer = askLine(terminal, '? ', { echo: false });
    type('a');
    process.emit('SIGCONT');
    type('b\r');
    expect(await answer).toBe('ab');
    expect(modes).toEqual([true, false, true, false]);
    expect(said.text).toBe('? \r? \n');
  });

  it('refuses what is too long instead of cutting it', async () => {
    const { terminal, type } = fakeTerminal();
    const answer = askLine(terminal, '? ', { echo: false });
    type(`${'x'.repeat(1025)}\r`);
    await expect(answer).rejects.toMatchObject({ code: 'bad-input' });
    const fits = askLine(terminal, '? ', { echo: false });
    type(`${'x'.repeat(1024)}\r`);
    expect(await fits).toHaveLength(1024);
  });
});

describe('a question', () => {
  it.each([
    ['y', true],
    ['YES', true],
    ['', false],
    ['n', false],
    ['yep', false],
  ])('answered by %j is %j', async (answer, expected) => {
    const { terminal, type, said, isClosed } = fakeTerminal();
    const asked = confirmed('Remove it?', terminal);
    type(`${answer}\r`);
    expect(await asked).toBe(expected);
    expect(said.text).toContain('Remove it? [y/N] ');
    expect(isClosed()).toBe(true);
  });

  it('needs somebody to answer it', async () => {
    await expect(confirmed('Remove it?', null)).rejects.toMatchObject({ code: 'bad-input' });
  });
});
