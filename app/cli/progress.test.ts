import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planKnock } from '../domain/modes/registry';
import type { KnockEvent } from '../domain/plan/knock-event';
import { errorInfo } from '../domain/errors';
import { barProgress, linesProgress } from './progress';

const plan = planKnock(
  { kind: 'count-window', sequence: '12', windowMs: 1000, knockPort: null, protocol: 'tcp' },
  { servicePort: 22 },
);
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sent = (index: number, actualMs: number): KnockEvent => ({
  type: 'packet-sent',
  index,
  phase: 'knock',
  plannedMs: plan.packets[index]?.atMs ?? 0,
  actualMs,
  protocol: 'tcp',
  address: '192.0.2.7',
  port: 22,
  sourcePort: 40_000 + index,
});
const EVENTS: readonly KnockEvent[] = [
  { type: 'resolved', host: 'home.example.org', address: '192.0.2.7', family: 4, tookMs: 3 },
  { type: 'warning', message: 'the \u001b[31mMAC is not used' },
  { type: 'armed', plan, transport: 'sockets', reason: 'no privilege needed', unixMs: 0 },
  sent(0, 0.4),
  sent(1, 1000.3),
  sent(2, 1000.9),
  { type: 'connecting', plannedMs: 1125, actualMs: 1125.5, address: '192.0.2.7', port: 22, attempt: 1 },
  { type: 'open', atMs: 1137, answeredInMs: 11.5 },
];

describe('linesProgress', () => {
  it('writes one plain line a step', () => {
    const lines: string[] = [];
    const progress = linesProgress((line) => lines.push(line));
    for (const event of EVENTS) progress.show(event);
    progress.end();
    expect(lines).toEqual([
      'home.example.org is 192.0.2.7',
      'note: the �[31mMAC is not used',
      '  0.000 s  Burst 1 sent: 1 SYN to port 22',
      '  1.001 s  Burst 2 sent: 2 SYNs to port 22',
      '  1.125 s  connecting to 192.0.2.7 port 22',
      '  1.137 s  open: the port answered in 12 ms',
    ]);
  });

  it('names a raw transport, and why it is used', () => {
    const lines: string[] = [];
    const armed = { type: 'armed', plan, transport: 'helper', reason: 'needed for interface eth0', unixMs: 0 } as const;
    linesProgress((line) => lines.push(line)).show(armed);
    expect(lines).toEqual(['raw packets through helper: needed for interface eth0']);
  });

  it('says "sent", and how long the door would stay open', () => {
    const lines: string[] = [];
    linesProgress((line) => lines.push(line)).show({ type: 'sent', atMs: 1001, doorToMs: 2000 });
    expect(lines).toEqual(['  1.001 s  sent; if it was right, the door is open for 999 ms more, for one connection']);
  });
});

/** A terminal that remembers what was written to it. */
function terminal(columns: number): { readonly stream: NodeJS.WriteStream; written: () => string } {
  let written = '';
  const stream = { columns, write: (text: string) => (written += text) };
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => written };
}

describe('barProgress', () => {
  it.each([
    [120, '3 of 3 knocks, connect in'],
    // Unknown: the usual width is taken.
    [0, '3 of 3 knocks, connect in'],
    [30, '] 3'],
  ])('draws in a terminal of %i columns, and clears the line for what follows', (columns, text) => {
    const { stream, written } = terminal(columns);
    const progress = barProgress(stream);
    for (const event of EVENTS.slice(0, 6)) progress.show(event);
    expect(written()).toContain(text);
    const longest = Math.max(
      ...written()
        .split(/\r\u001b\[K|\n/)
        .filter((line) => line.startsWith('['))
        .map((line) => line.length),
    );
    expect(longest).toBeLessThan(columns > 0 ? columns : 80);
    for (const event of EVENTS.slice(6)) progress.show(event);
    expect(written()).toMatch(/\r\u001b\[K {2}1\.137 s {2}open: the port answered in 12 ms\n$/);
    progress.show({ type: 'failed', atMs: 1200, error: errorInfo('cancelled', ''), retryAfterMs: 0 });
    expect(written().endsWith('\r\u001b[K')).toBe(true);
  });
});

it('a connection that is the knock has no knocks to count', () => {
  const { stream, written } = terminal(80);
  const progress = barProgress(stream);
  const stealth = planKnock(
    { kind: 'tcp-stealth', secret: 's', timestamps: false, integrityLength: 0, use: 'connection' },
    { servicePort: 22 },
  );
  progress.show({ type: 'armed', plan: stealth, transport: 'helper', reason: '', unixMs: 0 });
  vi.advanceTimersByTime(150);
  expect(written()).toContain('connecting: the SYN is the knock');
  expect(written()).not.toContain('of 0');
  progress.end();
});
