import { getSystemErrorMap } from 'node:util';
import { describe, expect, it } from 'vitest';
import { say } from '../text/say';
import { connectAnswer, errnoName, fromSystemError, rawErrorCode, rawErrorCodeOfWords } from './system-error';

const failed = (code: string): Error => Object.assign(new Error(code), { code });

describe('an error of the system', () => {
  it.each([
    ['ENETUNREACH', 'no-route'],
    ['EHOSTUNREACH', 'no-route'],
    ['EADDRNOTAVAIL', 'no-route'],
    ['EINVAL', 'no-route'],
    ['EHOSTDOWN', 'next-hop-silent'],
    ['EACCES', 'not-permitted'],
    ['EPERM', 'not-permitted'],
    ['ENETDOWN', 'interface-not-found'],
    ['ENODEV', 'interface-not-found'],
    ['ENXIO', 'interface-not-found'],
  ])('%s of a socket is %s, with the peer in its sentence', (name, code) => {
    const error = fromSystemError(failed(name), '192.0.2.1 port 22');
    expect(error?.code).toBe(code);
    expect(say(error?.info.cause ?? '')).toContain('192.0.2.1 port 22');
  });

  it.each(['ECONNREFUSED', 'ETIMEDOUT', 'EMFILE', 'toString', ''])('%s says nothing about this computer', (name) => {
    expect(fromSystemError(failed(name), 'x')).toBeNull();
  });

  it('means one thing, whether it comes as a code, as a number or as words', () => {
    const known = [...getSystemErrorMap()].filter(([, [name]]) => rawErrorCode(name) !== null);
    expect(known).toHaveLength(8);
    for (const [errno, [name, words]] of known) {
      expect(errnoName(-errno)).toBe(name);
      expect([name, rawErrorCodeOfWords(words)]).toEqual([name, rawErrorCode(name)]);
    }
    expect(rawErrorCodeOfWords('send: Network is down')).toBe('interface-not-found');
    expect(errnoName(9999)).toBe('error 9999');
  });

  it('of a raw packet that we made wrongly is no word about the network', () => {
    expect([rawErrorCode('EINVAL'), rawErrorCodeOfWords('send: Invalid argument')]).toEqual([null, null]);
  });
});

it.each([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'refused'],
  ['EHOSTUNREACH', 'refused'],
  ['ETIMEDOUT', 'silent'],
  ['EHOSTDOWN', null],
  ['ENETUNREACH', null],
])('the far side’s word %s is: %s', (name, answer) => {
  expect(connectAnswer(failed(name))).toBe(answer);
});
