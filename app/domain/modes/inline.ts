/** How a mode's settings are given inline on a command line. Each mode brings its own options. */

/** One option of the command line that belongs to a mode. */
export interface InlineOption {
  /** The option with its value, for example `--window <ms>`. */
  readonly flags: string;
  readonly description: string;
  /** The field of the mode's settings that it sets. */
  readonly field: string;
  /** Its value is a secret: the command line takes it from a file too, as `--NAME-file`. */
  readonly secret?: true;
}

/** What was typed, by field; an option that was not given is missing. */
export type InlineValues = Readonly<Record<string, string | undefined>>;

export interface InlineForm<Settings> {
  readonly options: readonly InlineOption[];
  /** Settings from what was typed. Not checked: the mode's schema does that, and its messages show what was typed. */
  read(values: InlineValues): Readonly<Record<string, unknown>>;
  /** The words that give these settings: the other way round. */
  write(settings: Settings): readonly string[];
}

/**
 * A number as it was typed, on a command line or in a field: a number where it is one, undefined where nothing was typed.
 * What is no whole number stays text, so that the schema can show it in its message.
 */
export function typedNumber(text: string | undefined): number | string | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined || trimmed === '') return undefined;
  return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : text;
}

/** `on` or `off` as it was typed. What is neither stays as it was typed, so that the schema can show it. */
export function onOff(text: string): boolean | string {
  return text === 'on' ? true : text === 'off' ? false : text;
}
