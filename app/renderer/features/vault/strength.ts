/** How long a passphrase would hold against someone who has the file, in words that promise no more than is known. */

/** What the estimate knows of a passphrase. */
export interface Estimate {
  /** Decimal logarithm of the guesses after which it falls. */
  readonly guessesLog10: number;
  /** Why it is weak, as a sentence; empty when nothing stands out. */
  readonly warning: string;
  /** What would make it better, the most useful first. */
  readonly suggestions: readonly string[];
}

export interface Strength {
  /** 0 is the weakest, 4 the strongest. */
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly word: string;
  readonly reason: string;
}

/**
 * Guesses a second of someone who has the file and rents computers for it. Scrypt as the vault uses it takes a processor
 * about half a second and 128 MiB for each guess, so that thousands of processors are behind this figure.
 */
const GUESSES_PER_SECOND_LOG10 = 4;

const SECOND = 1;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const LEVELS = [
  { below: HOUR, word: 'Very weak' },
  { below: 30 * DAY, word: 'Weak' },
  { below: 10 * YEAR, word: 'Fair' },
  { below: 1000 * YEAR, word: 'Good' },
  { below: Infinity, word: 'Strong' },
] as const;

const UNITS = [
  { name: 'year', seconds: YEAR },
  { name: 'day', seconds: DAY },
  { name: 'hour', seconds: HOUR },
  { name: 'minute', seconds: 60 * SECOND },
] as const;

/** A span of time in one rough figure. */
export function roughTime(seconds: number): string {
  if (seconds >= 1000 * YEAR) return 'more than a thousand years';
  for (const { name, seconds: unit } of UNITS) {
    if (seconds < unit) continue;
    const figure = Number(Math.floor(seconds / unit).toPrecision(1));
    return `about ${figure} ${name}${figure === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

export function strengthOf({ guessesLog10, warning, suggestions }: Estimate): Strength {
  const seconds = 10 ** (guessesLog10 - GUESSES_PER_SECOND_LOG10);
  const found = LEVELS.findIndex((level) => seconds < level.below);
  const level = (found === -1 ? 4 : found) as Strength['level'];
  const time = `Guessing it would take a well-equipped thief who has the file ${roughTime(seconds)}.`;
  const help = level < 3 ? [warning, suggestions[0] ?? ''].filter((text) => text !== '').map(sentence) : [];
  return { level, word: LEVELS[level].word, reason: [time, ...help].join(' ') };
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
