import { expect, test } from 'vitest';
import { loadEstimator } from './estimator';
import { roughTime, strengthOf } from './strength';

const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

test.each([
  [0, 'less than a minute'],
  [59, 'less than a minute'],
  [60, 'about 1 minute'],
  [2.9 * HOUR, 'about 2 hours'],
  [29 * DAY, 'about 30 days'],
  [364 * DAY, 'about 400 days'],
  [1.9 * YEAR, 'about 1 year'],
  [870 * YEAR, 'about 900 years'],
  [1e30, 'more than a thousand years'],
])('%d seconds are %s', (seconds, words) => {
  expect(roughTime(seconds)).toBe(words);
});

test.each([
  [3, 'Very weak'],
  [8, 'Weak'],
  [11, 'Fair'],
  [13, 'Good'],
  [20, 'Strong'],
])('10^%d guesses are %s', (guessesLog10, word) => {
  expect(strengthOf({ guessesLog10, warning: '', suggestions: [] }).word).toBe(word);
});

test('a weak one has its reason and the first help, a good one only the time', () => {
  const words = { warning: 'This is a common word', suggestions: ['Add more words.', 'Be brave.'] };
  expect(strengthOf({ guessesLog10: 3, ...words }).reason).toBe(
    'Guessing it would take a well-equipped thief who has the file less than a minute. This is a common word. Add more words.',
  );
  expect(strengthOf({ guessesLog10: 13, ...words }).reason).not.toContain('common');
});

test('the estimator tells a common password from random words, however long the text', async () => {
  const estimate = await loadEstimator();
  expect(strengthOf(estimate('password1')).level).toBe(0);
  expect(estimate('password1').warning).not.toBe('');
  expect(strengthOf(estimate('quartz lantern obey mistral fjord')).level).toBe(4);
  // Judged by its beginning: the time that the estimate takes grows fast with the length.
  expect(estimate('aB3'.repeat(340))).toEqual(estimate('aB3'.repeat(30)));
});
