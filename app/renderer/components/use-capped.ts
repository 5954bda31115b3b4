import { useState } from 'react';

const STEP = 200;

interface Capped<Item> {
  readonly shown: readonly Item[];
  /** How many are left out. */
  readonly rest: number;
  readonly showMore: () => void;
}

/** The beginning of a list that may be very long: nobody reads ten thousand rows, and drawing them takes seconds. */
export function useCapped<Item>(items: readonly Item[]): Capped<Item> {
  const [cap, setCap] = useState(STEP);
  return {
    shown: items.slice(0, cap),
    rest: Math.max(0, items.length - cap),
    showMore: () => {
      setCap(cap + STEP);
    },
  };
}
