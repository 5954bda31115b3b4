/** The longest name that a profile may have. */
export const MAX_NAME = 80;

/** For how many numbers behind it a long name is the same name when numbers are looked for. */
const LONGEST_NUMBER = ' 99999'.length;

/**
 * Finds names that nobody has: the name itself, or the name with the first number that makes it free, cut where it
 * would be too long. Each name that it gives is taken from then on. `ending` comes before the number, as in "home copy 2".
 */
export function freeNames(taken: Iterable<string>): (name: string, ending?: string) => string {
  const names = new Set(taken);
  // Ten thousand profiles of one name are numbered one after the other, and not each of them from 2 on.
  const nextNumbers = new Map<string, number>();
  return (name, ending = '') => {
    let free = within(name, ending);
    const numbered = free.slice(0, MAX_NAME - LONGEST_NUMBER);
    let number = nextNumbers.get(numbered) ?? 2;
    while (names.has(free)) free = within(name, `${ending} ${number++}`);
    nextNumbers.set(numbered, number);
    names.add(free);
    return free;
  };
}

/** As much of the name as there is room for before the ending, without half of a character. */
function within(name: string, ending: string): string {
  return name.slice(0, MAX_NAME - ending.length).replace(/[\uD800-\uDBFF]$/, '') + ending;
}
