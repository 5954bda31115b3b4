import fc from 'fast-check';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { check, freeText, group, shown, wholeNumber, withoutValue } from './fields';

describe('shown', () => {
  it.each<readonly [unknown, string]>([
    [undefined, 'missing'],
    [null, 'null'],
    ['', '""'],
    ['missing', '"missing"'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [10n, '10'],
    [[1, 'a'], '[1,"a"]'],
    [() => 1, 'function'],
    [Symbol('a'), 'symbol'],
    ['a\nb\u001b[0m', '"a\\nb\\u001b[0m"'],
    ['\u009b31m\u202e\u2028', '"\\u009b31m\\u202e\\u2028"'],
    ['\ud800', '"\\ud800"'],
    ['x'.repeat(100), `"${'x'.repeat(38)}…`],
  ])('%#', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it('shows objects that JSON cannot hold by their type', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    expect(shown(circular)).toBe('object');
  });

  it('is short, on one line, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true }), fc.string({ unit: 'binary' })), (value) => {
        const text = shown(value);
        expect(Array.from(text).length).toBeLessThanOrEqual(40);
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 300 },
    );
  });
});

describe('freeText', () => {
  const accepts = (text: string, lines: boolean) => freeText('A', 10, { lines }).safeParse(text).success;

  it('takes line breaks and tabs only where it is told to', () => {
    expect(accepts('a\n\tb\n', true)).toBe(true);
    expect(accepts('\n\n', true)).toBe(true);
    expect(accepts('a\nb', false)).toBe(false);
    expect(accepts('a\tb', false)).toBe(false);
  });

  it('takes no other control characters', () => {
    for (let code = 0; code < 0xa0; code++) {
      if (code >= 0x20 && code < 0x7f) continue;
      expect(accepts(String.fromCharCode(code), false)).toBe(false);
      expect(accepts(String.fromCharCode(code), true)).toBe(code === 9 || code === 10);
    }
  });

  it('is quick about long lines', () => {
    const long = freeText('A', 1_000_000, { lines: true });
    expect(long.safeParse(`${'a\n\t'.repeat(300_000)}\0`).success).toBe(false);
  });
});

describe('check', () => {
  const schema = group('Thing', { n: wholeNumber('N', 1, 9, 'apples'), inner: group('Inner', { m: z.string() }) });

  it('gives the value, or one problem a field', () => {
    expect(check(schema, { n: 1, inner: { m: 'a' } })).toEqual({ ok: true, value: { n: 1, inner: { m: 'a' } } });
    expect(check(schema, { n: 1e300, inner: 5 })).toEqual({
      ok: false,
      problems: [
        { field: 'n', message: 'N must be a whole number of apples from 1 to 9; this is 1e+300.' },
        { field: 'inner', message: 'Inner must be an object with the fields m; this is 5.' },
      ],
    });
  });

  it('bounds what an unknown name can put into a message', () => {
    const result = check(schema, { n: 1, inner: { m: 'a' }, ['x'.repeat(100_000)]: 1 });
    const [problem] = result.ok ? [] : result.problems;
    expect(problem?.field.length).toBeLessThanOrEqual(200);
    expect(problem?.message.length).toBeLessThanOrEqual(60);
  });
});

it('a message can be told without the value', () => {
  const message = (input: unknown): string => {
    const checked = check(freeText('Seed', 3), input);
    return checked.ok ? '' : withoutValue(checked.problems[0]?.message ?? '');
  };
  const rule = 'Seed must be text of 0 to 3 characters on one line without control characters';
  expect(message('a; this is it')).toBe(`${rule}.`);
  expect(message(undefined)).toBe(`${rule}; it is missing.`);
});
