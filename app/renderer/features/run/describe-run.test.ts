import { describe, expect, test } from 'vitest';
import { errorInfo } from '../../../domain/errors';
import { planKnock } from '../../../domain/modes/registry';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import { newProfile } from '../../../domain/profile/profile';
import type { RunState } from '../../../shared/contract';
import { eventsOf } from '../../testing/fake-bridge';
import { bytes, describeRun, planOf, progressLine, timelineInWords } from './describe-run';

const profile = newProfile('00000000-0000-4000-8000-000000000001', {
  name: 'home',
  host: 'home.example.org',
  mode: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
});
const plan = planKnock(profile.mode, { servicePort: 22 });
const all = eventsOf(profile, 1000);
const upTo = (type: KnockEvent['type']) => all.slice(0, all.findIndex((event) => event.type === type) + 1);
const run = (events: readonly KnockEvent[], change: Partial<RunState> = {}): RunState => ({
  runId: 'r',
  profileId: profile.id,
  purpose: 'session',
  events,
  done: false,
  retryNotBeforeMs: 0,
  ...change,
});
const failed = (code: 'cancelled' | 'not-opened'): KnockEvent => ({
  type: 'failed',
  atMs: 5000,
  error: errorInfo(code, 'why'),
  retryAfterMs: 0,
});
const describeEvents = (events: readonly KnockEvent[], change: Partial<RunState> = {}) =>
  describeRun(run(events, change), plan);

