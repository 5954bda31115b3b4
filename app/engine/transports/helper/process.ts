import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { throwIfCancelled } from '../../clock';
import { systemCode } from '../../system-error';
import { ProtocolError, ReportReader } from './protocol';
import type { Report } from './protocol';

/** How to start the helper: a full path, and arguments when it is started through another program. */
export interface HelperCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** How the helper is started here. */
export interface HelperStart {
  /** The helper itself, for words. */
  readonly path: string;
  readonly command: HelperCommand;
  /** The system asks a person for a password first, who takes as long as they like. */
  readonly throughPkexec: boolean;
}

/** The helper did not do what the protocol says. The message is a sentence. */
export class HelperFailure extends Error {
  override readonly name = 'HelperFailure';
  constructor(
    message: string,
    /** The system's word when the helper could not be started at all, such as EACCES; empty otherwise. */
    readonly systemCode = '',
    /** How it ended, where it ended by itself. */
    readonly exitCode: number | null = null,
  ) {
    super(message);
  }
}

/** How long the helper may take to end once its standard input is closed, in milliseconds. */
const GRACE_MS = 1000;
/** Of what it writes to standard error this many characters are told. */
const MAX_COMPLAINT = 300;
const LAST_REPORTS: readonly Report['type'][] = ['probed', 'done', 'carried', 'failed'];

/** What the helper gets as a descriptor: one of this process's, or a pipe whose bytes end in a stream. */
export type Descriptor = number | Writable;

async function started(
  command: HelperCommand,
  descriptors: readonly Descriptor[],
): Promise<ChildProcessWithoutNullStreams> {
  try {
    const others = descriptors.map((descriptor) => (typeof descriptor === 'number' ? descriptor : 'pipe'));
    const stdio = ['pipe', 'pipe', 'pipe', ...others] as ['pipe', 'pipe', 'pipe', ...(number | 'pipe')[]];
    // The first three are pipes, whatever stands behind them.
    const child = spawn(command.file, command.args, { env: {}, cwd: '/', stdio }) as ChildProcessWithoutNullStreams;
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // A signal that it may not be sent, later.
    child.on('error', () => undefined);
    return child;
  } catch (error) {
    const code = systemCode(error);
    throw new HelperFailure(`${command.file} could not be started (${code || String(error)}).`, code);
  }
}

/**
 * Has one request done: starts the helper, gives its reports, and waits for its end. Nothing is left running. An abort closes its
 * standard input, at which it stops by itself and says so.
 * @param patienceMs asked before each wait: how long the next report may take; null: as long as it likes
 * @param descriptors what the helper gets as its own from 3 on
 * @throws HelperFailure when it cannot be started, dies, talks nonsense or stalls
 * @throws SesamyError `cancelled` when it ends after an abort without saying why
 */
export async function* converse(
  command: HelperCommand,
  request: Uint8Array,
  signal: AbortSignal,
  patienceMs: () => number | null,
  descriptors: readonly Descriptor[] = [],
): AsyncGenerator<Report, void> {
  throwIfCancelled(signal);
  const child = await started(command, descriptors);
  const closed = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, killedBy) => {
      resolve(killedBy ?? code);
    });
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, MAX_COMPLAINT);
  });
  for (const stream of [child.stdin, child.stderr]) stream.on('error', () => undefined);
  descriptors.forEach((descriptor, position) => {
    const pipe = child.stdio[3 + position];
    if (typeof descriptor === 'number' || !(pipe instanceof Readable)) return;
    pipe.on('error', () => undefined);
    pipe.pipe(descriptor);
  });

  let lastResort: NodeJS.Timeout | undefined;
  const kill = (): void => {
    child.kill('SIGKILL');
    // One that runs as another user cannot be killed; without pipes it ends by itself, and nobody waits for it.
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  };
  const stop = (): void => {
    child.stdin.end();
    lastResort ??= setTimeout(kill, GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const reader = new ReportReader();
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer, void>;
  const silence: { ms: number | null } = { ms: null };
  const nextChunk = async (): Promise<Buffer | null> => {
    const limitMs = patienceMs();
    const impatience =
      limitMs === null
        ? undefined
        : setTimeout(() => {
            silence.ms = limitMs;
            kill();
          }, limitMs);
    try {
      const next = await chunks.next();
      return next.done === true ? null : next.value;
    } catch {
      // The pipe was taken down.
      return null;
    } finally {
      clearTimeout(impatience);
    }
  };

  let last: Report['type'] | null = null;
  try {
    child.stdin.write(request);
    for (let chunk = await nextChunk(); chunk !== null; chunk = await nextChunk())
      for (const report of reader.read(chunk)) {
        last = report.type;
        yield report;
        if (LAST_REPORTS.includes(last)) return;
      }
    reader.end();
    if (silence.ms !== null)
      throw new HelperFailure(`${command.file} has said nothing for ${(silence.ms / 1000).toFixed(1)} s.`);
    throwIfCancelled(signal);
    const how = await closed;
    const code = typeof how === 'number' ? how : null;
    const words = complaint.trim() === '' ? '' : `; it says: ${complaint.trim()}`;
    throw new HelperFailure(
      `${command.file} ended ${code === null ? `by ${how ?? 'itself'}` : `with code ${code}`}${words}.`,
      '',
      code,
    );
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new HelperFailure(`${command.file} does not keep to the protocol. ${error.message}`);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2 * GRACE_MS).unref())]);
    clearTimeout(lastResort);
  }
}
