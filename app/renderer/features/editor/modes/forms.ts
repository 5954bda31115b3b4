/** Every mode's form and picture. A new mode is its file in this folder and one line here. */
import type { ModeKind } from '../../../../domain/modes/registry';
import { countWindowForm } from './count-window';
import { knockdOtpForm } from './knockd-otp';
import { portSequenceForm } from './port-sequence';
import { tcpStealthForm } from './tcp-stealth';

export const MODE_FORMS: { readonly [Kind in ModeKind]: { readonly kind: Kind } } = {
  'count-window': countWindowForm,
  'port-sequence': portSequenceForm,
  'knockd-otp': knockdOtpForm,
  'tcp-stealth': tcpStealthForm,
};
