import * as z from 'zod';
import { sentenceSchema } from '../sentence';
import { knockPlanSchema } from './knock-plan';
import { addressFamilySchema } from './knock-event';
import { transportNeedsSchema } from './transport';

/** What to look at when a knock of one kind fails in one way. */
export const adviceSchema = z.strictObject({
  steps: z.array(sentenceSchema).readonly(),
  /** The profile's field that is the likeliest cause, such as `mode.steps`. */
  field: z.string().exactOptional(),
});
export type Advice = Readonly<z.infer<typeof adviceSchema>>;

/**
 * A knock that is ready to run: it needs the profile no more. Plain data, so that one process may hand it to another; its plan
 * awaits nothing, or nothing but the first bytes of the session, which only the process that carries the session can know.
 */
export const preparedKnockSchema = z.strictObject({
  host: z.string(),
  address: z.string(),
  family: addressFamilySchema,
  /** The address of this computer that packets come from. */
  source: z.string(),
  /** Whether sockets bind to it; otherwise the routing table chooses anew, which comes to the same. */
  bindSource: z.boolean(),
  /** What the transport is chosen by, where and when the knock is run. An interface is named, not numbered. */
  needs: transportNeedsSchema,
  plan: knockPlanSchema,
  /** The mode's own advice, by error code. */
  advice: z.record(z.string(), adviceSchema),
  /** How many tries there may be in all, this one among them. */
  tries: z.int().min(1).max(10),
  /** How long the name service took, in milliseconds. */
  resolvedInMs: z.number(),
});
export type PreparedKnock = Readonly<z.infer<typeof preparedKnockSchema>>;
