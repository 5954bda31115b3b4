import { randomUUID } from 'node:crypto';
import { toErrorInfo } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { RunState } from '../shared/contract';
import { headOf } from '../shared/state-change';
import type { StateHolder } from './state';

/** Writes down what runs do. Whatever comes from a run that was replaced, forgotten or done is dropped. */
export interface RunRecorder {
  /** The latest run of a profile. */
  latest(profileId: string): RunState | undefined;
  /** Begins a run in the place of the profile's latest; answers with its id. */
  begin(profileId: string, purpose: RunState['purpose']): string;
  record(runId: string, profileId: string, event: KnockEvent): void;
  finish(runId: string, profileId: string): void;
  /** Ends a run with an event that tells why. */
  fail(runId: string, profileId: string, error: unknown): void;
  forgetAll(): void;
}

interface RecorderDependencies {
  readonly state: StateHolder;
  /** So many of a profile's one-time secrets are used up; null: it has none. */
  readonly spend: (profileId: string, used: number | null) => void;
  readonly onFinish: (profileId: string) => void;
}

/** How many of the profile's one-time secrets are used up by the knock that a run follows. */
function spentBy(run: RunState): number | null {
  const armed = run.events.findLast((event) => event.type === 'armed');
  return armed?.type === 'armed' ? armed.plan.spent : null;
}

export function recordRuns({ state, spend, onFinish }: RecorderDependencies): RunRecorder {
  const latest = (profileId: string): RunState | undefined => state.current.runs[profileId];
  const underWay = (runId: string, profileId: string): RunState | null => {
    const run = latest(profileId);
    return run?.runId === runId && !run.done ? run : null;
  };

  const record: RunRecorder['record'] = (runId, profileId, event) => {
    const run = underWay(runId, profileId);
    if (run === null) return;
    if (event.type === 'open') spend(profileId, spentBy(run));
    state.addRunEvent(profileId, event);
    if (event.type === 'failed' && event.retryAfterMs > 0)
      state.setRun({ ...headOf(run), retryNotBeforeMs: Date.now() + event.retryAfterMs });
  };

  const finish: RunRecorder['finish'] = (runId, profileId) => {
    const run = underWay(runId, profileId);
    if (run === null) return;
    onFinish(profileId);
    state.setRun({ ...headOf(run), done: true });
  };

  return {
    latest,
    begin(profileId, purpose) {
      const runId = randomUUID();
      state.setRun({ runId, profileId, purpose, done: false, retryNotBeforeMs: 0 });
      return runId;
    },
    record,
    finish,
    fail(runId, profileId, error) {
      record(runId, profileId, { type: 'failed', atMs: 0, error: toErrorInfo(error), retryAfterMs: 0 });
      finish(runId, profileId);
    },
    forgetAll() {
      state.set('runs', {});
    },
  };
}
