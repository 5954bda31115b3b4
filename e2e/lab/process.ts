/**
 * Outside programs for the lab: started from argument arrays, bounded in time, ended by their pid.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

export interface RunOptions {
  /** The whole environment of the program; this process's own when left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input, which is then closed. */
  readonly input?: string | Buffer;
  /** After this time the program is killed and the run fails. */
  readonly timeoutMs?: number;
}

export interface Finished {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const RUN_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 3_000;
const POLL_MS = 20;

/** Waits until the condition holds, and fails with what was waited for once the time is up. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await passing(POLL_MS);
  }
}

/** Lets time pass where the protocol needs it to (a window, a quiet time). To wait for an event, use {@link until}. */
export function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A started program, and everything that it has said so far. */
export class Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when the program has ended and all that it wrote has been read. */
  readonly finished: Promise<Finished>;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  readonly #name: string;
  #ended = false;

  constructor(argv: readonly string[], env?: Readonly<Record<string, string>>) {
    const [program, ...args] = argv;
    if (program === undefined) throw new Error('There is no program to run');
    this.#name = argv.join(' ');
    this.child = spawn(program, args, { stdio: 'pipe', ...(env && { env: { ...env } }) });
    this.child.stdout.on('data', (chunk: Buffer) => this.#out.push(chunk));
    this.child.stderr.on('data', (chunk: Buffer) => this.#err.push(chunk));
    // A program that ends before it has read its input is no error of the lab's; its exit code tells the story.
    this.child.stdin.on('error', () => undefined);
    this.finished = new Promise((resolve, reject) => {
      this.child.once('error', (error) => {
        this.#ended = true;
        reject(error);
      });
      this.child.once('close', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal, stdout: this.stdout.toString(), stderr: this.stderr });
      });
    });
    // Whoever awaits `finished` sees the failure; until then it must not end this process.
    this.finished.catch(() => undefined);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#out);
  }

  get stderr(): string {
    return Buffer.concat(this.#err).toString();
  }

  /** Waits until the program has come up; fails with its own words when it ends or says nothing of the kind. */
  async ready(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
    try {
      await until(what, () => condition() || this.#ended, timeoutMs);
      if (!condition()) throw new Error('It ended');
    } catch (error) {
      await this.stop();
      throw new Error(`${what}: ${this.#name} did not come up. ${this.stderr}`, { cause: error });
    }
  }

  /** The result, or a failure when it takes longer than allowed. */
  async within(timeoutMs: number): Promise<Finished> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.kill('SIGKILL');
        reject(new Error(`Killed after ${timeoutMs} ms: ${this.#name}\n${this.stderr}`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.finished, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal to this one process. */
  kill(signal: NodeJS.Signals): void {
    if (!this.#ended) this.child.kill(signal);
  }

  /** Asks the program to end, and makes it if it does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#ended) return;
    this.kill(signal);
    await this.within(STOP_TIMEOUT_MS).catch(() => this.finished);
  }
}

/** Runs a program to its end, whatever its exit code. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const running = new Running(argv, options.env);
  running.child.stdin.end(options.input);
  return running.within(options.timeoutMs ?? RUN_TIMEOUT_MS);
}

/** Runs a program that has to succeed, and gives what it printed. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await run(argv, options);
  if (finished.code !== 0)
    throw new Error(`${argv.join(' ')} failed (${finished.code ?? finished.signal}): ${finished.stderr.trim()}`);
  return finished.stdout;
}

/** For the last moments of this process, when nothing can be awaited. Never throws; gives what was printed. */
export function runNow(argv: readonly string[]): string {
  const [program = '', ...args] = argv;
  const { error, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 5_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return error === undefined ? stdout : '';
}
