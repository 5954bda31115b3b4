/** The renderer's copy of main's state. Nothing here is ever changed but by main. */
import { create } from 'zustand';
import { toErrorInfo } from '../../domain/errors';
import type { ErrorInfo } from '../../domain/errors';
import type { AppState, StateChange } from '../../shared/contract';
import { applyChange } from '../../shared/state-change';
import { request } from '../client';

export type Mirror =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: ErrorInfo }
  | { readonly status: 'ready'; readonly app: AppState };

export const useMirror = create<Mirror>(() => ({ status: 'loading' }));

/**
 * Starts mirroring; returns the way to stop. Changes that arrive before the first answer are kept and applied to it:
 * that answer has some of them already, and applying those once more does no harm.
 */
export function followMain(): () => void {
  const early: StateChange[] = [];
  const stop = window.sesamy.onState((change) => {
    const mirror = useMirror.getState();
    if (mirror.status !== 'ready') {
      early.push(change);
      return;
    }
    const app = applyChange(mirror.app, change);
    // Main replaces the page of a vault that is not open any more. Until it has, nothing can be seen, nor typed in vain.
    const over = mirror.app.vault.status === 'open' && app.vault.status !== 'open';
    useMirror.setState(over ? { status: 'loading' } : { status: 'ready', app }, true);
  });
  request('state.get', {}).then(
    (app) => {
      useMirror.setState({ status: 'ready', app: early.reduce(applyChange, app) }, true);
    },
    (thrown: unknown) => {
      useMirror.setState({ status: 'failed', error: toErrorInfo(thrown) }, true);
    },
  );
  return stop;
}

/** The mirrored state, for code that runs only once it is there. */
export function appState(): AppState {
  const mirror = useMirror.getState();
  if (mirror.status !== 'ready') throw new Error('the state of the app was used before it came');
  return mirror.app;
}

/** One part of the mirrored state, for components below `App`, which waits until it is there. */
export function useApp<Part>(part: (app: AppState) => Part): Part {
  return useMirror((mirror) => part(mirror.status === 'ready' ? mirror.app : appState()));
}
