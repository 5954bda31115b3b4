import type { KnockEvent } from '../domain/plan/knock-event';
import type { AppState, RunEventsChange, RunHead, SliceChange, StateChange } from '../shared/contract';
import { applyChange } from '../shared/state-change';

/** How long events of a run are gathered before they are told of, in milliseconds: one frame of a screen. */
export const GATHER_MS = 16;

/** The truth that the renderer mirrors. Main alone changes it. */
export interface StateHolder {
  readonly current: AppState;
  set<Slice extends keyof AppState>(slice: Slice, value: AppState[Slice]): void;
  /** Begins a run, in the place of its profile's latest, or changes the head of that one. */
  setRun(run: RunHead): void;
  /** Adds an event to the latest run of a profile. `current` has it at once. */
  addRunEvent(profileId: string, event: KnockEvent): void;
}

/** @param onChange told of every change, in order; events of a run several at a time, and before any change that follows them */
export function holdState(initial: AppState, onChange: (change: StateChange) => void): StateHolder {
  let current = initial;
  /** Events that nobody was told of yet, by profile: always of its latest run. */
  const untold = new Map<string, RunEventsChange>();
  let timer: NodeJS.Timeout | null = null;

  const tell = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const changes = [...untold.values()];
    untold.clear();
    for (const change of changes) onChange(change);
  };
  const apply = (change: StateChange): void => {
    tell();
    current = applyChange(current, change);
    onChange(change);
  };

  return {
    get current() {
      return current;
    },
    set(slice, value) {
      // Runs that are replaced are not told of any more: they may have been forgotten for good.
      if (slice === 'runs') untold.clear();
      apply({ kind: 'slice', slice, value } as SliceChange);
    },
    setRun(run) {
      apply({ kind: 'run', run });
    },
    addRunEvent(profileId, event) {
      const run = current.runs[profileId];
      if (run === undefined) throw new RangeError(`no run of profile ${profileId}`);
      const { runId, events } = run;
      const change: RunEventsChange = { kind: 'run-events', profileId, runId, from: events.length, events: [event] };
      current = applyChange(current, change);
      const before = untold.get(profileId);
      untold.set(profileId, before === undefined ? change : { ...before, events: [...before.events, event] });
      timer ??= setTimeout(tell, GATHER_MS);
    },
  };
}
