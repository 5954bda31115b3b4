import { describe, expect, it } from 'vitest';
import { say } from '../text/say';
import { SesamyError, errorInfo, errorInfoSchema, exitCodeOf, toErrorInfo } from './errors';
import type { ErrorCode } from './errors';

const ERROR_CODES = errorInfoSchema.shape.code.options;

/** Issue A: 0 done, 2 usage or bad input, 3 not opened, 4 not permitted, 5 name or route, 130 cancelled; 1 the rest. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  'bad-input': 2,
  'unknown-target': 2,
  'name-not-found': 5,
  'no-address-of-family': 5,
  'interface-not-found': 5,
  'no-route': 5,
  'not-permitted': 4,
  'next-hop-silent': 5,
  'transport-unavailable': 4,
  'transport-failed': 1,
  'not-opened': 3,
  'no-listener': 1,
  'hung-up': 3,
  'first-bytes': 2,
  'source-unknown': 5,
  'knock-refused': 2,
  'connection-lost': 1,
  'terminal-not-found': 1,
  'ssh-not-found': 1,
  'session-not-started': 1,
  'port-in-use': 1,
  'vault-absent': 2,
  'vault-locked': 4,
  'wrong-passphrase': 4,
  'vault-damaged': 1,
  'vault-version': 1,
  'vault-busy': 1,
  'vault-not-writable': 1,
  'vault-unsafe': 4,
  'profile-changed': 1,
  'attachment-missing': 1,
  'device-key-unavailable': 4,
  'last-passphrase': 2,
  cancelled: 130,
  internal: 1,
};

describe('every code', () => {
  it.each(ERROR_CODES)('%s has its words and its exit code', (code) => {
    const info = errorInfo(code, 'Why it happened.');
    expect(info).toMatchObject({ code, cause: 'Why it happened.', action: null });
    expect(say(info.title)).toMatch(/^[A-Z].*[^.]$/);
    expect(say(info.title)).not.toContain('\n');
    for (const step of info.steps.map(say)) expect(step).toMatch(/^[A-Z].*\.$/);
    // There is nothing to do about what was cancelled on purpose; about all else there is.
    expect(info.steps.length === 0).toBe(code === 'cancelled');
    expect(exitCodeOf(code)).toBe(EXIT_CODES[code]);
  });

  it('is known to this test', () => {
    expect([...ERROR_CODES].sort()).toEqual(Object.keys(EXIT_CODES).sort());
    expect(new Set(ERROR_CODES.map((code) => say(errorInfo(code, '').title))).size).toBe(ERROR_CODES.length);
  });
});

describe('an error', () => {
  it('may have steps and an action of its own', () => {
    const action = { kind: 'retry', label: 'Try again', afterMs: 12_000 } as const;
    const error = new SesamyError('not-opened', 'No answer within 10 s.', { steps: ['Wait.'], action });
    expect(error.code).toBe('not-opened');
    expect(error.message).toBe('No answer within 10 s.');
    expect(error.info).toEqual({
      code: 'not-opened',
      title: 'The door did not open',
      cause: 'No answer within 10 s.',
      steps: ['Wait.'],
      action,
    });
  });

  it('survives JSON', () => {
    const info = errorInfo('no-route', 'a');
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
  });

  it('keeps its code when it is caught, and anything else becomes internal', () => {
    const ours = new SesamyError('cancelled', 'You cancelled.');
    expect(toErrorInfo(ours)).toBe(ours.info);
    expect(toErrorInfo(new TypeError('oops'))).toMatchObject({ code: 'internal', cause: 'oops' });
    expect(toErrorInfo('text')).toMatchObject({ code: 'internal', cause: 'text' });
    expect(toErrorInfo(undefined)).toMatchObject({ code: 'internal', cause: 'undefined' });
    expect(toErrorInfo(Object.create(null))).toMatchObject({ code: 'internal', cause: 'object' });
  });
});
