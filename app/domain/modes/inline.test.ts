import { expect, it } from 'vitest';
import { typedNumber } from './inline';

it.each([
  ['22', 22],
  [' 022 ', 22],
  ['-5', -5],
  ['', undefined],
  [' ', undefined],
  [undefined, undefined],
  ['2.5', '2.5'],
  ['1e3', '1e3'],
  ['0x16', '0x16'],
  ['9'.repeat(16), '9'.repeat(16)],
  [' x', ' x'],
])('what was typed as %j is read as %j', (text, value) => {
  expect(typedNumber(text)).toBe(value);
});
