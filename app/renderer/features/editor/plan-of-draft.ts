import { check } from '../../../domain/fields';
import { typedNumber } from '../../../domain/modes/inline';
import { modeSchema, planKnock } from '../../../domain/modes/registry';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { modeInput } from './mode-forms';
import type { ModeDraft } from './mode-forms';

/** The plan of what is typed, as soon as the mode's own part of it is right. */
export function planOfDraft(mode: ModeDraft, servicePort: string): KnockPlan | null {
  const checked = check(modeSchema, modeInput(mode));
  const port = typedNumber(servicePort);
  const valid = typeof port === 'number' && port >= 1 && port <= 65535;
  return checked.ok && valid ? planKnock(checked.value, { servicePort: port }) : null;
}
