/** The built command line in homes of its own, with and without a terminal. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { agentPath } from '../../app/session/agent';
import { must, run, Running, until } from '../lab/process';
import type { Finished } from '../lab/process';

const SESAMY = resolve('out/main/sesamy.cjs');

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** `sesamy` with these arguments, as a shell takes it. */
export function sesamyCommand(args: readonly string[]): string {
  return [process.execPath, SESAMY, ...args].map(quoted).join(' ');
}

/** A person's computer, as far as the command line sees it: a store, and a place for the agent. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'sesamy-cli-'));
  readonly store = join(this.folder, 'store');
  readonly env: Readonly<Record<string, string>>;
  readonly #running: Running[] = [];

  constructor() {
    const runtime = join(this.folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      SHELL: '/bin/sh',
      TERM: 'xterm',
      XDG_RUNTIME_DIR: runtime,
      SESAMY_HOME: this.store,
    };
  }

  get agent(): string {
    return agentPath({ env: this.env, platform: 'linux', uid: null, tmp: this.folder });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs `sesamy` without a terminal; each passphrase is a line of descriptor 3. */
  sesamy(args: readonly string[], passphrases: readonly string[] = []): Promise<Finished> {
    const lines = quoted(passphrases.map((line) => `${line}\n`).join(''));
    const command = sesamyCommand([...args, '--passphrase-fd', '3']);
    return run(['setsid', '--wait', 'sh', '-c', `printf %s ${lines} | { ${command} 3<&0 </dev/null; }`], {
      env: this.env,
    });
  }

  /** Runs `sesamy` where there is neither a terminal nor a passphrase. */
  unattended(args: readonly string[], input = ''): Promise<Finished> {
    return run(['setsid', '--wait', process.execPath, SESAMY, ...args], { env: this.env, input });
  }

  /** Makes a store that holds these profiles, given as the arguments of `sesamy add`. */
  async holding(passphrase: string, ...profiles: readonly (readonly string[])[]): Promise<void> {
    for (const profile of profiles) {
      const added = await this.sesamy(['add', ...profile], [passphrase]);
      if (added.code !== 0) throw new Error(added.stderr);
    }
  }

  /**
   * Runs `sesamy` on a terminal of its own.
   * @param redirections what the shell does with its standard input and output, such as `<data >answer`
   * @param after what the shell runs on the same terminal afterwards
   */
  terminal(args: readonly string[], redirections = '', after = ''): Typist {
    return this.shell(`${sesamyCommand(args)} ${redirections}; code=$?; ${after}\n exit $code`);
  }

  /** Runs a line of the shell on a terminal of its own. */
  shell(line: string): Typist {
    const running = new Running(
      ['script', '--quiet', '--return', '--flush', '--echo', 'always', '--command', line, '/dev/null'],
      this.env,
    );
    this.#running.push(running);
    return new Typist(running);
  }

  /** Starts `sesamy` without a terminal, until the home is removed. */
  start(args: readonly string[]): Running {
    const running = new Running([process.execPath, SESAMY, ...args], this.env);
    this.#running.push(running);
    return running;
  }

  async remove(): Promise<void> {
    for (const running of this.#running) await running.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const TIMEOUT_MS = 20_000;

/** Somebody at a terminal: waits for a prompt, then types. */
export class Typist {
  /** How much of the screen has been read. */
  #read = 0;

  constructor(readonly running: Running) {}

  /** Everything that the terminal showed so far. */
  get screen(): string {
    return this.running.stdout.toString();
  }

  /** Waits for a text that was not there at the last one, then types. */
  async at(prompt: string, keys: string): Promise<void> {
    await until(`${prompt} on the terminal, which shows ${JSON.stringify(this.screen)}`, () => {
      const at = this.screen.indexOf(prompt, this.#read);
      if (at !== -1) this.#read = at + prompt.length;
      if (at === -1 && this.running.ended)
        throw new Error(`It ended without ${JSON.stringify(prompt)}: ${JSON.stringify(this.screen)}`);
      return at !== -1;
    });
    this.running.child.stdin.write(keys);
  }

  /** Waits for the end, and gives the exit code with all that was shown. */
  async end(): Promise<{ readonly code: number | null; readonly screen: string }> {
    const { code } = await this.running.within(TIMEOUT_MS);
    return { code, screen: this.screen.replaceAll('\r\n', '\n') };
  }
}

/** Fails the whole file at once where the program was not built. */
export async function checkBuilt(): Promise<void> {
  await must([process.execPath, SESAMY, '--version']);
}
