import { networkInterfaces } from 'node:os';
import { SesamyError } from '../domain/errors';
import type { AddressFamily } from '../domain/plan/knock-event';

/** A network interface of this computer. */
export interface NetworkInterface {
  /** Position in the list, from 0: what knocksettings.txt calls the interface index. */
  readonly index: number;
  readonly name: string;
  /** Null where the interface has none, as loopback. */
  readonly mac: string | null;
  readonly addresses: readonly string[];
  readonly loopback: boolean;
  readonly up: boolean;
  /** A default route of either family goes through it. */
  readonly defaultRoute: boolean;
}

/** The interfaces of this computer, in the system's own order. */
export function listInterfaces(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).map(([name, entries], index) => {
    const list = entries ?? [];
    const mac = list[0]?.mac.toUpperCase() ?? '';
    return {
      index,
      name,
      mac: mac === '' || mac === '00:00:00:00:00:00' ? null : mac,
      addresses: list.map((entry) => entry.address),
      loopback: list.some((entry) => entry.internal),
    };
  });
}

/**
 * The interface that a profile means.
 * @param wanted its name, or its index in {@link listInterfaces}
 * @throws SesamyError `interface-not-found`
 */
export function interfaceOf(wanted: string): NetworkInterface {
  const all = listInterfaces();
  const chosen =
    all.find((entry) => entry.name === wanted) ??
    (/^[0-9]+$/.test(wanted) ? all.find((entry) => entry.index === Number(wanted)) : undefined);
  if (chosen !== undefined) return chosen;
  throw notFound(`This computer has no interface ${wanted}; it has ${all.map((entry) => entry.name).join(', ')}.`);
}

/**
 * The source address that stands for an interface.
 * @throws SesamyError `interface-not-found` when it has no address of the family
 */
export function addressOf(chosen: NetworkInterface, family: AddressFamily): string {
  const address = chosen.addresses.find((text) => text.includes(':') === (family === 6) && !text.startsWith('fe80:'));
  if (address !== undefined) return address;
  throw notFound(`The interface ${chosen.name} has no IPv${family} address.`);
}

function notFound(cause: string): SesamyError {
  return new SesamyError('interface-not-found', cause, {
    action: { kind: 'edit-field', label: 'Change the interface', field: 'interface' },
  });
}
