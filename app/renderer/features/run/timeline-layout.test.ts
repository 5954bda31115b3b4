import { describe, expect, test } from 'vitest';
import { errorInfo } from '../../../domain/errors';
import { planKnock } from '../../../domain/modes/registry';
import type { Mode } from '../../../domain/modes/registry';
import { newProfile } from '../../../domain/profile/profile';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import { eventsOf } from '../../testing/fake-bridge';
import { latestTry } from './describe-run';
import { timelineLayout, xAt } from './timeline-layout';

const ID = '00000000-0000-4000-8000-000000000001';
const COUNT: Mode = { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' };
const PORTS: Mode = {
  kind: 'port-sequence',
  steps: [
    { port: 7000, protocol: 'tcp' },
    { port: 8000, protocol: 'udp' },
    { port: 9000, protocol: 'tcp' },
  ],
  delayMs: 200,
  closing: null,
};

const plan = (mode: Mode) => planKnock(mode, { servicePort: 22 });
const events = (mode: Mode) => eventsOf(newProfile(ID, { name: 'x', host: 'h.example', mode }), 0);
const before = (type: KnockEvent['type']) =>
  events(COUNT).slice(
    0,
    events(COUNT).findIndex((event) => event.type === type),
  );

describe('the timeline', () => {
  test('draws the bands of a count-window plan edge to edge over the whole width', () => {
    const { bands } = timelineLayout(plan(COUNT), [], 1200);
    expect(bands.map((band) => [band.x, band.width])).toEqual([0, 300, 600, 900].map((x) => [x, 300]));
    expect(bands.map((band) => band.label)).toEqual(['window 1', '2', '3', '4']);
  });

  test('fans the packets of one moment out side by side, inside their window', () => {
    const { ticks, bands } = timelineLayout(plan(COUNT), [], 1200);
    const last = ticks.slice(-4);
    for (const [position, tick] of last.entries()) {
      expect(tick.x - tick.width / 2).toBeGreaterThanOrEqual(bands[3]?.x ?? 0);
      const next = last[position + 1];
      if (next !== undefined) expect(next.x - next.width / 2).toBeGreaterThan(tick.x + tick.width / 2);
    }
  });

  test.each([200, 320, 460, 700, 1400])(
    'keeps every tick apart from the next, and inside, at a width of %i',
    (width) => {
      const { ticks } = timelineLayout(plan({ ...COUNT, sequence: '99999999' }), [], width);
      for (const [position, tick] of ticks.entries()) {
        expect(tick.width).toBeGreaterThan(0);
        expect(tick.x).toBeLessThanOrEqual(width);
        const next = ticks[position + 1];
        if (next !== undefined) expect(next.x).toBeGreaterThan(tick.x);
      }
    },
  );

  test('fills what was sent and leaves what is planned hollow', () => {
    const sent = timelineLayout(plan(COUNT), events(COUNT).slice(0, 5), 700).ticks.map((tick) => tick.sent);
    expect(sent).toEqual([true, true, true, ...Array.from({ length: 7 }, () => false)]);
  });

  test('names the ports of a sequence and says which are UDP, but not the one port of a count-window', () => {
    const labels = timelineLayout(plan(PORTS), [], 700).ticks.map((tick) => tick.label?.text ?? null);
    expect(labels).toEqual(['7000', '8000/udp', '9000']);
    expect(timelineLayout(plan(COUNT), [], 700).ticks.every((tick) => tick.label === null)).toBe(true);
  });

  test('leaves out port labels that would touch', () => {
    const steps = Array.from({ length: 32 }, (_, step) => ({ port: 20_000 + step, protocol: 'tcp' as const }));
    const labels = timelineLayout(plan({ ...PORTS, steps }), [], 600).ticks.flatMap((tick) => tick.label ?? []);
    expect(labels.length).toBeGreaterThan(3);
    for (const [position, label] of labels.entries()) {
      const next = labels[position + 1];
      if (next !== undefined) expect(next.x - label.x).toBeGreaterThan(30);
    }
  });

  test('tells the connection’s states apart', () => {
    const state = (list: readonly KnockEvent[]) => timelineLayout(plan(COUNT), list, 700).diamond?.state;
    const failed: KnockEvent = {
      type: 'failed',
      atMs: 19_375,
      error: errorInfo('not-opened', ''),
      retryAfterMs: 12_000,
    };
    expect(state([])).toBe('planned');
    expect(state(before('open'))).toBe('sent');
    expect(state(events(COUNT))).toBe('answered');
    expect(state([...before('open'), failed])).toBe('unanswered');
    expect(state([...events(COUNT), { ...failed, error: errorInfo('hung-up', '') }])).toBe('unanswered');
    expect(timelineLayout(plan(COUNT), [], 700, false).diamond).toBeNull();
  });

  test('shows the door open only when the port answered', () => {
    const door = (list: readonly KnockEvent[]) => timelineLayout(plan(COUNT), list, 700).door;
    expect(door(before('open')).state).toBe('expected');
    expect(door(events(COUNT)).state).toBe('open');
    const hungUp: KnockEvent = { type: 'failed', atMs: 9500, error: errorInfo('hung-up', ''), retryAfterMs: 12_000 };
    expect(door([...events(COUNT), hungUp]).state).toBe('shut');
    expect(door([]).x).toBe(525);
  });

  test('takes no answer to a knock for an open door', () => {
    const answer = { type: 'answer', index: 0, phase: 'knock', atMs: 9200, from: 'a', icmp: null } as const;
    const answered = (['syn-ack', 'rst'] as const).map((kind): KnockEvent => ({ ...answer, kind }));
    expect(timelineLayout(plan(COUNT), [...before('open'), ...answered], 700)).toEqual(
      timelineLayout(plan(COUNT), before('open'), 700),
    );
  });

  test('makes room for a connection that came later than planned', () => {
    const late: KnockEvent = { type: 'connecting', plannedMs: 700, actualMs: 4000, address: 'a', port: 22, attempt: 9 };
    const { scale, diamond } = timelineLayout(plan(PORTS), [late], 700);
    expect(scale.endMs).toBeGreaterThan(4000);
    expect(diamond?.x).toBeLessThan(700);
  });

  test('draws the latest try alone', () => {
    const again: KnockEvent = { type: 'again', atMs: 9000, learned: 'silent', next: 2, of: 2, atUnixMs: 0 };
    const first = before('open');
    const [resolved, armed, ...packets] = before('connecting');
    if (resolved === undefined || armed === undefined) throw new Error('no events');
    const drawn = (list: readonly KnockEvent[]) => timelineLayout(plan(COUNT), latestTry(list), 700);
    expect(drawn([...first, again])).toEqual(timelineLayout(plan(COUNT), [], 700));
    const second = [armed, ...packets.slice(0, 3)];
    expect(drawn([...first, again, ...second])).toEqual(timelineLayout(plan(COUNT), second, 700));
    expect(drawn(first).diamond?.state).toBe('sent');
  });

  test('does not count what brings the server back among the knocks', () => {
    const resync = before('connecting').flatMap((event): KnockEvent[] =>
      event.type === 'packet-sent' ? [{ ...event, phase: 'resync' }] : [],
    );
    expect(timelineLayout(plan(COUNT), resync, 700)).toEqual(timelineLayout(plan(COUNT), [], 700));
  });

  test('names no port that only stands in for another', () => {
    const waiting: KnockPlan = { ...plan(PORTS), awaits: [{ kind: 'unixMs' }] };
    expect(timelineLayout(waiting, [], 700).ticks.map((tick) => tick.label)).toEqual([null, null, null]);
  });

  test('shows a race of connections as one that began with the first', () => {
    const attempt = (number: number, actualMs: number): KnockEvent => ({
      type: 'connecting',
      plannedMs: 700,
      actualMs,
      address: 'a',
      port: 22,
      attempt: number,
    });
    const race = [attempt(1, 700), attempt(2, 760), attempt(3, 850)];
    expect(timelineLayout(plan(PORTS), race, 700).diamond?.label).toBe('connecting since 700 ms');
    const open: KnockEvent = { type: 'open', atMs: 862, answeredInMs: 12 };
    expect(timelineLayout(plan(PORTS), [...race, open], 700).diamond?.label).toBe('connected at 850 ms');
  });

  test('marks round times, or the windows’ edges', () => {
    expect(timelineLayout(plan(COUNT), [], 700).axis.map((mark) => mark.label)).toEqual([
      '0 s',
      '3 s',
      '6 s',
      '9 s',
      '12 s',
    ]);
    expect(timelineLayout(plan(PORTS), [], 700).axis.map((mark) => mark.label)).toEqual([
      '0 s',
      '100 ms',
      '200 ms',
      '300 ms',
      '400 ms',
      '500 ms',
    ]);
  });

  test('shows a plan whose connection is the knock: one diamond at its beginning, and an open door only when it answers', () => {
    const stealth: Mode = {
      kind: 'tcp-stealth',
      secret: 's',
      timestamps: false,
      integrityLength: 0,
      use: 'connection',
    };
    const { ticks, diamond, axis, door } = timelineLayout(plan(stealth), [], 700);
    expect(ticks).toEqual([]);
    expect(diamond).toEqual({ x: 8, label: 'stealth SYN', labelSide: 'right', state: 'planned' });
    expect(axis.map((mark) => mark.label)).toEqual(['0 s', '200 ms', '400 ms', '600 ms', '800 ms', '1 s']);
    expect(door).toMatchObject({ x: 0, width: 700, state: 'expected' });
    expect(timelineLayout(plan(stealth), events(stealth), 700)).toMatchObject({
      diamond: { state: 'answered' },
      door: { state: 'open' },
    });
  });

  test('holds what lies outside at the edge', () => {
    const { scale } = timelineLayout(plan(COUNT), [], 700);
    expect([xAt(scale, -5), xAt(scale, 1e9)]).toEqual([0, 700]);
  });
});
