import { printDryRun } from './dry-run';
import { knockProfile, runKnock } from './knock-profile';
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
  return runKnock((knockOptions) => savedKnock(request, options, knockOptions), options);
}
