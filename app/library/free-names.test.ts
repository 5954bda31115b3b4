import { describe, expect, it } from 'vitest';
import { countWindow } from '../domain/modes/count-window';
import { newProfile, parseProfile } from '../domain/profile/profile';
import { freeNames } from './free-names';

const long = 'x'.repeat(80);

describe('a free name', () => {
  it.each([
    ['home', [], 'home'],
    ['home', ['home'], 'home 2'],
    ['home', ['home', 'home 2', 'home 3'], 'home 4'],
    ['home', ['home', 'home 3'], 'home 2'],
    [long, [long], `${'x'.repeat(78)} 2`],
    [`${'x'.repeat(77)}🚪x`, [`${'x'.repeat(77)}🚪x`], `${'x'.repeat(77)} 2`],
  ])('for %j among %j', (name, taken, expected) => {
    const free = freeNames(taken)(name);
    expect(free).toBe(expected);
    const profile = newProfile('0f8fad5b-d9cb-469f-a165-708677289501', {
      name: free,
      host: 'home.example.org',
      mode: countWindow.defaults,
    });
    expect(parseProfile(profile)).toMatchObject({ ok: true });
  });

  it.each([
    ['home', [], 'home copy'],
    ['home', ['home', 'home copy', 'home copy 2'], 'home copy 3'],
    [long, [`${'x'.repeat(75)} copy`], `${'x'.repeat(73)} copy 2`],
  ])('for a copy of %j among %j', (name, taken, expected) => {
    expect(freeNames(taken)(name, ' copy')).toBe(expected);
  });

  it('is given once, and quickly also where many want the same', () => {
    const free = freeNames(['home 3']);
    expect(['home', 'home', 'work', 'home', 'home 2'].map((name) => free(name))).toEqual([
      'home',
      'home 2',
      'work',
      'home 4',
      'home 2 2',
    ]);
    const many = freeNames([]);
    const given = Array.from({ length: 50_000 }, (_, index) => many(`${long.slice(1)}${index % 2}`));
    expect(new Set(given).size).toBe(50_000);
    expect(Math.max(...given.map((name) => name.length))).toBe(80);
  });
});
