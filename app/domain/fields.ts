/** Building blocks of the schemas: each one's message names the field and says what is allowed. */
import * as z from 'zod';

// Every schema is built on this file, so this comes before the first of them: zod would otherwise try `new Function`,
// which the window's content security policy refuses and reports.
z.config({ jitless: true });

/** One thing wrong with an input. `field` is a path such as `mode.windowMs`, empty for the input as a whole. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const SHOWN_LENGTH = 40;
const MAX_PROBLEMS = 20;

/**
 * A value as an error message may show it: short, on one line, and never long enough to hide the message. What a
 * terminal or a text direction could act on is escaped. Never throws.
 */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = json(value).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return text.length > SHOWN_LENGTH
    ? `${Array.from(text.slice(0, 2 * SHOWN_LENGTH))
        .slice(0, SHOWN_LENGTH - 1)
        .join('')}…`
    : text;
}

function json(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * SHOWN_LENGTH));
  // JSON has no NaN, no infinities and no big integers.
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    // Undefined for functions and symbols, whatever the declared type says.
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : typeof value;
  } catch {
    return typeof value;
  }
}

/** The rule that a field follows, said with the value that broke it. */
function broken(label: string, allowed: string) {
  return (issue: { readonly input?: unknown }): string => {
    const value = shown(issue.input);
    return `${label} must be ${allowed}; ${value === 'missing' ? 'it is missing' : value === '""' ? 'it is empty' : `this is ${value}`}.`;
  };
}

/** A message of the rules in this file without the value that broke the rule: for a value that nobody is to see. */
export function withoutValue(message: string): string {
  return message.replace(/; this is .*$/s, '.');
}

/** A whole number in a closed range. */
export function wholeNumber(label: string, min: number, max: number, unit = '') {
  const error = broken(label, `a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function portNumber(label: string) {
  return wholeNumber(label, 1, 65535);
}

export function oneOf<const T extends readonly [string, ...string[]]>(label: string, values: T) {
  return z.enum(values, { error: broken(label, `one of ${values.join(', ')}`) });
}

/** Text that a pattern accepts, on one line. */
export function matching(label: string, pattern: RegExp, allowed: string) {
  const error = broken(label, allowed);
  return z.string({ error }).regex(pattern, { error });
}

/** Free text of a bounded length; control characters are refused (but for line breaks and tabs where `lines` is set). */
export function freeText(
  label: string,
  maxLength: number,
  options: { readonly lines?: boolean; readonly minLength?: number } = {},
) {
  const least = options.minLength ?? 0;
  const error = broken(
    label,
    `text of ${least} to ${maxLength} characters${options.lines === true ? '' : ' on one line'} without control characters`,
  );
  const pattern = options.lines === true ? /^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u : /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
  return z.string({ error }).min(least, { error }).max(maxLength, { error }).regex(pattern, { error });
}

export function listOf<T extends z.ZodType>(label: string, item: T, min: number, max: number) {
  const error = broken(label, `a list of ${min} to ${max} entries`);
  return z.array(item, { error }).min(min, { error }).max(max, { error });
}

/** An object with these fields and no others. */
export function group<T extends z.ZodRawShape>(label: string, shape: T) {
  return z.strictObject(shape, { error: broken(label, `an object with the fields ${Object.keys(shape).join(', ')}`) });
}

/** Runs a schema over outside data. Never throws; each problem names its field, one a field, and there are at most 20. */
export function check<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const problems = new Map<string, FieldProblem>();
  for (const issue of result.error.issues) {
    const path = issue.path.map(String);
    const found =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            field: [...path, key].join('.').slice(0, 200),
            message: `Unknown field ${shown(key)}.`,
          }))
        : [{ field: path.join('.'), message: issue.message }];
    for (const problem of found) {
      // The first rule that a field breaks says enough, and a hostile input can break rules a million times.
      if (problems.size < MAX_PROBLEMS && !problems.has(problem.field)) problems.set(problem.field, problem);
    }
  }
  return { ok: false, problems: [...problems.values()] };
}
