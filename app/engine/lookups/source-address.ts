/** This computer's address as a server sees it, where a NAT lies between: asked of whoever the person named, never guessed. */
import { execFile } from 'node:child_process';
import { get } from 'node:https';
import { text } from '../../text/text';
import type { Text } from '../../text/text';
import { SesamyError } from '../../domain/errors';
import { shown } from '../../domain/fields';
import { parseAddress } from '../../domain/packet/address';
import type { AddressFamily } from '../../domain/plan/knock-event';
import type { SourceLookup } from '../../domain/plan/knock-plan';
import { eitherSignal, throwIfCancelled } from '../clock';

/** How long an answer may take, in milliseconds. */
export const LOOKUP_MS = 2000;
/** An address takes 45 characters; what is longer is something else. */
const MAX_ANSWER = 1024;

/**
 * Asks.
 * @returns 4 or 16 bytes, as the family has it
 * @throws SesamyError `source-unknown` with what was answered in place of one address, `cancelled`
 */
export async function lookUpSource(
  lookup: Exclude<SourceLookup, { readonly by: 'route' }>,
  family: AddressFamily,
  signal: AbortSignal,
): Promise<Uint8Array> {
  throwIfCancelled(signal);
  const either = eitherSignal(signal, AbortSignal.timeout(LOOKUP_MS));
  const ending = either.signal;
  const asked = lookup.by === 'url' ? lookup.url : lookup.command.join(' ');
  let answer: string;
  try {
    answer = lookup.by === 'url' ? await fetched(lookup.url, ending) : await printed(lookup.command, ending);
  } catch (error) {
    throwIfCancelled(signal);
    if (ending.aborted) throw unknown(text('source.late', { asked, ms: LOOKUP_MS }));
    throw unknown(text('source.failed', { asked, reason: error instanceof Error ? error.message : String(error) }));
  } finally {
    either.release();
  }
  return addressIn(answer, asked, family);
}

/** The one address that the answer is. Never a guess: a page, a second line or another family is refused. */
function addressIn(answer: string, asked: string, family: AddressFamily): Uint8Array {
  const line = answer.trim();
  const bytes = parseAddress(line);
  if (bytes === null)
    throw unknown(
      line === '' ? text('source.empty', { asked }) : text('source.nonsense', { asked, answer: shown(line) }),
    );
  if (bytes.length !== (family === 4 ? 4 : 16)) throw unknown(text('source.family', { asked, answer: line, family }));
  return bytes;
}

function unknown(cause: Text): SesamyError {
  return new SesamyError('source-unknown', cause);
}

/** What a program prints. It gets no input, and its own complaints are not ours to show. */
function printed(command: readonly string[], signal: AbortSignal): Promise<string> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { signal, killSignal: 'SIGKILL', maxBuffer: MAX_ANSWER, windowsHide: true, encoding: 'utf8' },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(error.message));
      },
    );
    child.stdin?.end();
  });
}

/** What a web server answers. Only its first answer counts: a redirect leads to a page for people. */
function fetched(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, headers: { accept: 'text/plain' } }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        reject(new Error(`HTTP status ${response.statusCode ?? 0}`));
        return;
      }
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
        if (answer.length > MAX_ANSWER) response.destroy(new Error('the answer is too long'));
      });
      response.once('error', reject);
      response.once('end', () => {
        resolve(answer);
      });
    });
    request.once('error', reject);
  });
}
