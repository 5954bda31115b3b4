import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptAtMs, BUDGET_MS, leftOut, SYN_BUDGET, synsOf } from '../domain/plan/connect-schedule';
import { SynBudget } from './syn-budget';

/** The most of these times that lie within one stretch of the budget's length. */
function most(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + BUDGET_MS).length));
}

/** When the SYNs of a race leave that nobody answers, with what the kernel repeats. */
function race(budget: SynBudget, startMs: number, forMs: number): number[] {
  const sent: number[] = [];
  for (let number = 1; ; number++) {
    const dueMs = startMs + attemptAtMs(number);
    const atMs = budget.roomAtMs(dueMs, synsOf(number));
    if (atMs >= startMs + forMs) return sent;
    for (const time of synsOf(number) === 2 ? [atMs, atMs + 1000] : [atMs]) {
      budget.record(time);
      sent.push(time);
    }
  }
}

describe('the budget of SYNs', () => {
  it('lets so many go at once, and the next when the oldest is old enough', () => {
    const budget = new SynBudget();
    for (let number = 0; number < SYN_BUDGET; number++) {
      expect(budget.roomAtMs(number, 1)).toBe(number);
      budget.record(number);
    }
    expect(budget.roomAtMs(500, 1)).toBe(BUDGET_MS);
    expect(budget.roomAtMs(BUDGET_MS, 1)).toBe(BUDGET_MS);
  });

  it('takes back what was recorded ahead', () => {
    const budget = new SynBudget();
    for (let number = 0; number < SYN_BUDGET; number++) budget.record(number);
    budget.withdraw(3);
    expect(budget.roomAtMs(500, 1)).toBe(500);
  });

  it('holds for any number of races one after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 1, maxLength: 6 }), (pauses) => {
        const budget = new SynBudget();
        const sent: number[] = [];
        let startMs = 0;
        for (const pause of pauses) {
          sent.push(...race(budget, startMs, 10_000));
          startMs = Math.max(startMs, ...sent) + pause;
        }
        expect(most(sent)).toBeLessThanOrEqual(SYN_BUDGET);
      }),
    );
  });
});

it('the fewer SYNs are left, the later a race begins', () => {
  const budget = new SynBudget();
  for (let number = 0; number < 5; number++) budget.record(number);
  expect(budget.left(1000)).toBe(3);
  expect([8, 5, 3, 1, 0].map(leftOut)).toEqual([0, 0, 2, 4, 4]);
  // What is left then falls into the second in which most servers open.
  expect(Array.from({ length: 3 }, (_, at) => attemptAtMs(1 + leftOut(3) + at))).toEqual([55, 280, 980]);
});

describe('a race', () => {
  it('begins soon, and then at growing distances, within the budget by itself', () => {
    const sent = race(new SynBudget(), 0, 10_000);
    expect(sent.slice(0, 4)).toEqual([0, 25, 55, 280]);
    expect(sent.length).toBeLessThanOrEqual(SYN_BUDGET);
    // A door that is open for a second between the kernel's own repetitions at 1 s and 3 s is met.
    for (let opensMs = 980; opensMs <= 1980; opensMs += 20)
      expect(sent.some((atMs) => atMs >= opensMs && atMs < opensMs + 1000)).toBe(true);
  });
});
