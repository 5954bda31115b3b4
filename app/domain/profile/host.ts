import * as z from 'zod';
import { shown } from '../fields';

const NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}$/;

/**
 * A host that may stand in an argument array (docs/architecture.md, rule 10): a DNS name, an IPv4 address or an IPv6 address
 * without brackets and zone. Never starts with '-'.
 */
export function isHost(text: string): boolean {
  if (text.length > 253) return false;
  if (text.includes(':')) return IPV6.test(text) && isIpv6(text);
  if (/^[0-9.]+$/.test(text)) return isIpv4(text);
  return NAME.test(text);
}

/** Dotted decimal with four parts of 0 to 255, without leading zeros (which some readers take for octal). */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291 §2.2 text form, without a zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [side, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [position, part] of parts.entries()) {
      if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups += 1;
      else if (side === halves.length - 1 && position === parts.length - 1 && isIpv4(part)) groups += 2;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

const ALLOWED =
  'a host name, an IPv4 address or an IPv6 address (letters, digits, dots, hyphens, underscores and colons; no hyphen first)';

const broken = ({ input }: { readonly input?: unknown }): string =>
  input === undefined || input === ''
    ? `Host is missing: it must be ${ALLOWED}.`
    : `Host must be ${ALLOWED}; this is ${shown(input)}.`;

export const hostSchema = z.string({ error: broken }).refine(isHost, { error: broken });
