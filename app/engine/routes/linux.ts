/** Linux tells its routes in /proc/net/route (proc(5), the table `main`) and /proc/net/ipv6_route (all tables). */
import { SesamyError } from '../../domain/errors';
import { formatAddress } from '../../domain/packet/address';

/** One route, as far as finding the next hop needs it. */
export interface TableRoute {
  /** `*` for a route that rejects in /proc/net/route. */
  readonly interface: string;
  readonly destination: Uint8Array;
  /** Leading bits of the destination that count. */
  readonly prefix: number;
  /** Null: hosts there are on the link itself. */
  readonly gateway: string | null;
  readonly metric: number;
  /** It says that there is no way, such as `unreachable`. */
  readonly rejects: boolean;
}

/** The kernel's RTF_ flags (linux/route.h). */
const RTF_UP = 0x1;
const RTF_GATEWAY = 0x2;
const RTF_REJECT = 0x200;

const ROUTE4 = /^(\S+)\t([0-9A-F]{8})\t([0-9A-F]{8})\t([0-9A-F]{4,8})\t\d+\t\d+\t(\d+)\t([0-9A-F]{8})\t/;
const ROUTE6 =
  /^([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} ([0-9a-f]{32}) ([0-9a-f]{8}) [0-9a-f]{8} [0-9a-f]{8} ([0-9a-f]{8}) +(\S+)$/;

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/**
 * The IPv4 routes that are up.
 * @param text of /proc/net/route
 * @param order the byte order of this computer: the file prints addresses as numbers of the host
 * @throws SesamyError `transport-failed` for text of another form
 */
export function parseIpv4Routes(text: string, order: 'BE' | 'LE'): readonly TableRoute[] {
  const address = (hex: string): Uint8Array => (order === 'LE' ? bytesOf(hex).reverse() : bytesOf(hex));
  const [, ...lines] = linesOf(text);
  return lines.flatMap((line) => {
    const [, name = '', to = '', gateway = '', flagText = '', metric = '', mask = ''] =
      ROUTE4.exec(line) ?? misread(line);
    const flags = Number.parseInt(flagText, 16);
    return routeOf(flags, name, address(to), bitsOf(address(mask)), address(gateway), Number(metric));
  });
}

/**
 * The IPv6 routes that are up.
 * @param text of /proc/net/ipv6_route
 * @throws SesamyError `transport-failed` for text of another form
 */
export function parseIpv6Routes(text: string): readonly TableRoute[] {
  return linesOf(text).flatMap((line) => {
    const [, to = '', prefix = '', gateway = '', metric = '', flagText = '', name = ''] =
      ROUTE6.exec(line) ?? misread(line);
    const flags = Number.parseInt(flagText, 16);
    return routeOf(
      flags,
      name,
      bytesOf(to),
      Number.parseInt(prefix, 16),
      bytesOf(gateway),
      Number.parseInt(metric, 16),
    );
  });
}

/**
 * The route that counts: the longest prefix, then the lowest metric.
 * @param through only routes of this interface, and those that reject; null: any
 */
export function routeTo(routes: readonly TableRoute[], address: Uint8Array, through: string | null): TableRoute | null {
  const [best = null] = routes
    .filter((route) => through === null || route.rejects || route.interface === through)
    .filter((route) => startsWith(address, route.destination, route.prefix))
    .sort((a, b) => b.prefix - a.prefix || a.metric - b.metric);
  return best;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function misread(line: string): never {
  throw new SesamyError('transport-failed', `The system’s list of routes has a line that is not understood: ${line}`);
}

function routeOf(
  flags: number,
  name: string,
  destination: Uint8Array,
  prefix: number,
  gateway: Uint8Array,
  metric: number,
): TableRoute[] {
  if ((flags & RTF_UP) === 0) return [];
  return [
    {
      interface: name,
      destination,
      prefix,
      gateway: (flags & RTF_GATEWAY) === 0 ? null : formatAddress(gateway),
      metric,
      rejects: (flags & RTF_REJECT) !== 0,
    },
  ];
}

/** How many bits of a netmask are set. */
function bitsOf(mask: Uint8Array): number {
  return Array.from(mask, (byte) => byte.toString(2).replaceAll('0', '').length).reduce((sum, bits) => sum + bits, 0);
}

function startsWith(address: Uint8Array, prefix: Uint8Array, bits: number): boolean {
  return (
    address.length === prefix.length &&
    address.every((byte, position) => {
      const counting = Math.min(8, Math.max(0, bits - 8 * position));
      return byte >> (8 - counting) === (prefix[position] ?? 0) >> (8 - counting);
    })
  );
}
