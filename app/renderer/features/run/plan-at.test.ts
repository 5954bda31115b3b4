import { describe, expect, test } from 'vitest';
import { MODES } from '../../../domain/modes/registry';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { text } from '../../../text/text';
import { changesWithTime, hasChanged, planAt, portsKnown } from './plan-at';
import type { PlanAt } from './plan-at';

const PORTS = {
  kind: 'port-sequence',
  steps: [{ port: 7000, protocol: 'tcp' as const }],
  delayMs: 100,
  closing: null,
} as const;
const STEALTH = { kind: 'tcp-stealth', secret: 's', timestamps: false, integrityLength: 0 } as const;

const plain = (unixMs: number | null = null): KnockPlan => {
  const plan = planAt({ ...PORTS, steps: [...PORTS.steps] }, 22)(unixMs);
  if (plan === null) throw new Error('no plan');
  return plan;
};

/** Knocks on another port every 30 s. */
const everyHalfMinute: PlanAt = (unixMs) => {
  const plan = plain(unixMs);
  if (unixMs === null) return { ...plan, awaits: [{ kind: 'unixMs' }] };
  const port = 7000 + Math.floor(unixMs / 30_000);
  return { ...plan, packets: plan.packets.map((packet) => ({ ...packet, port })) };
};

describe('a plan as a function of time', () => {
  test('is looked at again only where it awaits the clock', () => {
    expect(changesWithTime(plain)).toBe(false);
    expect(changesWithTime(everyHalfMinute)).toBe(true);
    expect(changesWithTime(() => null)).toBe(false);
  });

  test('has changed when its period is over, or it has something else to say', () => {
    expect(hasChanged(everyHalfMinute, 0, 29_999)).toBe(false);
    expect(hasChanged(everyHalfMinute, 29_999, 30_000)).toBe(true);
    const noting: PlanAt = (unixMs) => ({
      ...plain(unixMs),
      notes: (unixMs ?? 0) < 25_000 ? [] : [text('waiting.for-its-time')],
    });
    expect(hasChanged(noting, 0, 24_000)).toBe(false);
    expect(hasChanged(noting, 24_000, 25_000)).toBe(true);
  });
});

test('every mode whose plan awaits the clock is looked at again', () => {
  const timed = MODES.map((mode) => planAt(mode.example, 22)).filter(changesWithTime);
  expect(timed.length).toBeGreaterThan(0);
  for (const at of timed) {
    expect(at(1_790_000_000_000)?.awaits.map(({ kind }) => kind)).not.toContain('unixMs');
    // A day later no period is the same.
    expect(hasChanged(at, 1_790_000_000_000, 1_790_086_400_000)).toBe(true);
  }
});

describe('the ports of a plan', () => {
  test('are those that it names, where it waits for nothing', () => {
    expect(portsKnown(plain())).toBe(true);
  });

  test.each(['connection', 'knock'] as const)(
    'are so too where a field of the packet is what it waits for (%s)',
    (use) => {
      const plan = planAt({ ...STEALTH, use }, 22)(null);
      expect(plan?.awaits).not.toEqual([]);
      expect(plan === null ? null : portsKnown(plan)).toBe(true);
    },
  );

  test('stand in for others, where it waits and no field does', () => {
    expect(portsKnown({ ...plain(), awaits: [{ kind: 'source', lookup: { by: 'route' } }] })).toBe(false);
    expect(portsKnown({ ...plain(), awaits: [{ kind: 'used' }] })).toBe(false);
  });
});
