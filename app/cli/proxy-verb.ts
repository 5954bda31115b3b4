import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import { SesamyError } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import { check, group, portNumber } from '../domain/fields';
import { typedNumber } from '../domain/modes/inline';
import { hostSchema } from '../domain/profile/host';
import { knock } from '../engine/knock';
import type { KnockOptions } from '../engine/knock';
import { NOTHING_KEPT, preparing } from '../engine/prepare';
import { bridge } from '../session/bridge';
import { retargeted } from '../library/saved-profile';
import { printDryRun } from './dry-run';
import { showEvents } from './run';
import { stopSignal } from './stop-signal';
import { targetOf } from './target';
import type { Target, TargetOptions } from './target';

/** The file descriptors of standard input and output. */
const STDIN = 0;
const STDOUT = 1;

/** `sesamy proxy`: standard input and output belong to SSH. Returns the exit code. */
export async function proxyVerb(words: readonly string[], options: TargetOptions): Promise<number> {
  const stop = stopSignal();
  try {
    if (options.session !== undefined) return await proxyTicket(options.session, stop.signal, options);
    if (options.json === true && options.dryRun !== true)
      throw new SesamyError(
        'bad-input',
        '--json cannot be used here: standard output carries the session. Add --dry-run, or use sesamy knock.',
      );
    const { target, host, port } = proxyTarget(words, options);
    if (options.fdpass === true && options.dryRun !== true && !fstatSync(STDOUT).isSocket())
      throw new SesamyError('bad-input', '--fdpass hands the connection to ssh, and nobody takes it here.', {
        steps: ['Set ProxyUseFdpass=yes beside the ProxyCommand, or leave --fdpass out.'],
      });
    const session = carrying(stop.signal, options.fdpass === true);
    if (target.kind === 'inline') {
      const profile = retargeted(target.profile, host, port);
      if (options.dryRun !== true)
        return await showEvents(
          knock(
            preparing(profile, () => NOTHING_KEPT),
            session,
          ),
          options,
        );
      await printDryRun(profile, options);
      return 0;
    }
    const { savedKnock, savedProfile } = await import('./saved-knock');
    const request = { name: target.name, verb: 'proxy', host, port } as const;
    if (options.dryRun !== true) return await showEvents(savedKnock(request, options, session), options);
    const { profile, used } = await savedProfile(request, options);
    await printDryRun(profile, options, used);
    return 0;
  } finally {
    stop.release();
  }
}

const hostAndPort = group('Arguments', { host: hostSchema.nullable(), port: portNumber('Port').nullable() });

/** The target, and SSH's own host and port (%h and %p), which take the place of its own. */
function proxyTarget(
  words: readonly string[],
  options: TargetOptions,
): { readonly target: Target; readonly host: string | null; readonly port: number | null } {
  const [name, host, port, ...rest] = options.mode === undefined ? words : [undefined, ...words];
  if (rest.length > 0) throw new SesamyError('bad-input', `Too many arguments: ${rest.join(' ')}.`);
  // SSH's host may stand in for a --host that was not given.
  const target = targetOf(name, options.mode === undefined || host === undefined ? options : { ...options, host });
  const checked = check(hostAndPort, {
    host: host ?? null,
    port: port === undefined ? null : (typedNumber(port) ?? port),
  });
  if (!checked.ok) throw new SesamyError('bad-input', checked.problems.map((problem) => problem.message).join('\n'));
  return { target, ...checked.value };
}

/** Runs what the window hands out, and tells it how it goes. */
async function proxyTicket(socketPath: string, signal: AbortSignal, options: TargetOptions): Promise<number> {
  const { useTicket } = await import('../session/run-channel');
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const window = useTicket(socketPath, stop);
  const code = await showEvents(
    knock(window.prepare, carrying(stopping.signal, options.fdpass === true)),
    options,
    (event: KnockEvent) => {
      window.tell(event);
    },
  );
  await window.end();
  return code;
}

/** A session that carries standard input and output, or hands itself over there. */
function carrying(signal: AbortSignal, pass: boolean): KnockOptions {
  return {
    signal,
    descriptors: { input: STDIN, output: STDOUT, pass, release: closeOutput },
    session: (connection: Socket) =>
      bridge(
        connection,
        {
          input: process.stdin,
          output: process.stdout,
          endOutput: closeOutput,
        },
        signal,
      ),
  };
}

/** Node never closes descriptor 1 by itself, and SSH waits for its end. */
function closeOutput(): void {
  closeSync(STDOUT);
  // The next socket must not be given this number: Node cannot close sockets that have it.
  openSync(devNull, 'w');
}
