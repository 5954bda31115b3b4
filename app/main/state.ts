import type { AppState, StateChange } from '../shared/contract';

/** The truth that the renderer mirrors. Main alone changes it, a slice at a time. */
export interface StateHolder {
  readonly current: AppState;
  set<Slice extends keyof AppState>(slice: Slice, value: AppState[Slice]): void;
}

/** @param onChange told of every change, in order */
export function holdState(initial: AppState, onChange: (change: StateChange) => void): StateHolder {
  let current = initial;
  return {
    get current() {
      return current;
    },
    set(slice, value) {
      current = { ...current, [slice]: value };
      onChange({ slice, value } as StateChange);
    },
  };
}
