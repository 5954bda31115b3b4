import { useLayoutEffect, useMemo, useState } from 'react';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { changesWithTime, hasChanged } from './plan-at';
import type { PlanAt } from './plan-at';

/** How often a plan that changes with time is looked at again, in milliseconds. */
const LOOK_MS = 1000;

/**
 * The plan of now. Whoever shows it is drawn again when the plan is another one, and not with every look at the clock.
 * @param at the same function for as long as it is the same profile
 */
export function usePlan(at: PlanAt): KnockPlan | null {
  const [unixMs, setUnixMs] = useState(() => Date.now());
  const plan = useMemo(() => at(unixMs), [at, unixMs]);
  // Before anything is drawn: a new profile must not be shown with the plan of the moment at which another one changed.
  useLayoutEffect(() => {
    if (!changesWithTime(at)) return;
    const look = (): void => {
      const nowMs = Date.now();
      if (hasChanged(at, unixMs, nowMs)) setUnixMs(nowMs);
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [at, unixMs]);
  return plan;
}
