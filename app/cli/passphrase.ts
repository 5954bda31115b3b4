/** Where passphrases come from: the terminal, or a file descriptor that was named. Never argv, never the environment. */
import { readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import { err } from './print';
import { askLine, MAX_ANSWER, openTerminal } from './terminal';
import type { Terminal } from './terminal';

export interface PassphraseOptions {
  /** As typed; from there each passphrase is read as one line, in the order in which they are needed. */
  readonly passphraseFd?: string;
}

/** Asks for passphrases. */
export interface Passphrases {
  /** A person is there and may try again. */
  readonly mayRetry: boolean;
  /**
   * The passphrase of something that exists.
   * @throws SesamyError `vault-locked` when there is nobody to ask, `cancelled`, `bad-input`
   */
  known(prompt: string): Promise<string>;
  /**
   * A new passphrase. A person types it twice.
   * @param purpose what it is for, said before it is asked for
   * @throws as {@link known}, and `bad-input` for an empty one, or two that differ
   */
  chosen(purpose: string): Promise<string>;
  tell(line: string): void;
}

const MAX_TRIES = 3;
const MAX_FD_BYTES = 4096;
/** How long to wait before a descriptor that has nothing yet is read again, in milliseconds. */
const FD_POLL_MS = 10;
/** Shorter ones are quickly guessed, whatever they are made of. */
const SHORT = 10;

const tooShort = (passphrase: string): boolean => Array.from(passphrase).length < SHORT;
const SHORT_NOTE = `note: fewer than ${SHORT} characters are quickly guessed by whoever gets hold of the file. A few random words are better.`;
const EMPTY = 'An empty passphrase protects nothing.';

export function passphrasesOf(options: PassphraseOptions, openIt: () => Terminal | null = openTerminal): Passphrases {
  return options.passphraseFd === undefined ? fromTerminal(openIt) : fromDescriptor(descriptor(options.passphraseFd));
}

/**
 * Uses a passphrase that has to be right; on a terminal there are three tries.
 * @throws what `use` throws, and what asking throws
 */
export async function withKnown<T>(
  passphrases: Passphrases,
  prompt: string,
  use: (passphrase: string) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const passphrase = await passphrases.known(prompt);
    try {
      return await use(passphrase);
    } catch (error) {
      const wrong = error instanceof SesamyError && error.code === 'wrong-passphrase';
      if (!wrong || !passphrases.mayRetry || attempt === MAX_TRIES) throw error;
      passphrases.tell('That is not the passphrase. Once more:');
    }
  }
}

function fromTerminal(openIt: () => Terminal | null): Passphrases {
  // Opened for each use: between two of them the terminal belongs to whoever else uses it.
  const using = async <T>(use: (terminal: Terminal) => Promise<T>): Promise<T> => {
    const terminal = openIt();
    if (terminal === null)
      throw new SesamyError('vault-locked', 'A passphrase is needed, and there is no terminal to ask for it.', {
        steps: [
          'Run this in a terminal, or give the passphrase by --passphrase-fd N.',
          'For knock and proxy: or unlock the Open Sesamy window, which then answers for you.',
        ],
      });
    try {
      return await use(terminal);
    } finally {
      terminal.close();
    }
  };
  const hidden = (terminal: Terminal, prompt: string): Promise<string> => askLine(terminal, prompt, { echo: false });
  return {
    mayRetry: true,
    known: (prompt) => using((terminal) => hidden(terminal, prompt)),
    chosen: (purpose) =>
      using(async (terminal) => {
        terminal.write(`${purpose}\n`);
        for (let attempt = 1; ; attempt++) {
          const passphrase = await hidden(terminal, 'New passphrase: ');
          if (passphrase !== '' && tooShort(passphrase)) terminal.write(`${SHORT_NOTE}\n`);
          const fault =
            passphrase === ''
              ? EMPTY
              : (await hidden(terminal, 'The same again: ')) === passphrase
                ? null
                : 'The two are not the same.';
          if (fault === null) return passphrase;
          if (attempt === MAX_TRIES) throw new SesamyError('bad-input', fault);
          terminal.write(`${fault} Once more:\n`);
        }
      }),
    tell: err,
  };
}

function fromDescriptor(fd: number): Passphrases {
  const line = (): Promise<string> => lineOf(fd);
  return {
    mayRetry: false,
    known: line,
    async chosen() {
      const passphrase = await line();
      if (passphrase === '') throw new SesamyError('bad-input', EMPTY);
      if (tooShort(passphrase)) err(SHORT_NOTE);
      return passphrase;
    },
    tell: err,
  };
}

function descriptor(text: string): number {
  const fd = /^[0-9]{1,6}$/.test(text) ? Number(text) : -1;
  // Standard output and error are no place to read from, though a terminal would allow it.
  if (fd === -1 || fd === 1 || fd === 2)
    throw new SesamyError(
      'bad-input',
      `--passphrase-fd takes the number of an open file descriptor; this is ${shown(text)}.`,
    );
  return fd;
}

/**
 * One line of a descriptor, without its line break. Read byte by byte: what follows may belong to somebody else, as
 * where standard input is also the session.
 * @throws SesamyError `bad-input`
 */
async function lineOf(fd: number): Promise<string> {
  const refuse = (why: string): SesamyError =>
    new SesamyError('bad-input', `No passphrase could be read from file descriptor ${fd}: ${why}.`);
  const bytes = Buffer.alloc(MAX_FD_BYTES + 1);
  let length = 0;
  try {
    for (;;) {
      let read: number;
      try {
        read = readSync(fd, bytes, length, 1, null);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        if (code === 'EAGAIN') {
          await delay(FD_POLL_MS);
          continue;
        }
        throw refuse(code === 'EBADF' ? 'it is not open for reading' : code);
      }
      if (read === 0 && length === 0) throw refuse('it has ended');
      if (read === 0 || bytes[length] === 0x0a) break;
      length += 1;
      if (length > MAX_FD_BYTES) throw refuse(`there are more than ${MAX_FD_BYTES} bytes before the end of the line`);
    }
    const end = length > 0 && bytes[length - 1] === 0x0d ? length - 1 : length;
    const text = bytes.toString('utf8', 0, end);
    if (Array.from(text).length > MAX_ANSWER) throw refuse(`it has more than ${MAX_ANSWER} characters`);
    return text;
  } finally {
    bytes.fill(0);
  }
}
