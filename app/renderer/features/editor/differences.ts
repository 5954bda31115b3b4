/** What tells two versions of a profile apart, in the words of the editor. */
import { planKnock } from '../../../domain/modes/registry';
import { say } from '../../../text/say';
import type { Profile } from '../../../domain/profile/profile';

export interface Difference {
  readonly label: string;
  readonly mine: string;
  readonly theirs: string;
}

const PARTS: readonly { readonly label: string; readonly text: (profile: Profile) => string }[] = [
  { label: 'Name', text: (profile) => profile.name },
  { label: 'Host', text: (profile) => profile.host },
  { label: 'Service port', text: (profile) => String(profile.servicePort) },
  {
    label: 'Knock',
    text: ({ mode, servicePort }) => say(planKnock(mode, { servicePort }).summary),
  },
  { label: 'SSH user', text: (profile) => profile.ssh.user ?? '' },
  {
    label: 'SSH options',
    text: (profile) => profile.ssh.options.map(({ name, value }) => `${name} ${value}`).join(', '),
  },
  { label: 'Address family', text: (profile) => profile.addressFamily },
  { label: 'Interface', text: (profile) => profile.interface ?? '' },
  { label: 'Source MAC', text: (profile) => profile.sourceMac ?? '' },
  { label: 'Tries', text: (profile) => (profile.tries === null ? '' : String(profile.tries)) },
  { label: 'Transport', text: (profile) => profile.transport },
  { label: 'Tags', text: (profile) => profile.tags.join(', ') },
  { label: 'Notes', text: (profile) => profile.notes },
];

/** The parts that are not the same, as text; an empty one says so. */
export function differences(mine: Profile, theirs: Profile): readonly Difference[] {
  const shown = (text: string): string => (text === '' ? 'none' : text);
  const parts = PARTS.map(({ label, text }) => ({
    label,
    mine: shown(text(mine)),
    theirs: shown(text(theirs)),
  })).filter((part) => part.mine !== part.theirs);
  // A summary may leave out the secret itself.
  if (sameMode(mine, theirs) || parts.some((part) => part.label === 'Knock')) return parts;
  return [...parts, { label: 'Secret of the knock', mine: 'yours', theirs: 'another one' }];
}

function sameMode(mine: Profile, theirs: Profile): boolean {
  const text = (profile: Profile): string => JSON.stringify(Object.entries(profile.mode).sort());
  return text(mine) === text(theirs);
}
