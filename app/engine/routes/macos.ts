/** macOS tells a route in the output of route(8): `route -n get`. */
import { SesamyError } from '../../domain/errors';
import { formatAddress, parseAddress } from '../../domain/packet/address';
import type { AddressFamily } from '../../domain/plan/knock-event';

/**
 * The arguments of `route`.
 * @param address a literal without a zone
 * @param through the interface that the route must use; null: any
 */
export function routeGetArguments(address: string, family: AddressFamily, through: string | null): readonly string[] {
  return ['-n', 'get', family === 6 ? '-inet6' : '-inet', ...(through === null ? [] : ['-ifscope', through]), address];
}

/**
 * Reads what `route -n get` prints: the interface, and the gateway where there is one.
 * @throws SesamyError `no-route` when it names no interface, `transport-failed` for a gateway that is no address
 */
export function parseRouteGet(text: string): { readonly interface: string; readonly gateway: string | null } {
  const value = (name: string): string | null => new RegExp(`^ *${name}: (\\S+)`, 'm').exec(text)?.[1] ?? null;
  const name = value('interface');
  if (name === null) throw new SesamyError('no-route', `The system names no interface: ${text.trim().slice(0, 200)}`);
  const flags = (value('flags') ?? '').replace(/[<>]/g, '').split(',');
  const gateway = value('gateway');
  // A gateway that is not one, as `link#4` of a link's own route, comes without the flag.
  if (gateway === null || !flags.includes('GATEWAY')) return { interface: name, gateway: null };
  const bytes = parseAddress(gateway.replace(/%.*$/, ''));
  if (bytes === null)
    throw new SesamyError('transport-failed', `The system’s gateway is not an address: ${gateway.slice(0, 100)}`);
  return { interface: name, gateway: formatAddress(bytes) };
}
