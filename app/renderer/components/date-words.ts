const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Milliseconds since 1970 as a date, such as 3 September 2026. */
export function date(unixMs: number): string {
  return DATE.format(unixMs);
}

/** Milliseconds since 1970 as a date and a time, such as 3 September 2026, 14:05. */
export function dateAndTime(unixMs: number): string {
  return `${DATE.format(unixMs)}, ${TIME.format(unixMs)}`;
}
