/** What a change does to the state: the same in main, which makes it, and in the renderer, which mirrors it. */
import type { AppState, RunHead, RunState, StateChange } from './contract';

/**
 * The state after a change. Changes may be applied again, in their order, to a state that has some of them already, as long as
 * none is left out from there on: that ends in the same state. Events of a run that is not the latest of its profile say nothing.
 */
export function applyChange(app: AppState, change: StateChange): AppState {
  switch (change.kind) {
    case 'slice':
      return { ...app, [change.slice]: change.value };
    case 'run': {
      const known = app.runs[change.run.profileId];
      return withRun(app, { ...change.run, events: known?.runId === change.run.runId ? known.events : [] });
    }
    case 'run-events': {
      const run = app.runs[change.profileId];
      if (run?.runId !== change.runId) return app;
      const unknown = change.events.slice(Math.max(run.events.length - change.from, 0));
      return unknown.length === 0 ? app : withRun(app, { ...run, events: [...run.events, ...unknown] });
    }
  }
}

function withRun(app: AppState, run: RunState): AppState {
  return { ...app, runs: { ...app.runs, [run.profileId]: run } };
}

export function headOf({ runId, profileId, purpose, done, retryNotBeforeMs }: RunState): RunHead {
  return { runId, profileId, purpose, done, retryNotBeforeMs };
}
