/**
 * When connections are attempted where looking is free (`verify: 'free'`). A server runs a command before its door is open, and
 * drops what comes too early; the kernel would repeat such a SYN only after a second. So several attempts follow one another at
 * growing distances, each a socket of its own, and the first that is established wins.
 */

/** Milliseconds after the first attempt; beyond the last, each {@link LATER_EVERY_MS}. The first is {@link FIRST_LOOK_MS} after the knock. */
const ATTEMPTS_MS = [0, 25, 55, 280, 980, 1980, 3980] as const;
const LATER_EVERY_MS = 4000;
/** How long after the last knock the first attempt leaves: what a firewall command takes at least, in milliseconds. */
export const FIRST_LOOK_MS = 20;

/** When attempt `number`, from 1, leaves: milliseconds from the first. */
export function attemptAtMs(number: number): number {
  const known = ATTEMPTS_MS[number - 1];
  return known ?? (ATTEMPTS_MS.at(-1) ?? 0) + (number - ATTEMPTS_MS.length) * LATER_EVERY_MS;
}

/** How many attempts of a race lie within its first second. */
const EARLY = 5;

/**
 * How many attempts of a race are left out at its beginning where only so many SYNs may leave: the few that there are then come when a
 * slow server has had its time too.
 */
export function leftOut(syns: number): number {
  return Math.min(EARLY - 1, Math.max(0, EARLY - syns));
}

/** At most so many attempts wait for an answer at the same time. */
export const MAX_UNDER_WAY = 6;

/**
 * How long attempt `number`, from 1, waits, in milliseconds. Linux repeats a SYN after 1, 3 and 7 s (RFC 6298 §2.1): an attempt that
 * a fresh one follows soon is given up before its first repetition, so that the number of SYNs stays what was planned. Later ones
 * wait past it, for paths that take longer than a second.
 */
export function attemptLifeMs(number: number): number {
  return number < ATTEMPTS_MS.length ? 950 : 2900;
}

/** When Linux first repeats a SYN, in milliseconds (RFC 6298 §2.1). */
export const REPEATED_MS = 1000;

/** How many SYNs attempt `number`, from 1, comes to: its own, and the repetition that it lives to see. */
export function synsOf(number: number): 1 | 2 {
  return attemptLifeMs(number) > REPEATED_MS ? 2 : 1;
}

/** Within {@link BUDGET_MS} at most so many SYNs go to one host's service port: more gets people banned. */
export const SYN_BUDGET = 8;
export const BUDGET_MS = 10_000;
