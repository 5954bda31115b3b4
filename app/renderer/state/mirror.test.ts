import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SesamyError, errorInfo } from '../../domain/errors';
import type { KnockEvent } from '../../domain/plan/knock-event';
import type { Answers, AppState, Bridge, RunHead, StateChange } from '../../shared/contract';
import { request } from '../client';
import { fakeMain } from '../testing/fake-bridge';
import { followMain, useMirror } from './mirror';

const SETTINGS = { terminal: null, lockAfterMinutes: 15, lockOnSleep: true, lockOnScreenLock: true } as const;

function give(bridge: Bridge): void {
  vi.stubGlobal('window', { sesamy: bridge });
}

beforeEach(() => {
  useMirror.setState({ status: 'loading' }, true);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('mirrors the first state and every change after it', async () => {
  const main = fakeMain();
  give(main.bridge);
  const stop = followMain();
  await vi.waitFor(() => {
    expect(useMirror.getState()).toMatchObject({ status: 'ready', app: { settings: { terminal: null } } });
  });
  main.push({ kind: 'slice', slice: 'settings', value: { ...SETTINGS, terminal: 'xterm' } });
  expect(useMirror.getState()).toMatchObject({ app: { settings: { terminal: 'xterm' } } });
  stop();
  main.push({ kind: 'slice', slice: 'settings', value: SETTINGS });
  expect(useMirror.getState()).toMatchObject({ app: { settings: { terminal: 'xterm' } } });
});

test('loses no change that comes before the first state does', async () => {
  const main = fakeMain();
  const asked = main.bridge.request('state.get', {});
  give({
    ...main.bridge,
    request: (name, argument) =>
      name === 'state.get'
        ? (asked as ReturnType<typeof main.bridge.request<typeof name>>)
        : main.bridge.request(name, argument),
  });
  followMain();
  main.push({ kind: 'slice', slice: 'settings', value: { ...SETTINGS, terminal: 'konsole' } });
  await vi.waitFor(() => {
    expect(useMirror.getState()).toMatchObject({ status: 'ready', app: { settings: { terminal: 'konsole' } } });
  });
});

test('shows nothing of a vault that is not open any more, and takes no change back', async () => {
  const main = fakeMain();
  give(main.bridge);
  followMain();
  await vi.waitFor(() => {
    expect(useMirror.getState()).toMatchObject({ status: 'ready', app: { vault: { status: 'open' } } });
  });
  main.push({ kind: 'slice', slice: 'vault', value: { status: 'locked', deviceUnlock: false, notice: null } });
  expect(useMirror.getState()).toEqual({ status: 'loading' });
  main.push({ kind: 'slice', slice: 'settings', value: SETTINGS });
  expect(useMirror.getState()).toEqual({ status: 'loading' });
});

describe('runs', () => {
  const launched = (program: string): KnockEvent => ({ type: 'launched', program });
  const head = (runId: string, change: Partial<RunHead> = {}): StateChange => ({
    kind: 'run',
    run: { runId, profileId: 'p', purpose: 'knock', done: false, retryNotBeforeMs: 0, ...change },
  });
  /** Events of a run, one for each letter. */
  const events = (runId: string, from: number, letters: string): StateChange => ({
    kind: 'run-events',
    profileId: 'p',
    runId,
    from,
    events: Array.from(letters, launched),
  });
  const FORGOTTEN: StateChange = { kind: 'slice', slice: 'runs', value: {} };

  /** What the mirror shows of the profile's run: its id, whether it is done, and the letters of its events. */
  const shown = (): string | null => {
    const mirror = useMirror.getState();
    const run = mirror.status === 'ready' ? mirror.app.runs['p'] : undefined;
    if (run === undefined) return null;
    const letters = run.events.map((event) => (event.type === 'launched' ? event.program : '?')).join('');
    return `${run.runId}: ${letters}${run.done ? '.' : ''}`;
  };

  /** A main whose changes the renderer hears from the beginning, and whose first answer comes when the test lets it. */
  const slowMain = () => {
    const main = fakeMain();
    let release: (app: AppState) => void = () => undefined;
    const answer = new Promise<AppState>((resolve) => {
      release = resolve;
    });
    give({
      ...main.bridge,
      request: async (name, argument) =>
        name === 'state.get'
          ? { ok: true, value: (await answer) as Answers[typeof name] }
          : main.bridge.request(name, argument),
    });
    followMain();
    return {
      push: (change: StateChange) => {
        main.push(change);
      },
      /** Answers with the state of now; the changes that `between` makes are heard before the answer is. */
      async answer(between: () => void = () => undefined) {
        const reply = await main.bridge.request('state.get', {});
        if (!reply.ok) throw new Error('no state');
        between();
        release(reply.value);
        await vi.waitFor(() => {
          expect(useMirror.getState().status).toBe('ready');
        });
      },
    };
  };

  test('grow by their events, and end with their head', async () => {
    const main = slowMain();
    await main.answer();
    expect(shown()).toBeNull();
    main.push(head('A'));
    expect(shown()).toBe('A: ');
    main.push(events('A', 0, 'ab'));
    main.push(events('A', 2, 'c'));
    main.push(head('A', { done: true }));
    expect(shown()).toBe('A: abc.');
  });

  test('have each event once, however many of them the first answer has', async () => {
    const main = slowMain();
    main.push(head('A'));
    main.push(events('A', 0, 'ab'));
    await main.answer(() => {
      main.push(events('A', 2, 'cd'));
    });
    expect(shown()).toBe('A: abcd');
    main.push(events('A', 4, 'e'));
    expect(shown()).toBe('A: abcde');
  });

  test('have each event once where main gathered some that its answer had already', async () => {
    const main = fakeMain();
    // The run began before the page was there, and main has told of two of its four events.
    main.push(head('A'));
    main.push(events('A', 0, 'abcd'));
    give(main.bridge);
    followMain();
    await vi.waitFor(() => {
      expect(shown()).toBe('A: abcd');
    });
    main.push(events('A', 2, 'cde'));
    expect(shown()).toBe('A: abcde');
  });

  test('that were replaced by new ones meanwhile stay replaced', async () => {
    const main = slowMain();
    main.push(head('A'));
    main.push(events('A', 0, 'ab'));
    main.push(head('A', { done: true }));
    main.push(head('B'));
    main.push(events('B', 0, 'x'));
    await main.answer(() => {
      main.push(events('B', 1, 'y'));
      main.push(head('B', { done: true }));
    });
    expect(shown()).toBe('B: xy.');
    main.push(head('C'));
    main.push(events('B', 2, 'z'));
    expect(shown()).toBe('C: ');
  });

  test('that were forgotten do not come back', async () => {
    const main = slowMain();
    main.push(head('A'));
    main.push(events('A', 0, 'ab'));
    await main.answer(() => {
      main.push(FORGOTTEN);
      main.push(events('A', 2, 'c'));
    });
    expect(shown()).toBeNull();
  });

  test('of other profiles are left alone', async () => {
    const main = slowMain();
    await main.answer();
    main.push(head('A'));
    main.push(head('Q', { profileId: 'q' }));
    const before = useMirror.getState();
    main.push(events('A', 0, 'a'));
    const after = useMirror.getState();
    if (before.status !== 'ready' || after.status !== 'ready') throw new Error('not ready');
    expect(after.app.runs['q']).toBe(before.app.runs['q']);
    expect(after.app.profiles).toBe(before.app.profiles);
  });
});

test('a refused request throws main’s own words', async () => {
  const error = errorInfo('port-in-use', 'Port 22 is taken.', { steps: ['Choose another.'] });
  give({ request: () => Promise.resolve({ ok: false, error }), onState: () => () => undefined });
  const thrown = await request('practice.stop', {}).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(SesamyError);
  expect(thrown instanceof SesamyError ? thrown.info : null).toEqual(error);
});
