import type { Profile } from '../domain/profile/profile';
import { planKnock } from '../domain/modes/registry';
import { out, printPlan } from './print';
import { targetProfile } from './target';
import type { TargetOptions } from './target';

/** `sesamy knock`. Returns the exit code. */
export async function knockVerb(name: string | undefined, options: TargetOptions): Promise<number> {
  return knockProfile(targetProfile(name, options), options);
}

/** Knocks with a profile, or prints what it would send. */
export async function knockProfile(profile: Profile, options: TargetOptions): Promise<number> {
  if (options.dryRun === true) {
    printDryRun(profile, options);
    return 0;
  }
  const { knock } = await import('../engine/knock');
  const { showEvents, stopSignal } = await import('./run');
  const stop = stopSignal();
  try {
    return await showEvents(knock(profile, { signal: stop.signal, check: options.check !== false }), options);
  } finally {
    stop.release();
  }
}

/** The plan of a profile, for people or, with --json, as one object. */
export function printDryRun(profile: Profile, options: TargetOptions): void {
  const plan = planKnock(profile.mode, { servicePort: profile.servicePort });
  if (options.json === true) out(JSON.stringify({ type: 'plan', host: profile.host, plan }));
  else printPlan(profile.host, plan);
}
