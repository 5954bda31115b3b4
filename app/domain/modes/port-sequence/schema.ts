import * as z from 'zod';
import { group, listOf, oneOf, portNumber, wholeNumber } from '../../fields';

/** knockd 0.8 reads at most 32 ports in one sequence (docs/knock-modes.md §2). */
export const MAX_STEPS = 32;

/** One knock: which port, and with which protocol. */
export const stepSchema = group('Step', { port: portNumber('Port'), protocol: oneOf('Protocol', ['tcp', 'udp']) });

export type SequenceStep = z.infer<typeof stepSchema>;

/** A sequence of ports, as knockd expects it (docs/knock-modes.md §2). */
export const portSequenceSchema = group('Mode', {
  kind: z.literal('port-sequence'),
  steps: listOf('Steps', stepSchema, 1, MAX_STEPS),
  /** Time from one knock to the next in milliseconds. */
  delayMs: wholeNumber('Delay', 0, 60_000, 'milliseconds'),
  /** Sent when the session ends, to shut the door again; null: nothing is sent. */
  closing: listOf('Closing steps', stepSchema, 1, MAX_STEPS).nullable(),
});

export type PortSequence = z.infer<typeof portSequenceSchema>;
