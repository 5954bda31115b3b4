import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import { SesamyError } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import { parseProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { typedNumber } from '../domain/modes/inline';
import { knock, runPrepared } from '../engine/knock';
import type { KnockOptions } from '../engine/knock';
import { bridge } from '../session/bridge';
import { printDryRun } from './knock-verb';
import { showEvents, stopSignal } from './run';
import { targetProfile } from './target';
import type { TargetOptions } from './target';

/** Standard output's file descriptor. */
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
    const profile = overridden(words, options);
    if (options.dryRun === true) {
      printDryRun(profile, options);
      return 0;
    }
    return await showEvents(knock(profile, carrying(stop.signal)), options);
  } finally {
    stop.release();
  }
}

/** The target with SSH's own host and port (%h and %p) in place of its own. */
function overridden(words: readonly string[], options: TargetOptions): Profile {
  const [target, host, port, ...rest] = options.mode === undefined ? words : [undefined, ...words];
  if (rest.length > 0) throw new SesamyError('bad-input', `Too many arguments: ${rest.join(' ')}.`);
  const withHost = host === undefined ? options : { ...options, host };
  const profile = targetProfile(target, withHost);
  const checked = parseProfile({
    ...profile,
    host: host ?? profile.host,
    servicePort: port === undefined ? profile.servicePort : typedNumber(port),
  });
  if (checked.ok) return checked.value;
  throw new SesamyError('bad-input', checked.problems.map((problem) => problem.message).join('\n'));
}

/** Runs what the window hands out, and tells it how it goes. */
async function proxyTicket(socketPath: string, signal: AbortSignal, options: TargetOptions): Promise<number> {
  const { fetchKnock } = await import('../session/run-channel');
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const ticket = await fetchKnock(socketPath, stop);
  const code = await showEvents(
    runPrepared(ticket.prepared, carrying(stopping.signal)),
    options,
    (event: KnockEvent) => {
      ticket.tell(event);
    },
  );
  await ticket.end();
  return code;
}

/** A session that carries standard input and output. */
function carrying(signal: AbortSignal): KnockOptions {
  return {
    signal,
    session: (connection: Socket) =>
      bridge(
        connection,
        {
          input: process.stdin,
          output: process.stdout,
          endOutput() {
            // Node never closes descriptor 1 by itself, and SSH waits for its end. What was written has been taken.
            closeSync(STDOUT);
            // The next socket must not be given this number: Node cannot close sockets that have it.
            openSync(devNull, 'w');
          },
        },
        signal,
      ),
  };
}
