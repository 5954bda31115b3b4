/** What the operating system's error codes (errno(3)) mean to somebody who knocks. The one table of them. */
import { getSystemErrorMap } from 'node:util';
import { SesamyError } from '../domain/errors';
import type { ErrorCode } from '../domain/errors';
import { text } from '../text/text';
import type { Text } from '../text/text';

interface Meaning {
  readonly code: ErrorCode;
  readonly cause: (to: string) => Text;
  /**
   * The words of all systems for it, since libpcap passes on nothing else. Null where only connect(2) and bind(2) say this of the
   * network: of a raw packet it says that we made it wrongly.
   */
  readonly raw: RegExp | null;
}

const gone = (to: string): Text => text('system.interface-gone', { to });
const refused = (to: string): Text => text('system.not-permitted', { to });

/** Those that say what is wrong before any server had a word in it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENETUNREACH: {
    code: 'no-route',
    cause: (to) => text('system.no-route', { to }),
    raw: /network is unreachable/i,
  },
  EHOSTUNREACH: {
    code: 'no-route',
    cause: (to) => text('system.unreachable', { to }),
    raw: /no route to host|host is unreachable/i,
  },
  EHOSTDOWN: {
    code: 'next-hop-silent',
    cause: (to) => text('system.next-hop-silent', { to }),
    raw: /host is down/i,
  },
  EADDRNOTAVAIL: {
    code: 'no-route',
    cause: (to) => text('system.no-address', { to }),
    raw: null,
  },
  EINVAL: {
    code: 'no-route',
    cause: (to) => text('system.no-source', { to }),
    raw: null,
  },
  EACCES: { code: 'not-permitted', cause: refused, raw: /permission denied/i },
  EPERM: { code: 'not-permitted', cause: refused, raw: /not permitted/i },
  ENETDOWN: { code: 'interface-not-found', cause: gone, raw: /network is down/i },
  ENODEV: { code: 'interface-not-found', cause: gone, raw: /no such device/i },
  ENXIO: { code: 'interface-not-found', cause: gone, raw: /no such device or address|device not configured/i },
};

/**
 * Those that came from the far side of a connection attempt. A firewall may refuse by a RST or by an ICMP error (RFC 1122
 * §4.2.3.9), and both mean that the door is shut.
 */
const ANSWERS: Readonly<Record<string, 'refused' | 'silent'>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'refused',
  ETIMEDOUT: 'silent',
};

function meaningOf(name: string): Meaning | null {
  return Object.hasOwn(MEANINGS, name) ? (MEANINGS[name] ?? null) : null;
}

/** The `code` of a Node.js system error, such as `ECONNREFUSED`; empty for anything else. */
export function systemCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The name of an errno of this system, such as `EPERM` for 1; "error 9999" for one that has none. */
export function errnoName(errno: number): string {
  // os.constants.errno lacks some, such as EHOSTDOWN.
  return getSystemErrorMap().get(-errno)?.[0] ?? `error ${errno}`;
}

/** A socket's error as one of ours, or null when the system's word for it says nothing about this computer. */
export function fromSystemError(error: unknown, to: string): SesamyError | null {
  const known = meaningOf(systemCode(error));
  return known === null ? null : new SesamyError(known.code, known.cause(to));
}

/** What the far side's word to a connection attempt means, or null when it was not the far side's. */
export function connectAnswer(error: unknown): 'refused' | 'silent' | null {
  const name = systemCode(error);
  return Object.hasOwn(ANSWERS, name) ? (ANSWERS[name] ?? null) : null;
}

/** Which of our errors it is that the system refused a raw packet, by the name of its errno; null: none in particular. */
export function rawErrorCode(name: string): ErrorCode | null {
  const known = meaningOf(name);
  return known === null || known.raw === null ? null : known.code;
}

/** The same by the system's words. */
export function rawErrorCodeOfWords(words: string): ErrorCode | null {
  const known = Object.values(MEANINGS).find(({ raw }) => raw?.test(words) === true);
  return known?.code ?? null;
}
