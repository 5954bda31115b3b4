/** What an ICMP error says, in words: RFC 792 and RFC 1812 §5.2.7.1 for IPv4, RFC 4443 §3 for IPv6. */
import type { AddressFamily } from '../../../domain/plan/knock-event';

/** By type and code, or by the type alone where the code adds nothing. */
const WORDS: Readonly<Record<AddressFamily, Readonly<Record<string, string>>>> = {
  4: {
    '3.0': 'network unreachable',
    '3.1': 'host unreachable',
    '3.2': 'protocol unreachable',
    '3.3': 'port unreachable',
    '3.4': 'packet too big',
    '3.9': 'network prohibited',
    '3.10': 'host prohibited',
    '3.13': 'prohibited by a filter',
    '11': 'time to live exceeded',
  },
  6: {
    '1.0': 'no route',
    '1.1': 'prohibited by a filter',
    '1.3': 'address unreachable',
    '1.4': 'port unreachable',
    '1.5': 'refused by policy',
    '1.6': 'route rejected',
    '2': 'packet too big',
    '3': 'hop limit exceeded',
  },
};

/** For example "port unreachable"; the bare numbers where there are no words for them. */
export function icmpWords(
  family: AddressFamily,
  { type, code }: { readonly type: number; readonly code: number },
): string {
  const words = WORDS[family];
  return words[`${type}.${code}`] ?? words[String(type)] ?? `type ${type} code ${code}`;
}
