/** Building blocks of the schemas: each one's message names the field and says what is allowed. */
import * as z from 'zod';

/** One thing wrong with an input. `field` is a path such as `mode.windowMs`, empty for the input as a whole. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** A value as an error message may show it: short, on one line, and never long enough to hide the message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The rule that a field follows, said with the value that broke it. */
function broken(label: string, allowed: string) {
  return (issue: { readonly input?: unknown }): string => {
    const value = shown(issue.input);
    return `${label} must be ${allowed}; ${value === 'missing' ? 'it is missing' : `this is ${value}`}.`;
  };
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
export function freeText(label: string, maxLength: number, options: { readonly lines?: boolean; readonly minLength?: number } = {}) {
  const least = options.minLength ?? 0;
  const error = broken(
    label,
    `text of ${least} to ${maxLength} characters${options.lines === true ? '' : ' on one line'} without control characters`,
  );
  // eslint-disable-next-line no-control-regex -- control characters are what this pattern is about
  const pattern = options.lines === true ? /^[^\u0000-\u0008\u000b-\u001f\u007f]*$/u : /^[^\u0000-\u001f\u007f\u2028\u2029]*$/u;
  return z.string({ error }).min(least, { error }).max(maxLength, { error }).regex(pattern, { error });
}

export function listOf<T extends z.ZodType>(label: string, item: T, min: number, max: number) {
  const error = broken(label, `a list of ${min} to ${max} entries`);
  return z.array(item, { error }).min(min, { error }).max(max, { error });
}

/** Runs a schema over outside data. Never throws; each problem names its field. */
export function check<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.map((issue): FieldProblem => {
    const field = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return { field: [field, issue.keys[0]].filter(Boolean).join('.'), message: `Unknown field ${issue.keys.map(shown).join(', ')}.` };
    return { field, message: issue.message };
  });
  return { ok: false, problems };
}
