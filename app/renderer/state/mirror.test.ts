import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SesamyError, errorInfo } from '../../domain/errors';
import type { Bridge } from '../../shared/contract';
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
  main.push({ slice: 'settings', value: { ...SETTINGS, terminal: 'xterm' } });
  expect(useMirror.getState()).toMatchObject({ app: { settings: { terminal: 'xterm' } } });
  stop();
  main.push({ slice: 'settings', value: SETTINGS });
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
  main.push({ slice: 'settings', value: { ...SETTINGS, terminal: 'konsole' } });
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
  main.push({ slice: 'vault', value: { status: 'locked', deviceUnlock: false, notice: null } });
  expect(useMirror.getState()).toEqual({ status: 'loading' });
  main.push({ slice: 'settings', value: SETTINGS });
  expect(useMirror.getState()).toEqual({ status: 'loading' });
});

test('a refused request throws main’s own words', async () => {
  const error = errorInfo('port-in-use', 'Port 22 is taken.', { steps: ['Choose another.'] });
  give({ request: () => Promise.resolve({ ok: false, error }), onState: () => () => undefined });
  const thrown = await request('practice.stop', {}).catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(SesamyError);
  expect(thrown instanceof SesamyError ? thrown.info : null).toEqual(error);
});
