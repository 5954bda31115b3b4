/** The failures that all raw transports have, each with its words. */
import { SesamyError } from '../../../domain/errors';
import type { ErrorAction } from '../../../domain/errors';
import { text } from '../../../text/text';
import type { Sentence } from '../../../text/text';
import { MAX_DURATION_MINUTES, MAX_PACKETS, MAX_PER_SECOND } from './limits';
import type { OverLimit } from './limits';

/** To where it stands what a transport lacks. */
export const TO_PERMISSIONS: ErrorAction = { kind: 'open-permissions', label: text('action.permissions') };

/** @param packets how many the knock has */
export function limitError(limit: OverLimit, packets: number): SesamyError {
  switch (limit) {
    case 'too-many':
      return new SesamyError('bad-input', text('raw.too-many', { packets, most: MAX_PACKETS }));
    case 'too-long':
      return new SesamyError('bad-input', text('raw.too-long', { minutes: MAX_DURATION_MINUTES }));
    case 'too-fast':
      return new SesamyError('bad-input', text('raw.too-fast', { most: MAX_PER_SECOND }));
  }
}

export function notOneHost(address: string): SesamyError {
  return new SesamyError('bad-input', text('raw.not-one-host', { address }), {
    action: { kind: 'edit-field', label: text('raw.change-host'), field: 'host' },
  });
}

/** @param cause names the interface */
export function interfaceLost(cause: Sentence): SesamyError {
  return new SesamyError('interface-not-found', cause, {
    action: { kind: 'edit-field', label: text('raw.change-interface'), field: 'interface' },
  });
}

/** @param cause names what may not send */
export function notPermitted(cause: Sentence): SesamyError {
  return new SesamyError('not-permitted', cause, { steps: [text('raw.see-permissions')], action: TO_PERMISSIONS });
}
