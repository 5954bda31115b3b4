import { useState } from 'react';
import { attempt } from '../../client';
import type { ErrorInfo } from '../../../domain/errors';

interface Task {
  readonly busy: boolean;
  readonly error: ErrorInfo | null;
  /** Begins `work`, unless the one before goes on still. */
  readonly run: (work: () => Promise<void>) => void;
  /** Forgets what went wrong. */
  readonly clear: () => void;
}

/** One thing at a time that main is asked for from a form, with what went wrong the last time. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorInfo | null>(null);
  return {
    busy,
    error,
    run: (work) => {
      if (busy) return;
      setBusy(true);
      setError(null);
      attempt(async () => {
        await work().finally(() => {
          setBusy(false);
        });
      }, setError);
    },
    clear: () => {
      setError(null);
    },
  };
}
