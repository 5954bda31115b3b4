import { expect, test } from 'vitest';
import { lockChoices, minutesOf } from './lock-choices';

test('five choices, and the time that is set when it is another', () => {
  expect(lockChoices(15).map(({ label }) => label)).toEqual(['Never', '1 minute', '5 minutes', '15 minutes', '1 hour']);
  expect(lockChoices(30).map(({ id }) => id)).toEqual(['never', '1', '5', '15', '30', '60']);
  expect(lockChoices(null)).toHaveLength(5);
});

test('a choice is a number of minutes or none', () => {
  expect(minutesOf('never')).toBeNull();
  expect(minutesOf('60')).toBe(60);
});
