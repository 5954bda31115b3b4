import { constants } from 'node:os';
import { SesamyError } from '../../../domain/errors';
import type { ErrorAction, ErrorCode } from '../../../domain/errors';
import { count } from '../../../text/words';
import type { Route } from '../transport';
import { HelperFailure } from './process';
import type { Report } from './protocol';

/** What a failure's words need of the request. */
export interface Attempt {
  readonly path: string;
  readonly route: Route;
  readonly source: string;
  /** Null above the link level. */
  readonly interface: string | null;
  readonly packets: number;
}

const TO_PERMISSIONS: ErrorAction = { kind: 'open-permissions', label: 'Permissions' };
const TO_SECRET: ErrorAction = { kind: 'edit-field', label: 'Change the secret', field: 'mode.secret' };
/** What keeps a right SYN from being one (knock-modes §4). */
const STEALTH_STEPS = [
  'Check the secret, the timestamps and the integrity length against the server’s.',
  'Check that the address is the one that the server has: the knock is made for it.',
  'Check whether a device on the way rewrites sequence numbers: sesamy doctor --isn.',
];
const LOOK = 'See what it lacks: sesamy doctor, or Permissions in the Settings.';
/** The system's refusals of one packet that say something about this computer. */
const SEND_ERRORS: Readonly<Record<string, ErrorCode>> = {
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'no-route',
  EHOSTDOWN: 'next-hop-silent',
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
  ENETDOWN: 'interface-not-found',
  ENODEV: 'interface-not-found',
  ENXIO: 'interface-not-found',
};

function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `error ${errno}`;
}

/** The helper's word for why it refused or failed, as one of our errors. */
export function failureOf(report: Extract<Report, { type: 'failed' }>, attempt: Attempt): SesamyError {
  const { path, route, source, packets } = attempt;
  const through = attempt.interface === null ? '' : ` through ${attempt.interface}`;
  const system = report.errno === 0 ? '' : ` (${errnoName(report.errno)})`;
  switch (report.reason) {
    case 'malformed':
    case 'version':
    case 'too-large':
    case 'unknown-command':
      return new SesamyError('transport-failed', `${path} does not understand this version of Open Sesamy.`, {
        steps: ['Install the helper that belongs to this version: sudo npm run helper:install'],
      });
    case 'source-not-own':
      return new SesamyError('no-route', `${source} is not an address of this computer, so nothing can come from it.`);
    case 'not-one-host':
      return new SesamyError(
        'bad-input',
        `${route.address} does not stand for one host, and nothing else is knocked on.`,
        {
          action: { kind: 'edit-field', label: 'Change the host', field: 'host' },
        },
      );
    case 'too-many':
      return new SesamyError('bad-input', `${count(packets, 'packet')} are too many: the helper sends at most 1,000.`);
    case 'too-long':
      return new SesamyError('bad-input', 'The knock takes too long: the helper sends for at most 10 minutes.');
    case 'too-fast':
      return new SesamyError('bad-input', 'The knock is too fast: the helper sends at most 200 packets a second.');
    case 'not-permitted':
      return new SesamyError('not-permitted', `${path} may not send raw packets${system}.`, {
        steps: [LOOK],
        action: TO_PERMISSIONS,
      });
    case 'no-interface':
      return new SesamyError(
        'interface-not-found',
        `The interface ${attempt.interface ?? ''} is gone, or it is down${system}.`,
        {
          action: { kind: 'edit-field', label: 'Change the interface', field: 'interface' },
        },
      );
    case 'no-route':
      return new SesamyError('no-route', `There is no route from ${source} to ${route.address}${through}${system}.`);
    case 'next-hop-silent':
      return new SesamyError(
        'next-hop-silent',
        `Nobody${through === '' ? '' : ` on ${attempt.interface ?? ''}`} says that it is ${route.address} or the way to it (${route.family === 4 ? 'ARP' : 'NDP'}).`,
      );
    case 'send-failed': {
      const which = report.packet === null ? 'A packet' : `Packet ${report.packet + 1} of ${packets}`;
      const code = SEND_ERRORS[errnoName(report.errno)] ?? 'transport-failed';
      return new SesamyError(code, `${which} to ${route.address}${through} could not be sent${system}.`);
    }
    case 'cancelled':
      return new SesamyError('cancelled', 'The knock was cancelled.');
    case 'refused':
      return new SesamyError('not-opened', `${route.address} answered the SYN with a reset, as a closed port does.`, {
        steps: STEALTH_STEPS,
        action: TO_SECRET,
      });
    case 'unreachable':
      return new SesamyError(
        'not-opened',
        `The network answers that ${route.address} cannot be reached (ICMP type ${(report.packet ?? 0) >> 8} code ${(report.packet ?? 0) & 0xff}).`,
      );
    case 'no-answer':
      return new SesamyError('not-opened', `${route.address} did not answer any of the SYNs.`, {
        steps: STEALTH_STEPS,
        action: TO_SECRET,
      });
    case 'port-busy':
      return new SesamyError('transport-failed', 'This computer has no port free for the connection.');
    case 'first-too-long':
      return new SesamyError('bad-input', 'The protected bytes do not fit into one segment.', {
        action: { kind: 'edit-field', label: 'Change the integrity length', field: 'mode.integrityLength' },
      });
    case 'hung-up':
      return new SesamyError(
        'hung-up',
        `The port answered, and broke the connection before it said anything${system}.`,
      );
    case 'connection-broken':
      return new SesamyError('connection-lost', `The network broke the session${system}.`);
    case 'internal':
      return new SesamyError('transport-failed', `${path} met with something that it was not made for${system}.`);
  }
}

/** pkexec's own exit codes (pkexec(1)): not authorized, and no authorization could be asked for. */
const PKEXEC_REFUSED = [126, 127];

/** Whatever went wrong between us and the helper, as one of our errors. */
export function brokenHelper(failure: HelperFailure, throughPkexec: boolean): SesamyError {
  if (throughPkexec && failure.exitCode !== null && PKEXEC_REFUSED.includes(failure.exitCode))
    return new SesamyError(
      'not-permitted',
      `The administrator’s rights were not given to the helper: ${failure.message}`,
      {
        steps: ['Try again, and give the password that the system asks for.', LOOK],
        action: TO_PERMISSIONS,
      },
    );
  return new SesamyError('transport-failed', failure.message, {
    steps: ['Try again.', LOOK],
    action: TO_PERMISSIONS,
  });
}

/** A report that belongs to another command. */
export function notAsked(path: string): HelperFailure {
  return new HelperFailure(`${path} does not keep to the protocol: it answers another question.`);
}
