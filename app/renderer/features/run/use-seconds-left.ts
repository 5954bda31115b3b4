import { useEffect, useState } from 'react';

function secondsUntil(unixMs: number): number {
  return Math.max(Math.ceil((unixMs - Date.now()) / 1000), 0);
}

/** Whole seconds until a wall-clock time in milliseconds since 1970; 0 from then on, and the clock stops. */
export function useSecondsLeft(unixMs: number): number {
  const [left, setLeft] = useState(() => secondsUntil(unixMs));
  useEffect(() => {
    const tick = (): void => {
      setLeft(secondsUntil(unixMs));
      if (secondsUntil(unixMs) === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 250);
    tick();
    return () => {
      clearInterval(timer);
    };
  }, [unixMs]);
  return left;
}
