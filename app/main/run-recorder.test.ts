import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SesamyError } from '../domain/errors';
import { planKnock } from '../domain/modes/registry';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { AppState, StateChange } from '../shared/contract';
import { applyChange } from '../shared/state-change';
import { recordRuns } from './run-recorder';
import type { RunRecorder } from './run-recorder';
import { GATHER_MS, holdState } from './state';
import type { StateHolder } from './state';

const EMPTY: AppState = {
  info: { version: '0', platform: 'linux', terminals: [] },
  profiles: [],
  runs: {},
  practice: { status: 'stopped' },
  settings: { terminal: null, lockAfterMinutes: null, lockOnSleep: true, lockOnScreenLock: true },
  vault: { status: 'locked', deviceUnlock: false, notice: null },
  agentUses: [],
};
const CONNECTING: KnockEvent = { type: 'connecting', plannedMs: 0, actualMs: 0, address: 'a', port: 22, attempt: 1 };
const OPEN: KnockEvent = { type: 'open', atMs: 5, answeredInMs: 5 };
const sent = (index: number): KnockEvent => ({
  type: 'packet-sent',
  index,
  phase: 'knock',
  plannedMs: index,
  actualMs: index,
  protocol: 'udp',
  address: '192.0.2.1',
  port: 7000,
  sourcePort: null,
});

let state: StateHolder;
let told: StateChange[];
let recorder: RunRecorder;
let spent: [string, number | null][];

/** What a window shows that was there from the beginning. */
const mirrored = (): AppState => told.reduce(applyChange, EMPTY);
const kinds = (): readonly string[] => told.map((change) => change.kind);

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  spent = [];
  state = holdState(EMPTY, (change) => told.push(change));
  recorder = recordRuns({
    state,
    spend: (profileId, used) => spent.push([profileId, used]),
    onFinish: () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is told of a run', () => {
  it('is its head, and then its events, several at a time', () => {
    const runId = recorder.begin('p', 'knock');
    for (let index = 0; index < 20; index++) recorder.record(runId, 'p', sent(index));
    expect(kinds()).toEqual(['run']);
    // Main itself has them at once: a page that is loaded now gets them whole.
    expect(state.current.runs['p']?.events).toHaveLength(20);
    vi.advanceTimersByTime(GATHER_MS);
    expect(kinds()).toEqual(['run', 'run-events']);
    recorder.record(runId, 'p', sent(20));
    vi.advanceTimersByTime(GATHER_MS);
    expect(told.at(-1)).toMatchObject({ kind: 'run-events', from: 20, events: [sent(20)] });
    expect(mirrored()).toEqual(state.current);
  });

  it('holds nothing back that comes before the end, or before anything else', () => {
    const runId = recorder.begin('p', 'knock');
    recorder.record(runId, 'p', sent(0));
    state.set('agentUses', []);
    recorder.record(runId, 'p', sent(1));
    recorder.finish(runId, 'p');
    expect(kinds()).toEqual(['run', 'run-events', 'slice', 'run-events', 'run']);
    expect(mirrored()).toEqual(state.current);
    expect(mirrored().runs['p']).toMatchObject({ done: true, events: [sent(0), sent(1)] });
    vi.runAllTimers();
    expect(told).toHaveLength(5);
  });

  it('keeps runs of several profiles apart', () => {
    const one = recorder.begin('p', 'knock');
    const other = recorder.begin('q', 'session');
    recorder.record(one, 'p', sent(0));
    recorder.record(other, 'q', CONNECTING);
    recorder.record(one, 'p', sent(1));
    vi.runAllTimers();
    expect(kinds()).toEqual(['run', 'run', 'run-events', 'run-events']);
    expect(mirrored()).toEqual(state.current);
  });

  it('forgets what a run that was replaced, is over or was forgotten still says', () => {
    const old = recorder.begin('p', 'knock');
    recorder.record(old, 'p', sent(0));
    const runId = recorder.begin('p', 'knock');
    recorder.record(old, 'p', sent(1));
    expect(state.current.runs['p']?.events).toEqual([]);
    recorder.finish(runId, 'p');
    recorder.record(runId, 'p', sent(2));
    recorder.fail(runId, 'p', new Error('late'));
    expect(state.current.runs['p']?.events).toEqual([]);
    vi.runAllTimers();
    expect(mirrored()).toEqual(state.current);
  });

  it('is not told any more once every run was forgotten', () => {
    const runId = recorder.begin('p', 'knock');
    recorder.record(runId, 'p', sent(0));
    recorder.forgetAll();
    recorder.record(runId, 'p', sent(1));
    vi.runAllTimers();
    expect(kinds()).toEqual(['run', 'slice']);
    expect(state.current.runs).toEqual({});
    expect(mirrored()).toEqual(state.current);
  });
});

it('a failure says until when another try would only spoil itself', () => {
  vi.setSystemTime(1_000_000);
  const runId = recorder.begin('p', 'knock');
  const error = new SesamyError('not-opened', 'why').info;
  recorder.record(runId, 'p', { type: 'failed', atMs: 1, error, retryAfterMs: 12_000 });
  recorder.finish(runId, 'p');
  expect(state.current.runs['p']).toMatchObject({ done: true, retryNotBeforeMs: 1_012_000 });
  expect(mirrored()).toEqual(state.current);
});

it('a run that breaks ends with the reason', () => {
  const runId = recorder.begin('p', 'session');
  recorder.fail(runId, 'p', new SesamyError('ssh-not-found', 'There is no ssh.'));
  expect(mirrored().runs['p']).toMatchObject({
    done: true,
    events: [{ type: 'failed', error: { code: 'ssh-not-found' } }],
  });
});

it('one-time secrets are spent when the door is seen open, and so many as the latest plan says', () => {
  const mode = { kind: 'count-window', sequence: '11', windowMs: 500, knockPort: null, protocol: 'tcp' } as const;
  const plan = planKnock(mode, { servicePort: 22 });
  const armed = (used: number): KnockEvent => ({
    type: 'armed',
    plan: { ...plan, spent: used },
    transport: 'sockets',
    reason: '',
    unixMs: 0,
  });
  const runId = recorder.begin('p', 'session');
  for (const event of [armed(4), sent(0), armed(5), CONNECTING]) recorder.record(runId, 'p', event);
  expect(spent).toEqual([]);
  recorder.record(runId, 'p', OPEN);
  expect(spent).toEqual([['p', 5]]);
});