describe('a run in words', () => {
  test.each<[string, readonly KnockEvent[], string]>([
    ['nothing has happened', [], 'Finding the host'],
    ['the host is found', upTo('resolved'), 'Finding the host'],
    ['it is armed', upTo('armed'), 'Knocking'],
    ['some knocks are out', all.slice(0, 6), 'Knocking'],
    ['the connection is under way', upTo('connecting'), 'Connecting'],
    ['the port answered', upTo('open'), 'Door open'],
    ['the session is over', all, 'Session ended'],
    ['it failed', [...upTo('connecting'), failed('not-opened')], 'Failed'],
    ['it was cancelled', [...all.slice(0, 6), failed('cancelled')], 'Cancelled'],
    ['the session was ended from here', [...upTo('launched'), failed('cancelled')], 'Session ended'],
  ])('when %s, it says so', (_, events, word) => {
    expect(describeEvents(events).word).toBe(word);
  });

  test('before any run it is ready', () => {
    expect(describeRun(null, plan)).toMatchObject({
      word: 'Ready',
      sentence: '10 knocks, then the connection after 9.38 s',
    });
  });

  test('a knock alone is sent, and never called accepted', () => {
    const sent: KnockEvent = { type: 'sent', atMs: 9000, doorToMs: 12_000 };
    const described = describeEvents([...all.slice(0, 12), sent], { purpose: 'knock', done: true });
    expect(described.word).toBe('Sent');
    expect(described.sentence).toBe(
      'all 10 knocks left; if they were right, the door waits for one connection until 12 s',
    );
    expect(described.steps.map((step) => step.label)).not.toContain('Start SSH in the terminal');
  });

  test('an answer to a knock proves nothing, and neither does the link', () => {
    const link: KnockEvent = { type: 'link', interface: 'eth1', sourceMac: 'm', nextHop: 'h', nextHopMac: 'n' };
    const answers = (['syn-ack', 'rst'] as const).map((kind): KnockEvent => ({
      type: 'answer',
      index: 0,
      phase: 'knock',
      atMs: 8000,
      kind,
      from: 'a',
      icmp: null,
    }));
    for (const events of [all.slice(0, 8), upTo('connecting')])
      expect(describeEvents([...events, link, ...answers])).toEqual(describeEvents(events));
  });

  test('tells how far it is, and what comes next', () => {
    const described = describeEvents(all.slice(0, 8));
    expect(described.sentence).toBe('burst 3 of 4 sent');
    expect(described.next).toEqual({ label: 'next', atMs: 9000 });
    expect(progressLine(described, plan)).toBe(
      '6 of 10 knocks sent · on time to 0.3 ms · sockets: A plain SYN is enough, so no privilege is needed',
    );
  });

  test('after the last knock the connection is next', () => {
    expect(describeEvents(all.slice(0, 12)).next).toEqual({ label: 'connecting', atMs: 9375 });
  });

  test('marks one step as under way, and none when it is over', () => {
    const states = (events: readonly KnockEvent[], done = false) =>
      describeEvents(events, { done }).steps.map((step) => step.state);
    const launched: KnockEvent = { type: 'launched', program: 'xterm' };
    expect(states([launched, ...all.slice(0, 5)])).toEqual(['done', 'done', 'done', 'done', 'active', 'todo', 'todo']);
    expect(states(all, true).every((state) => state === 'done')).toBe(true);
    expect(states([launched, ...upTo('connecting'), failed('not-opened')], true).at(-1)).toBe('failed');
    expect(states([launched, ...all.slice(0, 5), failed('cancelled')], true)).not.toContain('failed');
  });

  test('puts the start of SSH where the events put it', () => {
    const labels = (events: readonly KnockEvent[]) => describeEvents(events).steps.map((step) => step.label);
    const launched: KnockEvent = { type: 'launched', program: 'xterm' };
    expect(labels([launched, ...upTo('resolved')])[0]).toBe('SSH started in xterm');
    expect(labels(upTo('launched')).at(-1)).toBe('SSH started in xterm');
  });

  test('explains a failure, but not what was asked for', () => {
    expect(describeEvents([failed('not-opened')]).error?.code).toBe('not-opened');
    expect(describeEvents([failed('cancelled')]).error).toBeNull();
  });

  test('follows the plan of the run once it is armed, and the profile’s before', () => {
    const other = planKnock(
      { ...profile.mode, kind: 'count-window', sequence: '11', windowMs: 500, knockPort: 1, protocol: 'udp' },
      { servicePort: 22 },
    );
    expect(planOf(null, other)).toBe(other);
    expect(planOf(run(upTo('resolved')), other)).toBe(other);
    expect(planOf(run(upTo('armed')), other)).toEqual(plan);
  });

  test('tells the timeline to those who do not see it', () => {
    expect(timelineInWords(plan, describeEvents(all.slice(0, 8)))).toBe(
      'Timeline: 10 knocks in 4 steps to port 22, the last at 9 s; connection to port 22 at 9.38 s; door open from 9 s to 12 s; 6 of 10 sent.',
    );
  });

  test('names no port to those who do not see it, where ports only stand in', () => {
    const waiting: KnockPlan = { ...plan, awaits: [{ kind: 'source', lookup: { by: 'route' } }] };
    expect(timelineInWords(waiting, null)).toMatch(/^Timeline: 10 knocks in 4 steps, the last at 9 s; connection to/);
  });

  describe('with several tries', () => {
    const atUnixMs = new Date(2026, 8, 5, 12, 0, 5).getTime();
    const again = (next = 2): KnockEvent => ({ type: 'again', atMs: 11_875, learned: 'silent', next, of: 3, atUnixMs });
    const resync = all.flatMap((event): KnockEvent[] =>
      event.type === 'packet-sent' ? [{ ...event, phase: 'resync' }] : [],
    );
    const armed = all[1];
    if (armed?.type !== 'armed') throw new Error('not armed');
    const later: KnockEvent = { ...armed, unixMs: atUnixMs };

    test('says what the last one showed, and waits for the next', () => {
      const described = describeEvents([...upTo('connecting'), again()]);
      expect(described).toMatchObject({
        word: 'Trying again',
        tone: 'busy',
        sentence: 'the port did not answer; try 2 of 3 at 12:00:05',
        beginsUnixMs: atUnixMs,
        zeroUnixMs: null,
        moving: false,
        sentKnocks: 0,
        latenessMs: null,
      });
      expect(described.error).toBeNull();
    });

    test('describes the latest alone', () => {
      const second = [later, ...all.slice(2, 8)];
      const described = describeEvents([...upTo('connecting'), again(), ...second]);
      expect(described).toMatchObject({
        word: 'Knocking',
        sentence: 'try 2 of 3, burst 3 of 4 sent',
        beginsUnixMs: null,
        zeroUnixMs: atUnixMs,
        sentKnocks: 6,
      });
      const first = describeEvents(all.slice(0, 8));
      expect(described.steps).toEqual(first.steps);
      expect(described.next).toEqual(first.next);
    });

    test('keeps the number of the try while it connects, and begins anew with each', () => {
      const twice = [...upTo('connecting'), again(), later, ...all.slice(2, 13)];
      expect(describeEvents(twice)).toMatchObject({
        word: 'Connecting',
        sentence: 'try 2 of 3, waiting for port 22 to answer',
      });
      expect(describeEvents([...twice, again(3)]).sentence).toMatch(/try 3 of 3/);
      expect(describeEvents([...twice, ...all.slice(13, 14)]).word).toBe('Door open');
      expect(describeEvents([...twice, failed('not-opened')], { done: true })).toMatchObject({
        word: 'Failed',
        beginsUnixMs: null,
      });
    });

    test('counts nothing that brings the server back', () => {
      const before = [...upTo('connecting'), again()];
      expect(describeEvents([...before, ...resync])).toEqual(describeEvents(before));
      expect(describeEvents([...all, ...resync]).steps).toEqual(describeEvents(all).steps);
    });

    test('cancelled between two, tells of the one that was not begun', () => {
      const cancelled = describeEvents([...upTo('connecting'), again(), failed('cancelled')], { done: true });
      expect(cancelled).toMatchObject({
        word: 'Cancelled',
        sentence: '0 of 10 knocks had been sent',
        beginsUnixMs: null,
      });
    });
  });

  test('waits for a plan that begins later, and not any more once it has begun', () => {
    const untilUnixMs = new Date(2026, 8, 5, 12, 0, 1).getTime();
    const waiting: KnockEvent = { type: 'waiting', untilUnixMs, reason: 'r' };
    expect(describeEvents([...upTo('resolved'), waiting])).toMatchObject({
      word: 'Waiting',
      tone: 'busy',
      sentence: 'the knock waits for its time, 12:00:01',
      beginsUnixMs: untilUnixMs,
      moving: false,
    });
    expect(describeEvents([...upTo('resolved'), waiting, ...all.slice(1, 8)])).toEqual(describeEvents(all.slice(0, 8)));
    expect(describeEvents([...upTo('resolved'), waiting, failed('cancelled')], { done: true })).toMatchObject({
      word: 'Cancelled',
      beginsUnixMs: null,
    });
  });

  test('does not flicker while connections race', () => {
    const attempt = (number: number): KnockEvent => ({
      type: 'connecting',
      plannedMs: 9375,
      actualMs: 9375 + 60 * number,
      address: 'a',
      port: 22,
      attempt: number,
    });
    const { word, tone, sentence } = describeEvents(upTo('connecting'));
    const race = [...upTo('connecting'), attempt(2), attempt(3), attempt(7)];
    expect(describeEvents(race)).toMatchObject({ word, tone, sentence });
    expect(sentence).toBe('waiting for port 22 to answer');
  });

  describe('whose connection is the knock', () => {
    const stealth = newProfile(profile.id, {
      name: 'lab',
      host: '203.0.113.10',
      mode: { kind: 'tcp-stealth', secret: 's', timestamps: false, integrityLength: 0, use: 'connection' },
    });
    const own = planKnock(stealth.mode, { servicePort: 22 });
    const happened = eventsOf(stealth, 1000);
    const described = (length: number, change: Partial<RunState> = {}) =>
      describeRun(run(happened.slice(0, length), change), own);

    test('is ready with one knock', () => {
      const ready = describeRun(null, own);
      expect(ready.sentence).toBe('the SYN of the connection to port 22 is the knock');
      expect(progressLine(ready, own)).toBe('1 knock planned: the SYN of the connection itself');
      expect(timelineInWords(own, null)).toBe(
        'Timeline: the SYN of the connection to port 22 is the knock; door open from 0 ms on.',
      );
      expect(ready.steps.map((step) => step.label)).toEqual([
        'Start SSH in the terminal',
        'Find the host',
        'Stealth SYN',
        'Connect to port 22',
      ]);
    });

    test('counts it once it left', () => {
      expect(described(2).sentence).toBe('about to send the stealth SYN');
      expect(progressLine(described(2), own)).toContain('0 of 1 knock sent');
      expect(described(3).sentence).toBe('stealth SYN sent, waiting for port 22 to answer');
      expect(progressLine(described(3), own)).toContain('1 of 1 knock sent');
      expect(timelineInWords(own, described(3))).toMatch(/; 1 of 1 sent\.$/);
      const knock = described(3, { purpose: 'knock' });
      expect(knock.steps.map(({ label, state }) => [label, state])).toEqual([
        ['Host found', 'done'],
        ['Stealth SYN sent', 'done'],
        ['Connect to port 22', 'active'],
      ]);
      expect(described(4).word).toBe('Door open');
    });

    test('says what a cancel left undone, and that nothing went without a connection', () => {
      const cancelled = run([...happened.slice(0, 2), failed('cancelled')], { done: true });
      expect(describeRun(cancelled, own).sentence).toBe('0 of 1 knock had been sent');
      const sent: KnockEvent = { type: 'sent', atMs: 0, doorToMs: null };
      expect(describeRun(run([...happened.slice(0, 2), sent], { done: true }), own).sentence).toMatch(
        /^nothing was sent/,
      );
    });
  });

  test('says bytes as people do', () => {
    expect([bytes(999), bytes(18_233), bytes(4_200_000)]).toEqual(['999 B', '18.2 kB', '4.2 MB']);
  });
});
