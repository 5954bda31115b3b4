import { tmpdir } from 'node:os';
import { SesamyError } from '../domain/errors';
import type { Profile } from '../domain/profile/profile';
import { knock } from '../engine/knock';
import { FIRST_TRY } from '../engine/prepare';
import type { Prepare } from '../engine/prepare';
import type { Transports } from '../engine/transports/registry';
import { makeTicket } from '../session/run-channel';
import type { RunTicket } from '../session/run-channel';
import { startDetached } from '../session/start-detached';
import { sshArguments } from '../session/ssh-command';
import { findProgram, inTerminal } from '../session/terminals';
import type { RunState } from '../shared/contract';
import { recordRuns } from './run-recorder';
import type { StateHolder } from './state';

/** How long a terminal may take until our proxy calls back, in milliseconds. A cold desktop takes a few seconds. */
const TERMINAL_TIMEOUT_MS = 30_000;

export interface Runs {
  /** Begins a run. What goes wrong later is an event of the run. */
  start(profile: Profile, purpose: RunState['purpose']): void;
  cancel(profileId: string): void;
  /** Ends what would not survive us, and forgets every run with its plan. Sessions in terminals go on. */
  forgetAll(): void;
}

interface RunDependencies {
  readonly state: StateHolder;
  /** Our own command line's argument array, up to the verb. */
  readonly sesamy: readonly string[];
  /** A known_hosts line for a profile whose server's key is known beforehand. */
  readonly knownHostsLine: (profile: Profile) => string | null;
  /** The ways out of this program. */
  readonly transports: Transports;
  /** How a profile becomes ready, at each try. */
  readonly preparing: (profile: Profile) => Prepare;
  /** So many of a profile's one-time secrets are used up; null: it has none. */
  readonly spend: (profileId: string, used: number | null) => void;
}

export function holdRuns({ state, sesamy, knownHostsLine, transports, preparing, spend }: RunDependencies): Runs {
  const cancels = new Map<string, () => void>();
  const tickets = new Set<RunTicket>();

  const recorder = recordRuns({ state, spend, onFinish: (profileId) => cancels.delete(profileId) });

  async function knockOnly(runId: string, profile: Profile): Promise<void> {
    const controller = new AbortController();
    cancels.set(profile.id, () => {
      controller.abort();
    });
    for await (const event of knock(preparing(profile), { signal: controller.signal, transports }))
      recorder.record(runId, profile.id, event);
    recorder.finish(runId, profile.id);
  }

  /** A terminal with ssh, whose ProxyCommand is our proxy: knock and connection are one move. */
  async function openSession(runId: string, profile: Profile): Promise<void> {
    const controller = new AbortController();
    cancels.set(profile.id, () => {
      controller.abort();
    });
    const searchPath = process.env['PATH'] ?? '';
    const ssh = findProgram('ssh', searchPath);
    if (ssh === null) throw new SesamyError('ssh-not-found', 'There is no ssh on this computer’s PATH.');
    const prepare = preparing(profile);
    // Before anything opens: a name that is not found is told here, not in a terminal that vanishes. What is run is prepared when
    // ssh asks for it.
    await prepare(FIRST_TRY, controller.signal);

    let settled = false;
    let arrived = false;
    let timer: NodeJS.Timeout | undefined;
    const settle = (error: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (error === null) recorder.finish(runId, profile.id);
      else recorder.fail(runId, profile.id, error);
    };
    const made: RunTicket = await makeTicket(
      process.env['XDG_RUNTIME_DIR'] ?? tmpdir(),
      prepare,
      (event) => {
        arrived = true;
        clearTimeout(timer);
        recorder.record(runId, profile.id, event);
      },
      () => {
        tickets.delete(made);
        const last = recorder.latest(profile.id)?.events.at(-1)?.type;
        const ended = last === 'closed' || last === 'failed';
        settle(ended ? null : new SesamyError('connection-lost', 'The session’s own process ended without a word.'));
      },
    );
    tickets.add(made);
    const withdraw = (): void => {
      tickets.delete(made);
      made.withdraw();
    };
    controller.signal.addEventListener('abort', () => {
      withdraw();
      if (!arrived) settle(new SesamyError('cancelled', 'The session was cancelled before it began.'));
    });
    if (controller.signal.aborted) {
      withdraw();
      throw new SesamyError('cancelled', 'The session was cancelled before it began.');
    }
    try {
      const line = knownHostsLine(profile);
      const knownHost = line === null ? null : { file: made.keep('known_hosts', `${line}\n`) };
      const args = sshArguments(profile, [...sesamy, 'proxy', '--session', made.socketPath], knownHost);
      const terminal = inTerminal(state.current.settings.terminal, { file: ssh, args }, searchPath);
      // The terminal belongs to the person, and outlives this window.
      startDetached(terminal, {
        started() {
          recorder.record(runId, profile.id, { type: 'launched', program: terminal.name });
        },
        notStarted(error) {
          withdraw();
          settle(new SesamyError('session-not-started', `${terminal.name} could not be started: ${error.message}.`));
        },
        ended(code) {
          // Some terminals hand the work to a server and leave at once with 0; others leave when ssh is done.
          if (arrived || code === 0) return;
          withdraw();
          settle(
            new SesamyError(
              'session-not-started',
              `${terminal.name} ended with code ${String(code)} before ssh asked for the connection.`,
            ),
          );
        },
      });
      timer = setTimeout(() => {
        withdraw();
        settle(
          new SesamyError(
            'session-not-started',
            `ssh did not ask for the connection within ${TERMINAL_TIMEOUT_MS / 1000} s.`,
          ),
        );
      }, TERMINAL_TIMEOUT_MS);
    } catch (error) {
      withdraw();
      throw error;
    }
  }

  return {
    start(profile, purpose) {
      if (recorder.latest(profile.id)?.done === false)
        throw new SesamyError('bad-input', 'This profile’s knock is under way already.', { steps: [] });
      const runId = recorder.begin(profile.id, purpose);
      const work = purpose === 'session' ? openSession(runId, profile) : knockOnly(runId, profile);
      work.catch((error: unknown) => {
        recorder.fail(runId, profile.id, error);
      });
    },
    cancel(profileId) {
      cancels.get(profileId)?.();
    },
    forgetAll() {
      for (const run of Object.values(state.current.runs))
        if (!run.done && run.purpose === 'knock') cancels.get(run.profileId)?.();
      for (const ticket of tickets) ticket.abandon();
      tickets.clear();
      cancels.clear();
      recorder.forgetAll();
    },
  };
}
