/** Which transports work on this computer, as of the last time that main was asked. Panel and editor show the same. */
import { create } from 'zustand';
import type { ErrorInfo } from '../../domain/errors';
import type { TransportState } from '../../domain/plan/transport';
import { attempt, request } from '../client';

interface Transports {
  /** Null before the first answer, and after a failure. */
  readonly states: readonly TransportState[] | null;
  readonly checking: boolean;
  readonly error: ErrorInfo | null;
}

export const useTransports = create<Transports>(() => ({ states: null, checking: false, error: null }));

/** Asks again, unless an answer is on its way already. What was known stays on show until then. */
export function checkTransports(): void {
  if (useTransports.getState().checking) return;
  useTransports.setState({ checking: true });
  attempt(
    async () => {
      const states = await request('transports.list', {});
      useTransports.setState({ states, checking: false, error: null });
    },
    (error) => {
      useTransports.setState({ states: null, checking: false, error });
    },
  );
}
