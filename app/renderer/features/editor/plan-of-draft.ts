import { check } from '../../../domain/fields';
import { typedNumber } from '../../../domain/modes/inline';
import { modeSchema } from '../../../domain/modes/registry';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { planAt } from '../run/plan-at';
import type { PlanAt } from '../run/plan-at';
import { modeInput } from './mode-forms';
import type { ModeDraft } from './mode-forms';

/** The plan of what is typed, as soon as the mode's own part of it is right. */
export function planAtOfDraft(mode: ModeDraft, servicePort: string): PlanAt {
  const checked = check(modeSchema, modeInput(mode));
  const port = typedNumber(servicePort);
  const valid = typeof port === 'number' && port >= 1 && port <= 65535;
  return checked.ok && valid ? planAt(checked.value, port) : () => null;
}

/** The same at no moment in particular. */
export function planOfDraft(mode: ModeDraft, servicePort: string): KnockPlan | null {
  return planAtOfDraft(mode, servicePort)(null);
}
