import type { NetworkInterface } from '../domain/network-interface';
import { table } from './print';

/** The interfaces as a table, one a line. */
export function interfaceLines(all: readonly NetworkInterface[]): readonly string[] {
  return table([
    ['index', 'name', 'state', 'route', 'MAC', 'addresses'],
    ...all.map((entry) => [
      String(entry.index),
      entry.name,
      entry.up ? 'up' : 'down',
      entry.defaultRoute ? 'default' : '-',
      entry.mac ?? '-',
      entry.addresses.join(', '),
    ]),
  ]);
}
