import { SesamyError } from '../../../domain/errors';
import { text } from '../../../text/text';
import { errnoName, rawErrorCode } from '../../system-error';
import { interfaceLost, limitError, notOneHost, notPermitted, TO_PERMISSIONS } from '../raw/failures';
import type { Route } from '../transport';
import { HelperFailure } from './process';
import type { HelperStart } from './process';
import type { Report } from './protocol';

export type FailedReport = Extract<Report, { readonly type: 'failed' }>;

/** What a failure's words need of the request. */
export interface Attempt {
  readonly path: string;
  readonly route: Route;
  /** Null above the link level. */
  readonly interface: string | null;
  readonly packets: number;
}

/** The helper's word for why it refused or failed, as one of our errors. */
export function failureOf(report: FailedReport, attempt: Attempt): SesamyError {
  const { path, route, packets } = attempt;
  const { address, family, source } = route;
  const way = { address, interface: attempt.interface };
  const errno = report.errno === 0 ? null : errnoName(report.errno);
  switch (report.reason) {
    case 'malformed':
    case 'version':
    case 'too-large':
    case 'unknown-command':
      return new SesamyError('transport-failed', text('helper.failed.version', { path }), {
        steps: [text('helper.failed.install-again')],
      });
    case 'source-not-own':
      return new SesamyError('no-route', text('helper.failed.source-not-own', { source }));
    case 'not-one-host':
      return notOneHost(address);
    case 'too-many':
    case 'too-long':
    case 'too-fast':
      return limitError(report.reason, packets);
    case 'not-permitted':
      return notPermitted(text('helper.failed.not-permitted', { path, errno }));
    case 'no-interface':
      return interfaceLost(text('helper.failed.no-interface', { interface: attempt.interface, errno }));
    case 'no-route':
      return new SesamyError('no-route', text('helper.failed.no-route', { ...way, source, errno }));
    case 'next-hop-silent':
      return new SesamyError('next-hop-silent', text('helper.failed.next-hop-silent', { ...way, family }));
    case 'send-failed': {
      const packet = report.packet === null ? null : report.packet + 1;
      return new SesamyError(
        rawErrorCode(errno ?? '') ?? 'transport-failed',
        text('helper.failed.send', { ...way, packet, packets, errno }),
      );
    }
    case 'cancelled':
      return new SesamyError('cancelled', text('knock.cancelled'));
    case 'refused':
      return new SesamyError('not-opened', text('helper.failed.refused', { address }));
    case 'unreachable': {
      // The field that else names a packet holds type and code.
      const [type, code] = [(report.packet ?? 0) >> 8, (report.packet ?? 0) & 0xff];
      return new SesamyError('not-opened', text('helper.failed.unreachable', { address, type, code }));
    }
    case 'no-answer':
      return new SesamyError('not-opened', text('helper.failed.no-answer', { address }));
    case 'port-busy':
      return new SesamyError('transport-failed', text('helper.failed.port-busy'));
    case 'first-too-long':
      return new SesamyError('bad-input', text('helper.failed.first-too-long'));
    case 'hung-up':
      return new SesamyError('hung-up', text('helper.failed.hung-up', { errno }));
    case 'connection-broken':
      return new SesamyError('connection-lost', text('helper.failed.broken', { errno }));
    case 'internal':
      return new SesamyError('transport-failed', text('helper.failed.internal', { path, errno }));
  }
}

/** pkexec's own exit codes (pkexec(1)): not authorized, and no authorization could be asked for. */
const PKEXEC_REFUSED = [126, 127];
const LOOK = text('raw.see-permissions');

/** Whatever was thrown on the way to and from the helper, as one of our errors where it is the helper's doing. */
export function helperError(thrown: unknown, { throughPkexec }: HelperStart): Error {
  if (!(thrown instanceof HelperFailure)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  if (throughPkexec && thrown.exitCode !== null && PKEXEC_REFUSED.includes(thrown.exitCode))
    return new SesamyError('not-permitted', text('helper.failed.no-password', { said: thrown.message }), {
      steps: [text('helper.failed.password'), LOOK],
      action: TO_PERMISSIONS,
    });
  return new SesamyError('transport-failed', thrown.message, {
    steps: [text('helper.failed.try-again'), LOOK],
    action: TO_PERMISSIONS,
  });
}
