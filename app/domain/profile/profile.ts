/** A knock profile: everything that is needed to open one door, and to start SSH on it. */
import * as z from 'zod';
import { check, freeText, group, listOf, matching, oneOf, portNumber, shown, wholeNumber } from '../fields';
import type { Checked } from '../fields';
import { modeSchema } from '../modes/registry';
import { TRANSPORT_NAMES } from '../plan/transport-names';
import { hostSchema } from './host';
import { sshOptionSchema, sshUserSchema } from './ssh';

export const PROFILE_VERSION = 1;

/** The one form of a MAC address that profiles hold; see {@link normaliseMac}. */
export const MAC_PATTERN = /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/;

export const profileSchema = group('Profile', {
  version: z.literal(PROFILE_VERSION, {
    error: (issue) => `Profile version must be ${PROFILE_VERSION}; this is ${shown(issue.input)}.`,
  }),
  id: matching('Id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in lower case'),
  name: freeText('Name', 80, { minLength: 1 }),
  host: hostSchema,
  /** Which addresses of the host may be used. */
  addressFamily: oneOf('Address family', ['auto', '4', '6']),
  /** The port that the knock opens. */
  servicePort: portNumber('Service port'),
  /** An interface's name, or its number in the list of interfaces as knocksettings.txt has it; null: the routing table chooses. */
  interface: matching(
    'Interface',
    // Windows names interfaces in the user's language, for example "Local Area Connection* 1" or "イーサネット".
    /^(?!-)[\p{L}\p{M}\p{N} _.{}()#:@*&+'/-]{1,64}$/u,
    "the name or the number of a network interface (1 to 64 letters, digits, spaces and _.{}()#:@*&+'/-, no hyphen first)",
  ).nullable(),
  /** Source MAC of link-level knocks; null: the interface's own. */
  sourceMac: matching(
    'Source MAC',
    MAC_PATTERN,
    'six pairs of hex digits in capitals with colons between, such as 00:0E:35:0E:77:B0',
  ).nullable(),
  /** How the knock leaves this computer. Absent in profiles that are older than the choice. */
  transport: oneOf('Transport', ['auto', ...TRANSPORT_NAMES]).default('auto'),
  /** How often a knock is tried at most; null: as often as its mode advises; 1: never again. Absent in profiles that are older. */
  tries: wholeNumber('Tries', 1, 10).nullable().default(null),
  notes: freeText('Notes', 10_000, { lines: true }),
  tags: listOf('Tags', freeText('Tag', 40, { minLength: 1 }), 0, 20),
  ssh: group('SSH', {
    user: sshUserSchema.nullable(),
    options: listOf('SSH options', sshOptionSchema, 0, 20),
  }),
  mode: modeSchema,
});

export type Profile = z.infer<typeof profileSchema>;

/** Checks outside data. Every problem names its field and what is allowed there. */
export function parseProfile(input: unknown): Checked<Profile> {
  return check(profileSchema, input);
}

/** What a new profile starts with, but for what only the person knows. */
export function newProfile(id: string, values: Pick<Profile, 'name' | 'host' | 'mode'> & Partial<Profile>): Profile {
  return {
    version: PROFILE_VERSION,
    addressFamily: 'auto',
    servicePort: 22,
    interface: null,
    sourceMac: null,
    transport: 'auto',
    tries: null,
    notes: '',
    tags: [],
    ssh: { user: null, options: [] },
    ...values,
    id,
  };
}

/** A MAC address in the one form that profiles hold, from the forms that people write (00-0e-35-…, 00:0e:35:…). */
export function normaliseMac(text: string): string {
  return text.trim().replaceAll('-', ':').toUpperCase();
}
