import { expect, test } from 'vitest';
import { errorInfo } from '../../../domain/errors';
import type { ImportItem } from '../../../shared/contract';
import { unticked, usableIndexes, withRefused } from './import-selection';

const error = errorInfo('bad-input', 'Line 3, column 1: no.');
const profile = { kind: 'profile', name: 'a', host: 'a', servicePort: 22, outline: '', remarks: [] } as const;
const items: readonly ImportItem[] = [
  { index: 0, file: 'a.txt', content: profile },
  { index: 1, file: 'b.txt', content: { kind: 'unusable', error } },
  { index: 2, file: 'c.bundle', content: { kind: 'sealed-bundle' } },
  { index: 3, file: 'd.txt', content: profile },
];

test('only whole profiles can be ticked', () => {
  expect(usableIndexes(items)).toEqual([0, 3]);
});

test('what was unticked stays so when a bundle before it grows into its profiles', () => {
  expect([...unticked(new Set([0, 3]), 2, 4)]).toEqual([0, 7]);
  expect([...unticked(new Set([0, 3]), 2, -1)]).toEqual([0, 2]);
});

test('files that could not be read are counted once, whoever tells of them', () => {
  const importing = { preview: { previewId: 'p', items }, refused: [{ file: 'huge.bin', error }] };
  const imported = [{ file: 'a.txt', id: '1', name: 'a', remarks: [] }];
  expect(withRefused({ imported, failed: [] }, importing).failed.map(({ file }) => file)).toEqual([
    'b.txt',
    'huge.bin',
  ]);
  const told = { imported, failed: [{ file: 'b.txt', error }] };
  expect(withRefused(told, importing).failed.map(({ file }) => file)).toEqual(['b.txt', 'huge.bin']);
});
