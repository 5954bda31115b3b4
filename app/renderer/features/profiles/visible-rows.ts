/** Which rows of a long list are worth having in the page. */

export interface Scrolled {
  /** How far the list is scrolled, in pixels. */
  readonly top: number;
  /** The height of the part that is seen, in pixels. */
  readonly height: number;
}

export interface Rows {
  readonly count: number;
  /** The height of each, in pixels. */
  readonly rowHeight: number;
  /** Where the first begins, in pixels from the top of the list. */
  readonly offset: number;
  /** The height of the whole list, in pixels. */
  readonly total: number;
}

/** Rows beyond either edge, so that scrolling does not show a gap before the next frame fills it. Few: each
 * costs at every keystroke of the search. */
const SPARE = 3;

/** The first row and the one after the last. */
export function visibleRows(
  { top, height }: Scrolled,
  { count, rowHeight, offset, total }: Rows,
): readonly [number, number] {
  // A list that has just become shorter is still scrolled to where nothing is, until the browser has noticed.
  const begin = Math.min(top, Math.max(0, total - height)) - offset;
  const first = Math.floor(begin / rowHeight) - SPARE;
  const end = Math.ceil((begin + height) / rowHeight) + SPARE;
  return [Math.min(count, Math.max(0, first)), Math.max(0, Math.min(count, end))];
}
