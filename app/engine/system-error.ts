import { SesamyError } from '../domain/errors';
import type { ErrorCode } from '../domain/errors';

/** Codes of the operating system that say what is wrong before any server had a word in it. */
const CODES: Readonly<Record<string, { readonly code: ErrorCode; readonly cause: (to: string) => string }>> = {
  ENETUNREACH: { code: 'no-route', cause: (to) => `There is no route to ${to}.` },
  EADDRNOTAVAIL: { code: 'no-route', cause: (to) => `No address of this computer can reach ${to}.` },
  EINVAL: { code: 'no-route', cause: (to) => `This computer has no usable source address for ${to}.` },
  EHOSTUNREACH: { code: 'no-route', cause: (to) => `The network answers that ${to} cannot be reached.` },
  EHOSTDOWN: { code: 'no-route', cause: (to) => `The next hop to ${to} does not answer.` },
  EACCES: { code: 'not-permitted', cause: (to) => `A firewall or policy of this computer refuses traffic to ${to}.` },
  EPERM: { code: 'not-permitted', cause: (to) => `A firewall or policy of this computer refuses traffic to ${to}.` },
};

/** The `code` of a Node.js system error, such as `ECONNREFUSED`; empty for anything else. */
export function systemCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A system error as one of ours, or null when the system's word for it says nothing about this computer. */
export function fromSystemError(error: unknown, to: string): SesamyError | null {
  const known = CODES[systemCode(error)];
  return known === undefined ? null : new SesamyError(known.code, known.cause(to));
}
