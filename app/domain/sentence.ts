import * as z from 'zod';
import type { Sentence, Text } from '../text/text';

const word = z.union([z.string().max(4000), z.number(), z.boolean(), z.null()]);
const value = z.lazy(() => z.union([word, textSchema, z.array(z.union([word, textSchema])).max(200)]));

/**
 * Text for people as it crosses processes. Only the shape is checked: whether the id is known, and whether the values fit it, shows
 * when it is said, and does no harm.
 */
export const textSchema: z.ZodType<Text> = z.strictObject({
  id: z.string().max(100),
  values: z.record(z.string().max(40), value),
}) as unknown as z.ZodType<Text>;

export const sentenceSchema: z.ZodType<Sentence> = z.union([z.string(), textSchema]);
