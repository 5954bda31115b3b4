import * as z from 'zod';
import { matching, oneOf, wholeNumber } from './fields';

/** A way into the encrypted profiles, as far as it may be known without a key. */
export const keySlotSchema = z.strictObject({
  id: matching('Slot id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in lower case'),
  kind: oneOf('Kind of slot', ['passphrase', 'device']),
  /** For a device slot: the keyring that sealed it, such as `gnome_libsecret`; null for a passphrase. */
  backend: z.string().nullable(),
  /** When the slot was made, in milliseconds since 1970. */
  createdUnixMs: wholeNumber('Creation time', 0, Number.MAX_SAFE_INTEGER, 'milliseconds'),
});

export type KeySlot = Readonly<z.infer<typeof keySlotSchema>>;
