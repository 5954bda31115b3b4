/** How a command line names a saved profile. The window's agent and the command line itself read names alike. */
import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import { parseProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';

/**
 * The profile with exactly this name, or this id.
 * @throws SesamyError `unknown-target`; `bad-input` that lists the ids when several have the name
 */
export function findProfile(profiles: Iterable<Profile>, name: string): Profile {
  const found: Profile[] = [];
  for (const profile of profiles) {
    if (profile.id === name) return profile;
    if (profile.name === name) found.push(profile);
  }
  const [first, ...others] = found;
  if (first === undefined)
    throw new SesamyError('unknown-target', `No saved profile is called ${shown(name)}.`, {
      steps: ['Check the name: sesamy list shows all of them. Capitals count.'],
    });
  if (others.length === 0) return first;
  throw new SesamyError(
    'bad-input',
    [
      `${found.length} profiles are called ${shown(name)}. Give the id instead:`,
      ...found.map((profile) => `${profile.id}  ${profile.host} port ${profile.servicePort}`),
    ].join('\n'),
  );
}

/**
 * A profile with SSH's own host and port in place of its own; null leaves what is there.
 * @throws SesamyError `bad-input`
 */
export function retargeted(profile: Profile, host: string | null, port: number | string | null): Profile {
  const checked = parseProfile({
    ...profile,
    host: host ?? profile.host,
    servicePort: port ?? profile.servicePort,
  });
  if (checked.ok) return checked.value;
  throw new SesamyError('bad-input', checked.problems.map((problem) => problem.message).join('\n'));
}
