import type { KnockEvent } from '../domain/plan/knock-event';
import type { Profile } from '../domain/profile/profile';
import { planKnock } from '../domain/modes/registry';
import type { KnockOptions } from '../engine/knock';
import { out, printPlan } from './print';
import { targetOf } from './target';
import type { TargetOptions } from './target';

/** `sesamy knock`. Returns the exit code. */
export async function knockVerb(name: string | undefined, options: TargetOptions): Promise<number> {
  const target = targetOf(name, options);
  if (target.kind === 'inline') return knockProfile(target.profile, options);
  const { savedKnock, savedProfile } = await import('./saved-knock');
  const request = { name: target.name, verb: 'knock', host: null, port: null } as const;
  if (options.dryRun === true) {
    const { profile, used } = await savedProfile(request, options);
    await printDryRun(profile, options, used);
    return 0;
  }
  return run((knockOptions) => savedKnock(request, options, knockOptions), options);
}

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
  return run(
    (knockOptions) =>
      knock(
        preparing(profile, () => NOTHING_KEPT),
        knockOptions,
      ),
    options,
  );
}

async function run(
  knocking: (knockOptions: KnockOptions) => AsyncIterable<KnockEvent>,
  options: TargetOptions,
): Promise<number> {
  const { showEvents, stopSignal } = await import('./run');
  const stop = stopSignal();
  try {
    return await showEvents(knocking({ signal: stop.signal, check: options.check !== false }), options);
  } finally {
    stop.release();
  }
}

/**
 * The plan of a profile at this moment, for people or, with --json, as one object.
 * @param used how many of its one-time secrets are used up
 */
export async function printDryRun(profile: Profile, options: TargetOptions, used = 0): Promise<void> {
  const plan = planKnock(profile.mode, { servicePort: profile.servicePort, unixMs: Date.now(), used });
  if (options.json === true) {
    out(JSON.stringify({ type: 'plan', host: profile.host, plan }));
    return;
  }
  printPlan(profile.host, plan);
  const { rawLines } = await import('./raw-lines');
  for (const line of await rawLines(profile, plan, used)) out(line);
}
