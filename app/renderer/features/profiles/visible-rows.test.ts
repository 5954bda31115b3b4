import { expect, test } from 'vitest';
import { visibleRows } from './visible-rows';

const rows = { count: 10_000, rowHeight: 50, offset: 30, total: 500_100 };

test.each<[string, number, readonly [number, number]]>([
  ['at the top', 0, [0, 13]],
  ['in the middle', 250_030, [4997, 5013]],
  ['at the end', 499_600, [9988, 10_000]],
  ['scrolled to where nothing is', 9_000_000, [9988, 10_000]],
])('%s', (_, top, expected) => {
  expect(visibleRows({ top, height: 500 }, rows)).toEqual(expected);
});

test('a list that became shorter while scrolled far down shows its end', () => {
  expect(visibleRows({ top: 250_000, height: 500 }, { ...rows, count: 2, total: 200 })).toEqual([0, 2]);
});

test('no rows are no rows', () => {
  expect(visibleRows({ top: 0, height: 500 }, { ...rows, count: 0, total: 100 })).toEqual([0, 0]);
});
