import { SesamyError } from '../domain/errors';
import { modeDefinition, planKnock } from '../domain/modes/registry';
import { out } from './print';
import { profileFromFile } from './settings-profile';

/** `sesamy import`. Returns the exit code. */
export async function importVerb(
  file: string,
  options: { readonly dryRun?: boolean; readonly reveal?: boolean },
): Promise<number> {
  const { profile, remarks } = await profileFromFile(file, 'tcp');
  if (options.dryRun !== true)
    throw new SesamyError(
      'bad-input',
      'This version keeps no profiles on disk, so there is nothing to import into. Add --dry-run to read the file.',
    );
  out(`host          ${profile.host}`);
  out(`service port  ${profile.servicePort}`);
  const { summary } = planKnock(profile.mode, { servicePort: profile.servicePort });
  out(
    `knock         ${options.reveal === true ? summary : `${modeDefinition(profile.mode.kind).outline(profile.mode)} (--reveal shows it)`}`,
  );
  out(`interface     ${profile.interface ?? 'automatic'}`);
  out(`source MAC    ${profile.sourceMac ?? 'automatic'}`);
  for (const remark of remarks) out(`note: ${remark}`);
  return 0;
}
