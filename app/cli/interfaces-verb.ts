import type { NetworkInterface } from '../domain/network-interface';
import { listInterfaces } from '../engine/interfaces';
import { out, table } from './print';

/** `sesamy interfaces`. Returns the exit code. */
export async function interfacesVerb(json: boolean): Promise<number> {
  const all = await listInterfaces();
  if (json) for (const entry of all) out(JSON.stringify(entry));
  else for (const line of interfaceLines(all)) out(line);
  return 0;
}

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
