import { closeSync, openSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { SesamyError } from '../domain/errors';
import { stopSignal, STOP_SIGNALS } from './stop-signal';

/** The person's terminal, whatever standard input and output are used for. */
export interface Terminal {
  readonly input: Readable & { setRawMode(raw: boolean): unknown };
  write(text: string): void;
  close(): void;
}

/** Where a process finds its terminal. Windows is untested: there is none here. */
function devices(): { readonly input: string; readonly output: string } {
  return process.platform === 'win32'
    ? { input: '\\\\.\\CONIN$', output: '\\\\.\\CONOUT$' }
    : { input: '/dev/tty', output: '/dev/tty' };
}

/** The terminal of this process, or null when it has none, as under cron or a desktop launcher. */
export function openTerminal(): Terminal | null {
  const { input, output } = devices();
  let outputFd: number;
  try {
    outputFd = openSync(output, 'w');
  } catch {
    return null;
  }
  try {
    const stream = new ReadStream(openSync(input, 'r+'));
    return {
      input: stream,
      write(text) {
        writeSync(outputFd, text);
      },
      close() {
        stream.destroy();
        closeSync(outputFd);
      },
    };
  } catch {
    closeSync(outputFd);
    return null;
  }
}

/** Longest answer that is taken, in characters: what is longer is no passphrase, and no yes. */
export const MAX_ANSWER = 1024;

/**
 * Asks for one line. The terminal is put back as it was on every way out: an answer, Ctrl-C, Ctrl-D on an empty line,
 * the terminal's end, and the signals that end this process.
 * @param options `echo` shows what is typed
 * @throws SesamyError `cancelled`; `bad-input` for more than {@link MAX_ANSWER} characters
 */
export async function askLine(
  terminal: Terminal,
  prompt: string,
  options: { readonly echo: boolean },
): Promise<string> {
  const { input } = terminal;
  // In raw mode Ctrl-C and Ctrl-\ are only bytes; these signals come from elsewhere.
  const stop = stopSignal([...STOP_SIGNALS, 'SIGQUIT']);
  const line = new TypedLine();
  const decoder = new StringDecoder('utf8');
  // A shell that stopped this process gave the terminal its echo back.
  const resumed = (): void => {
    input.setRawMode(false);
    input.setRawMode(true);
    terminal.write(`\r${prompt}${options.echo ? line.text : ''}`);
  };
  const listeners: (() => void)[] = [];
  input.setRawMode(true);
  process.on('SIGCONT', resumed);
  try {
    terminal.write(prompt);
    return await new Promise<string>((resolve, reject) => {
      const cancel = (): void => {
        reject(new SesamyError('cancelled', 'Nothing was entered.'));
      };
      const typed = (chunk: Buffer): void => {
        const before = line.text;
        const outcome = line.type(decoder.write(chunk));
        if (options.echo) terminal.write(redrawn(before, line.text));
        if (outcome === 'cancelled') cancel();
        else if (outcome === 'entered' && line.length > MAX_ANSWER)
          reject(new SesamyError('bad-input', `More than ${MAX_ANSWER} characters were entered.`));
        else if (outcome === 'entered') resolve(line.text);
      };
      input.on('data', typed);
      // A stream that was paused stays so when somebody listens again.
      input.resume();
      input.on('end', cancel);
      input.on('error', cancel);
      stop.signal.addEventListener('abort', cancel);
      listeners.push(
        () => input.off('data', typed),
        () => input.off('end', cancel),
        () => input.off('error', cancel),
      );
    });
  } finally {
    for (const remove of listeners) remove();
    input.pause();
    process.off('SIGCONT', resumed);
    input.setRawMode(false);
    stop.release();
    terminal.write('\n');
  }
}

/** What makes a line on the screen into another one that ends differently. */
function redrawn(before: string, after: string): string {
  const old = Array.from(before);
  const now = Array.from(after);
  let same = 0;
  while (same < old.length && old[same] === now[same]) same++;
  return '\b \b'.repeat(old.length - same) + now.slice(same).join('');
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_H = '\b';
const CTRL_U = '\u0015';
const ESCAPE = '\u001b';
const DELETE = '\u007f';

/** A line as it is typed or pasted into a terminal in raw mode. */
export class TypedLine {
  #characters: string[] = [];
  /** Arrow keys, and the marks around a bracketed paste, are sequences: ESC, `[` or `O`, and so on up to a letter or `~`. */
  #state: 'text' | 'escape' | 'sequence' = 'text';

  get text(): string {
    return this.#characters.join('');
  }

  /** In characters, not in UTF-16 units. */
  get length(): number {
    return this.#characters.length;
  }

  /** Takes what came at once; what follows the end of the line is dropped. */
  type(chunk: string): 'going-on' | 'entered' | 'cancelled' {
    // A sequence comes at once. An Escape by itself was a key, and must not swallow the first letter after it.
    if (this.#state === 'escape') this.#state = 'text';
    for (const character of chunk) {
      if (this.#state !== 'text') {
        this.#skip(character);
        continue;
      }
      switch (character) {
        case '\r':
        case '\n':
          return 'entered';
        case CTRL_C:
          return 'cancelled';
        case CTRL_D:
          if (this.#characters.length === 0) return 'cancelled';
          break;
        case CTRL_H:
        case DELETE:
          this.#characters.pop();
          break;
        case CTRL_U:
          this.#characters = [];
          break;
        case ESCAPE:
          this.#state = 'escape';
          break;
        default:
          // One more than the limit is kept, so that too long an answer can be told from one that fits.
          if (!/\p{Cc}/u.test(character) && this.#characters.length <= MAX_ANSWER) this.#characters.push(character);
      }
    }
    return 'going-on';
  }

  #skip(character: string): void {
    if (this.#state === 'escape') this.#state = character === '[' || character === 'O' ? 'sequence' : 'text';
    else if (character >= '@' && character <= '~') this.#state = 'text';
  }
}

function nobodyToAsk(): SesamyError {
  return new SesamyError('bad-input', 'This has to be confirmed, and there is no terminal to ask on.', {
    steps: ['Add --yes if you mean it.'],
  });
}

/** @throws SesamyError `bad-input` where {@link confirmed} could not ask */
export function refuseUnattended(): void {
  const terminal = openTerminal();
  if (terminal === null) throw nobodyToAsk();
  terminal.close();
}

/**
 * Asks a question that is answered by y or n; anything but y, yes or their capitals is a no.
 * @throws SesamyError `cancelled`; `bad-input` where there is no terminal to ask on
 */
export async function confirmed(question: string, terminal: Terminal | null = openTerminal()): Promise<boolean> {
  if (terminal === null) throw nobodyToAsk();
  try {
    const answer = await askLine(terminal, `${question} [y/N] `, { echo: true });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
