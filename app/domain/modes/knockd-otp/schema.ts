import { utf8ToBytes } from '@noble/hashes/utils.js';
import * as z from 'zod';
import { group, listOf, oneOf, portNumber, shown, wholeNumber } from '../../fields';
import { MAX_STEPS, stepSchema } from '../port-sequence/schema';
import { sourceAddress } from '../source-address';
import { knockCount } from './otp';
import { leastPeriodSeconds } from './period';
import { MAX_SEQUENCES, parseSequenceList } from './sequence-list';
import type { ListProblem } from './sequence-list';

/** The fork keeps a seed in 32 bytes with the zero at its end, and ends at a longer one (docs/knock-modes.md §3). */
export const MAX_SEED_BYTES = 31;
/** The highest port that leaves room for the greatest byte. */
const MAX_BASE_PORT = 65_535 - 255;

/** Bytes in UTF-8; half a surrogate pair counts as what stands in its place. */
export function seedLength(seed: string): number {
  return utf8ToBytes(seed).length;
}

/** What is wrong with a seed, in words that do not show it; null: nothing. */
function seedFault(input: unknown): string | null {
  if (typeof input !== 'string') return 'it is missing';
  if (input === '') return 'it is empty';
  if (/^\s|\s$/u.test(input)) return 'it has blanks at an end, which the server leaves out';
  if (input.includes(',')) return 'it has a comma, where the server ends it';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(input)) return 'it has characters that no file’s line can hold';
  const length = seedLength(input);
  return length > MAX_SEED_BYTES ? `this takes ${length} bytes` : null;
}

const seedError = ({ input }: { readonly input?: unknown }): string =>
  `Seed must be text of 1 to ${MAX_SEED_BYTES} bytes without a comma; ${seedFault(input) ?? 'this is none'}.`;

const fromSeed = group('Ports', {
  from: z.literal('seed'),
  seed: z.string({ error: seedError }).refine((seed) => seedFault(seed) === null, { error: seedError }),
  /** How long the same ports are right, in seconds. */
  periodSeconds: wholeNumber('Period', 1, 86_400, 'seconds'),
  /** The fork counts on from 0 beyond 65535; a server that is meant so is hard to tell from a slip. */
  basePort: portNumber('Base port').refine((port) => port <= MAX_BASE_PORT, {
    error: ({ input }) =>
      `Base port must be ${MAX_BASE_PORT} at most, for the ports reach up to 255 above it and there is none over 65535; this is ${shown(input)}.`,
  }),
  /** Twice as many knocks; the second half depends on the client's address, so that another computer cannot repeat it. */
  ipProtection: z.boolean({ error: ({ input }) => `IP protection must be true or false; this is ${shown(input)}.` }),
  /** One for each knock. */
  protocols: listOf('Protocols', oneOf('Protocol', ['tcp', 'udp']), 1, MAX_STEPS),
  /** Used with IP protection only. */
  source: sourceAddress(4),
});

const PROBLEM_WORDS: Readonly<Record<ListProblem['kind'], (found: string) => string>> = {
  port: (found) => `a knock must be a port from 1 to 65535, perhaps with :tcp or :udp; this is ${shown(found)}`,
  protocol: (found) => `a protocol must be tcp or udp; this is ${shown(found)}`,
  'too-many': () => `a sequence has at most ${MAX_STEPS} knocks`,
  length: (found) => `all sequences must have as many knocks as the first; these are ${found}`,
  'too-long': () => `a list has at most ${MAX_SEQUENCES} sequences`,
};

/** A list comes as a list, or as the text that could not be read as one. */
const listError = ({ input }: { readonly input?: unknown }): string => {
  if (typeof input === 'string') {
    const list = parseSequenceList(input);
    const problem = list.ok ? undefined : list.problems[0];
    if (problem !== undefined)
      return `Sequences, line ${problem.line}, column ${problem.column}: ${PROBLEM_WORDS[problem.kind](problem.found)}.`;
  }
  const found = !Array.isArray(input)
    ? `this is ${shown(input)}`
    : input.length === 0
      ? 'there is none'
      : `these are ${input.length}`;
  return `Sequences must be 1 to ${MAX_SEQUENCES} that are not used up, one a line; ${found}.`;
};

const fromList = group('Ports', {
  from: z.literal('list'),
  /** Each is used once. Which ones are used up is not kept here. */
  sequences: z
    .array(listOf('Sequence', stepSchema, 1, MAX_STEPS), { error: listError })
    .min(1, { error: listError })
    .max(MAX_SEQUENCES, { error: listError })
    .superRefine((sequences, context) => {
      const length = sequences[0]?.length ?? 0;
      const ragged = sequences.findIndex((steps) => steps.length !== length);
      // knockd takes a longer next line for the end of this one: one knock more would open the door (docs/knock-modes.md §2).
      if (ragged > 0)
        context.addIssue({
          code: 'custom',
          path: [ragged],
          message: `Sequence ${ragged + 1} has ${sequences[ragged]?.length ?? 0} knocks, where the first has ${length}: all must have as many.`,
        });
    }),
});

const fields = group('Mode', {
  kind: z.literal('knockd-otp'),
  ports: z.discriminatedUnion('from', [fromSeed, fromList], {
    error: ({ input }) => {
      const from = typeof input === 'object' && input !== null && 'from' in input ? input.from : input;
      return `Ports must come from one of seed, list; these come from ${shown(from)}.`;
    },
  }),
  /** Time from one knock to the next in milliseconds. */
  delayMs: wholeNumber('Delay', 0, 60_000, 'milliseconds'),
});

/** knockd's one-time ports, and its lists of one-time sequences (docs/knock-modes.md §2 and §3). */
export const knockdOtpSchema = fields.superRefine(({ ports, delayMs }, context) => {
  if (ports.from !== 'seed') return;
  const takesMs = (knockCount(ports) - 1) * delayMs;
  const least = leastPeriodSeconds(takesMs);
  if (ports.periodSeconds < least)
    context.addIssue({
      code: 'custom',
      path: ['ports', 'periodSeconds'],
      message: `Period must be ${least} seconds at least, for the knocks take ${takesMs} ms and the clocks differ; this is ${ports.periodSeconds}.`,
    });
});

export type KnockdOtp = z.infer<typeof knockdOtpSchema>;
export type SeedPorts = Extract<KnockdOtp['ports'], { from: 'seed' }>;
export type ListPorts = Extract<KnockdOtp['ports'], { from: 'list' }>;
