import { planKnock } from '../domain/modes/registry';
import type { KnockPlan } from '../domain/plan/knock-plan';
import { needsLink, synNeed } from '../domain/plan/transport';
import type { Profile } from '../domain/profile/profile';
import { out, printPlan } from './print';
import type { TargetOptions } from './target';

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
  if (!buildsPackets(profile, plan)) return;
  const { rawLines } = await import('./raw-lines');
  for (const line of await rawLines(profile, used)) out(line);
}

/** Whether a transport that builds whole packets is asked for, or needed: plain sockets leave that to the system. */
export function buildsPackets({ transport: wish, interface: name, sourceMac }: Profile, plan: KnockPlan): boolean {
  const syn = synNeed(plan);
  if (syn !== 'plain') return true;
  return wish === 'auto' ? needsLink({ wish, interface: name, sourceMac, syn }) : wish !== 'sockets';
}
