import { useNow } from '../../components/use-now';
import type { RunDescription } from './describe-run';
import styles from './RunClock.module.css';

/** Time since the plan's zero; stands still when the run is over. */
export function RunClock({ description }: { readonly description: RunDescription }) {
  const { zeroUnixMs, endedAtMs, moving } = description;
  const running = zeroUnixMs !== null && endedAtMs === null;
  const now = useNow(!running ? 'still' : moving ? 50 : 1000);
  if (zeroUnixMs === null) return null;
  return (
    <span className={styles['clock']} role="timer" aria-label="Elapsed time">
      {elapsed(Math.max(endedAtMs ?? now - zeroUnixMs, 0))}
    </span>
  );
}

/** How long until the next thing happens, which is at this wall-clock time. Not read out: it changes all the time. */
export function RunCountdown({ label, atUnixMs }: { readonly label: string; readonly atUnixMs: number }) {
  const now = useNow(100);
  const leftMs = Math.max(atUnixMs - now, 0);
  return (
    <span aria-hidden="true" className={styles['countdown']}>
      , {label} in {(leftMs / 1000).toFixed(1)} s
    </span>
  );
}

/** Seconds with two decimals, as long as they matter; then minutes. */
function elapsed(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.floor(ms / 1000);
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
