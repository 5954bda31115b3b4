import * as z from 'zod';
import { group, matching, oneOf, portNumber, wholeNumber } from '../../fields';

const MIN_WINDOW_MS = 200;
const MAX_WINDOW_MS = 60_000;

/** The secret of Open Sesamy's counting rule (docs/knock-modes.md §1). */
export const countWindowSchema = group('Mode', {
  kind: z.literal('count-window'),
  /** One digit a burst: how many knocks fall into that window. The original has four. */
  sequence: matching('Sequence', /^[1-9]{2,8}$/, '2 to 8 digits, each from 1 to 9'),
  /** Length of one window in milliseconds. The server's rule counts whole seconds. */
  windowMs: wholeNumber('Window', MIN_WINDOW_MS, MAX_WINDOW_MS, 'milliseconds'),
  /** Where the knocks go; null: to the service port. */
  knockPort: portNumber('Knock port').nullable(),
  protocol: oneOf('Protocol', ['tcp', 'udp']),
});

export type CountWindow = z.infer<typeof countWindowSchema>;

/** Knocks in each burst, in order. */
export function burstsOf(sequence: string): readonly number[] {
  return Array.from(sequence, Number);
}
