import { describe, expect, it } from 'vitest';
import { countWindow } from '../domain/modes/count-window';
import { newProfile } from '../domain/profile/profile';
import { findProfile, retargeted } from './saved-profile';

const id = (last: string): string => `0f8fad5b-d9cb-469f-a165-70867728950${last}`;
const profile = (last: string, name: string) =>
  newProfile(id(last), { name, host: `${last}.example.org`, mode: countWindow.defaults });
const home = profile('1', 'home');
const twins = [profile('2', 'twin'), profile('3', 'twin')];
// A profile that calls itself by another's id does not take its place.
const liar = profile('4', id('1'));
const all = [liar, home, ...twins];

describe('a saved profile is found', () => {
  it('by its exact name or its id', () => {
    expect(findProfile(all, 'home')).toBe(home);
    expect(findProfile(all, id('1'))).toBe(home);
    expect(findProfile(all, id('3'))).toBe(twins[1]);
  });

  it.each(['Home', 'hom', '', id('9')])('and otherwise not: %j', (name) => {
    expect(() => findProfile(all, name)).toThrow(expect.objectContaining({ code: 'unknown-target' }));
  });

  it('unless several have the name: then the message lists them', () => {
    expect(() => findProfile(all, 'twin')).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: expect.stringMatching(new RegExp(`${id('2')} {2}2.example.org port 22\n${id('3')}`)) as string,
      }),
    );
  });
});

describe('SSH’s own host and port', () => {
  it('take the place of the profile’s, where they are given', () => {
    expect(retargeted(home, null, null)).toEqual(home);
    expect(retargeted(home, '192.0.2.1', 2222)).toEqual({ ...home, host: '192.0.2.1', servicePort: 2222 });
  });

  it.each([
    ['-x', 22],
    ['host', 'ssh'],
    ['host', 0],
  ] as const)('are checked: %j %j', (host, port) => {
    expect(() => retargeted(home, host, port)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
