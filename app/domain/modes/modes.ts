/** The list of modes, and nothing else: the one line that a new mode adds outside its own folder. */
import { countWindow } from './count-window';
import { knockdOtp } from './knockd-otp';
import { portSequence } from './port-sequence';
import { tcpStealth } from './tcp-stealth';

export const MODES = [countWindow, portSequence, knockdOtp, tcpStealth] as const;
