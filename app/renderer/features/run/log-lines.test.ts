import { expect, test } from 'vitest';
import { errorInfo } from '../../../domain/errors';
import { endpoint, logLine, logText } from './log-lines';

const sent = {
  type: 'packet-sent',
  index: 1,
  phase: 'knock',
  plannedMs: 3000,
  actualMs: 3000.3,
  protocol: 'tcp',
  address: '203.0.113.10',
  port: 22,
  sourcePort: 49_153,
} as const;

test('a packet says when, from where to where, and how far from its plan', () => {
  expect(logLine(sent)).toEqual({
    time: '3.000',
    text: 'syn :49153 → 203.0.113.10:22',
    offset: '+0.3 ms',
    timing: 'planned 3.000 → actual 3.000 s (+0.3 ms)',
    tone: 'plain',
  });
  expect(logLine({ ...sent, phase: 'closing', protocol: 'udp', sourcePort: null, actualMs: 2999.9 })).toMatchObject({
    text: 'closing udp 203.0.113.10:22',
    offset: '−0.1 ms',
  });
});

test('an IPv6 address stands in brackets before its port', () => {
  expect(endpoint('2001:db8::2a', 22)).toBe('[2001:db8::2a]:22');
});

test('to cancel is not an error', () => {
  const failed = { type: 'failed', atMs: 10, retryAfterMs: 0 } as const;
  expect(logLine({ ...failed, error: errorInfo('cancelled', 'x') })).toMatchObject({
    text: 'cancelled',
    tone: 'plain',
  });
  expect(logLine({ ...failed, error: errorInfo('no-route', 'no way') })).toMatchObject({
    text: 'failed: no way',
    tone: 'bad',
  });
});

test('the text for the clipboard has one line an event', () => {
  expect(logText([{ type: 'launched', program: 'xterm' }, sent])).toBe(
    '          started xterm\n   3.000  syn :49153 → 203.0.113.10:22  planned 3.000 → actual 3.000 s (+0.3 ms)\n',
  );
});
