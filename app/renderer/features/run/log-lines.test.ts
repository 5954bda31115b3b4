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

test('an answer is a quiet line that names its knock and who sent it', () => {
  const answer = { type: 'answer', index: 2, phase: 'knock', atMs: 6001.2, from: '203.0.113.10', icmp: null } as const;
  const icmp = (from: string, type: number, code: number) =>
    logLine({ ...answer, kind: 'icmp', from, icmp: { type, code } }).text;
  expect(logLine({ ...answer, kind: 'rst' })).toEqual({
    time: '6.001',
    text: '← rst from 203.0.113.10 to knock 3',
    offset: '',
    timing: '',
    tone: 'quiet',
  });
  expect(logLine({ ...answer, kind: 'syn-ack', phase: 'closing' }).text).toBe(
    '← syn-ack from 203.0.113.10 to closing knock 3',
  );
  // The same numbers mean different things in the two families.
  expect(icmp('192.0.2.1', 3, 3)).toBe('← icmp port unreachable from 192.0.2.1 to knock 3');
  expect(icmp('2001:db8::1', 3, 0)).toBe('← icmp hop limit exceeded from 2001:db8::1 to knock 3');
  expect(icmp('2001:db8::1', 1, 4)).toBe('← icmp port unreachable from 2001:db8::1 to knock 3');
  expect(icmp('192.0.2.1', 11, 0)).toBe('← icmp time to live exceeded from 192.0.2.1 to knock 3');
  expect(icmp('192.0.2.1', 5, 1)).toBe('← icmp type 5 code 1 from 192.0.2.1 to knock 3');
});

test('the link is named with its interface, both MACs and the next hop', () => {
  const line = logLine({
    type: 'link',
    interface: 'eth1',
    sourceMac: '00:0E:35:0E:77:B0',
    nextHop: '192.0.2.1',
    nextHopMac: '02:00:00:00:00:01',
  });
  expect(line).toMatchObject({
    time: '',
    text: 'out of eth1, 00:0E:35:0E:77:B0 → 02:00:00:00:00:01 (next hop 192.0.2.1)',
    tone: 'plain',
  });
});

test('tells of waiting, of another try, and of what brings the server back before it', () => {
  const atUnixMs = new Date(2026, 8, 5, 12, 0, 5).getTime();
  expect(logLine({ type: 'waiting', untilUnixMs: atUnixMs, reason: 'r' })).toMatchObject({
    time: '',
    text: 'waits until 12:00:05',
    tone: 'quiet',
  });
  expect(logLine({ type: 'again', atMs: 2500, learned: 'refused', next: 2, of: 3, atUnixMs })).toMatchObject({
    time: '2.500',
    text: 'the port refused; try 2 of 3 at 12:00:05',
    tone: 'warn',
  });
  expect(logLine({ ...sent, phase: 'resync' }).text).toBe('resync syn :49153 → 203.0.113.10:22');
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
