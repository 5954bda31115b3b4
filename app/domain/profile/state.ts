/** What the use of a profile has changed, beside its settings: kept by the vault, never part of a bundle. */
import type * as z from 'zod';
import { group, wholeNumber } from '../fields';

export const profileStateSchema = group('State', {
  /** How many of the profile's one-time secrets are used up, from the first on. */
  used: wholeNumber('Used-up secrets', 0, Number.MAX_SAFE_INTEGER),
});

/** A profile without state has used up nothing. */
export type ProfileState = Readonly<z.infer<typeof profileStateSchema>>;
