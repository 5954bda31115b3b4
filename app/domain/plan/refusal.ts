import { text } from '../../text/text';
import { errorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import type { KnockPlan } from './knock-plan';

/** A plan that cannot be run, as the error that it would end in: with the way to the field that is to be changed. */
export function refusalInfo({ cause, steps, field }: NonNullable<KnockPlan['refusal']>): ErrorInfo {
  return errorInfo('knock-refused', cause, {
    ...(steps.length === 0 ? {} : { steps }),
    ...(field === null ? {} : { action: { kind: 'edit-field', label: text('action.change-profile'), field } }),
  });
}
