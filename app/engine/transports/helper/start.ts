/** How the helper is started here, or what it lacks. */
import { SesamyError } from '../../../domain/errors';
import { text } from '../../../text/text';
import { TO_PERMISSIONS } from '../raw/failures';
import { directly } from './diagnosis';
import type { HelperDiagnosis } from './diagnosis';
import type { HelperStart } from './process';
import { helperState } from './words';

/** @throws SesamyError `transport-unavailable` */
export function helperStart(diagnosis: HelperDiagnosis): HelperStart {
  if (diagnosis.kind === 'works') return diagnosis.start;
  const { detail } = helperState(diagnosis);
  throw new SesamyError('transport-unavailable', text('helper.unavailable', { detail }), { action: TO_PERMISSIONS });
}

/**
 * How to start it for what needs no capability.
 * @throws SesamyError `transport-unavailable`
 */
export function unprivilegedStart(diagnosis: HelperDiagnosis): HelperStart {
  const { kind } = diagnosis;
  if (kind === 'works') return directly(diagnosis.start.path);
  if (kind === 'no-new-privs' || kind === 'nosuid' || kind === 'no-capability') return directly(diagnosis.path);
  return helperStart(diagnosis);
}
