/** Secrets that stand in files or come over standard input, so that no other user sees them in the process list. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import type { InlineOption } from '../domain/modes/inline';
import { say } from '../text/say';
import { text } from '../text/text';
import type { Text } from '../text/text';
import { fileForm, optionKey, optionName, valueGiven } from './options';
import type { Given } from './options';
import { askLine, openTerminal } from './terminal';

const STANDARD_INPUT = '-';
/** No secret of a mode is longer; large key files go another way. */
const MAX_BYTES = 65_536;

/** One secret that is to be read. `option` is the file's option as it was typed, for messages. */
interface Wanted {
  readonly key: string;
  readonly option: string;
  readonly path: string;
}

/**
 * The options with the text of each file in the place of its secret, without the final line break.
 * @param secrets the secret options that apply, each once; files of others stay unread
 * @param input what standard input is for: `-` may be refused
 * @throws SesamyError `bad-input` that names the option and the file, and nothing of what is in it; `cancelled` at the terminal
 */
export async function withSecrets<T extends object>(
  given: T,
  secrets: readonly InlineOption[],
  input: 'free' | 'session',
): Promise<T> {
  const wanted = secrets.flatMap((secret): readonly Wanted[] => {
    const file = fileForm(secret);
    const path = file === null ? undefined : valueGiven(given, file);
    if (file === null || path === undefined) return [];
    const option = optionName(file);
    if (valueGiven(given, secret) !== undefined)
      throw refusal(text('secret-file.both', { option: optionName(secret), file: option }));
    return [{ key: optionKey(secret), option, path }];
  });
  checkInput(
    wanted.filter(({ path }) => path === STANDARD_INPUT).map(({ option }) => option),
    given,
    input,
  );
  const read: Record<string, string> = {};
  for (const secret of wanted) read[secret.key] = await secretText(secret);
  return { ...given, ...read };
}

function refusal(cause: Text, ...steps: readonly Text[]): SesamyError {
  return new SesamyError('bad-input', cause, steps.length === 0 ? {} : { steps });
}

/** Standard input can be read once, by one reader. */
function checkInput(options: readonly string[], given: object, input: 'free' | 'session'): void {
  const [option] = options;
  if (option === undefined) return;
  const instead = text('secret-file.name-a-file');
  if (options.length > 1) throw refusal(text('secret-file.input-twice', { options }), instead);
  if (input === 'session') throw refusal(text('secret-file.input-is-session', { option }), instead);
  if (/^0+$/.test(String((given as Given)['passphraseFd'])))
    throw refusal(text('secret-file.input-has-passphrase', { option }), instead);
}

async function secretText({ option, path }: Wanted): Promise<string> {
  const file = path === STANDARD_INPUT ? 'standard input' : shown(path);
  if (path === STANDARD_INPUT && process.stdin.isTTY) {
    const terminal = openTerminal();
    if (terminal !== null)
      try {
        return await askLine(terminal, say(text('secret-file.prompt', { option })), { echo: false });
      } finally {
        terminal.close();
      }
  }
  const bytes = path === STANDARD_INPUT ? await inputBytes(option, file) : await fileBytes(option, path, file);
  if (bytes.length > MAX_BYTES) throw refusal(text('secret-file.too-large', { option, file, bytes: MAX_BYTES }));
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refusal(text('secret-file.not-text', { option, file }));
  } finally {
    bytes.fill(0);
  }
  const line = content.replace(/\r?\n$/, '');
  if (line === '') throw refusal(text('secret-file.empty', { option, file }));
  return line;
}

/** What another program wrote, up to one byte more than is taken. */
async function inputBytes(option: string, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) break;
    }
  } catch (error) {
    throw unreadable(option, file, error);
  }
  return Buffer.concat(chunks);
}

async function fileBytes(option: string, path: string, file: string): Promise<Buffer> {
  let handle: FileHandle | null = null;
  try {
    // A pipe without a writer would keep whoever opens it waiting, before it can be seen that it is none.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const kind = await handle.stat();
    if (kind.isDirectory()) throw refusal(text('secret-file.folder', { option, file }));
    if (!kind.isFile())
      throw refusal(text('secret-file.no-file', { option, file }), text('secret-file.use-input', { option }));
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw error instanceof SesamyError ? error : unreadable(option, file, error);
  } finally {
    await handle?.close();
  }
}

function unreadable(option: string, file: string, error: unknown): SesamyError {
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  switch (why) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refusal(text('secret-file.absent', { option, file }));
    case 'EACCES':
    case 'EPERM':
      return refusal(text('secret-file.not-allowed', { option, file }));
    case 'EISDIR':
      return refusal(text('secret-file.folder', { option, file }));
    // A socket, and a device that is not there.
    case 'ENXIO':
      return refusal(text('secret-file.no-file', { option, file }), text('secret-file.use-input', { option }));
    default:
      return refusal(text('secret-file.unreadable', { option, file, why }));
  }
}
