import { useNow } from '../../components/use-now';

/** Whole seconds until a wall-clock time in milliseconds since 1970; 0 from then on, and the clock stops. */
export function useSecondsLeft(unixMs: number): number {
  const now = useNow(unixMs > Date.now() ? 250 : 'still');
  return Math.max(Math.ceil((unixMs - now) / 1000), 0);
}
