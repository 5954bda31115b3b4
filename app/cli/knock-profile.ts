import type { KnockEvent } from '../domain/plan/knock-event';
import type { Profile } from '../domain/profile/profile';
import type { KnockOptions } from '../engine/knock';
import { printDryRun } from './dry-run';
import { stopSignal } from './stop-signal';
import type { TargetOptions } from './target';

/** Knocks with a profile, or prints what it would send. */
export async function knockProfile(profile: Profile, options: TargetOptions): Promise<number> {
  if (options.dryRun === true) {
    await printDryRun(profile, options);
    return 0;
  }
  const [{ knock }, { NOTHING_KEPT, preparing }] = await Promise.all([
    import('../engine/knock'),
    import('../engine/prepare'),
  ]);
  return runKnock(
    (knockOptions) =>
      knock(
        preparing(profile, () => NOTHING_KEPT),
        knockOptions,
      ),
    options,
  );
}

/** Runs a knock until it ends or the process is told to stop. Returns the exit code. */
export async function runKnock(
  knocking: (knockOptions: KnockOptions) => AsyncIterable<KnockEvent>,
  options: TargetOptions,
): Promise<number> {
  const { showEvents } = await import('./run');
  const stop = stopSignal();
  try {
    return await showEvents(knocking({ signal: stop.signal, check: options.check !== false }), options);
  } finally {
    stop.release();
  }
}
