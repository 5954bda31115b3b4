/** Numbers and lists as people read them. */

/** `count(1, 'SYN')` is "1 SYN"; `count(3, 'burst')` is "3 bursts". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Milliseconds as a person would say them: under 1 ms, 200 ms, 3 s, 9.38 s. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 0.5) return 'under 1 ms';
  // Rounded first, so that 999.6 ms is 1 s and not 1000 ms.
  if (Math.abs(Math.round(ms)) < 1000) return `${Math.round(ms)} ms`;
  return `${String(Number((ms / 1000).toFixed(2)))} s`;
}

export function protocolName(protocol: 'tcp' | 'udp'): string {
  return protocol === 'tcp' ? 'TCP SYN' : 'UDP';
}

/** Alternatives as a person lists them: "a, b or c". */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** As in the middle of a sentence. */
export function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/** A moment of today as a person reads it from a clock, with seconds, in this computer's own time zone. */
export function clockTime(unixMs: number): string {
  return new Date(unixMs).toTimeString().slice(0, 8);
}
