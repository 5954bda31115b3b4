import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorInfo } from '../../domain/errors';
import type { TransportState } from '../../domain/plan/transport';
import type { Answers, Bridge, Reply, RequestName } from '../../shared/contract';
import { checkTransports, useTransports } from './transports';

const SOCKETS: TransportState = { name: 'sockets', works: true, detail: 'They need no privilege.', fix: null };

/** Main's answers, in the order in which they are asked for; each comes when the test lets it. */
function answering(): { readonly asked: RequestName[]; answer: (reply: Reply<'transports.list'>) => Promise<void> } {
  const waiting: ((reply: Reply<'transports.list'>) => void)[] = [];
  const asked: RequestName[] = [];
  const bridge: Bridge = {
    request: (name) => {
      asked.push(name);
      return new Promise((resolve) => {
        waiting.push(resolve as (reply: Reply<'transports.list'>) => void);
      });
    },
    onState: () => () => undefined,
  };
  vi.stubGlobal('window', { sesamy: bridge });
  return {
    asked,
    answer: async (reply) => {
      waiting.shift()?.(reply);
      await vi.waitFor(() => {
        expect(useTransports.getState().checking).toBe(false);
      });
    },
  };
}

const ok = (value: Answers['transports.list']): Reply<'transports.list'> => ({ ok: true, value });

beforeEach(() => {
  useTransports.setState(useTransports.getInitialState(), true);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('what was known stays on show while it is looked at again', async () => {
  const main = answering();
  checkTransports();
  expect(useTransports.getState()).toEqual({ states: null, checking: true, error: null });
  await main.answer(ok([{ ...SOCKETS, detail: 'before' }]));
  checkTransports();
  expect(useTransports.getState()).toMatchObject({ states: [{ detail: 'before' }], checking: true });
  await main.answer(ok([{ ...SOCKETS, detail: 'after' }]));
  expect(useTransports.getState()).toMatchObject({ states: [{ detail: 'after' }], checking: false });
});

test('two who ask at once share one answer', async () => {
  const main = answering();
  checkTransports();
  checkTransports();
  expect(main.asked).toEqual(['transports.list']);
  await main.answer(ok([SOCKETS]));
  expect(useTransports.getState().states).toEqual([SOCKETS]);
});

test('a failure leaves nothing old on show, and the next answer takes its place', async () => {
  const main = answering();
  checkTransports();
  await main.answer(ok([SOCKETS]));
  const error = errorInfo('transport-failed', 'The helper did not answer.');
  checkTransports();
  await main.answer({ ok: false, error });
  expect(useTransports.getState()).toEqual({ states: null, checking: false, error });
  checkTransports();
  await main.answer(ok([SOCKETS]));
  expect(useTransports.getState()).toEqual({ states: [SOCKETS], checking: false, error: null });
});
