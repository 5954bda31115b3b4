/** Where on the link a packet goes first: to the host itself, or to the gateway to it. */
import { SesamyError } from '../../domain/errors';
import { parseAddress } from '../../domain/packet/address';
import type { AddressFamily } from '../../domain/plan/knock-event';
import { parseIpv4Routes, parseIpv6Routes, routeTo } from './linux';
import { parseRouteGet, routeGetArguments } from './macos';
import { FIND_ROUTE_ARGUMENTS, FIND_ROUTE_VARIABLES, parseFindNetRoute } from './windows';

/** What asking the system takes. Handed in, because only transports may start programs. */
export interface RouteSources {
  readonly platform: NodeJS.Platform;
  readonly byteOrder: 'BE' | 'LE';
  /** Reads a file of /proc. */
  readonly read: (path: string) => Promise<string>;
  /** Runs a program without a shell, and resolves to what it printed; rejects when it fails. */
  readonly run: (
    file: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) => Promise<string>;
}

export interface NextHop {
  readonly interface: string;
  /** The gateway, or the destination itself. Without a zone. */
  readonly address: string;
}

/**
 * Finds the next hop to a destination that is not this computer itself. Policy routing (`ip rule`) is not looked at.
 * @param destination a literal without a zone
 * @param through the interface that the packets must leave through; null: the routing table's choice
 * @throws SesamyError `no-route`, `transport-failed`
 */
export async function findNextHop(
  destination: string,
  family: AddressFamily,
  through: string | null,
  sources: RouteSources,
): Promise<NextHop> {
  const bytes = parseAddress(destination);
  if (bytes?.length !== (family === 4 ? 4 : 16))
    throw new SesamyError('transport-failed', `${destination} is not an IPv${family} address.`);
  const found = await ask(destination, bytes, family, through, sources);
  if (found === null || (through !== null && found.interface !== through))
    throw new SesamyError(
      'no-route',
      `The routing table has no way to ${destination}${through === null ? '' : ` through ${through}`}.`,
    );
  return { interface: found.interface, address: found.gateway ?? destination };
}

async function ask(
  destination: string,
  bytes: Uint8Array,
  family: AddressFamily,
  through: string | null,
  { platform, byteOrder, read, run }: RouteSources,
): Promise<{ readonly interface: string; readonly gateway: string | null } | null> {
  switch (platform) {
    case 'linux': {
      const routes =
        family === 4
          ? parseIpv4Routes(await read('/proc/net/route'), byteOrder)
          : parseIpv6Routes(await read('/proc/net/ipv6_route'));
      const route = routeTo(routes, bytes, through);
      return route === null || route.rejects ? null : route;
    }
    case 'darwin':
      return parseRouteGet(await asked(run('/sbin/route', routeGetArguments(destination, family, through), {})));
    case 'win32': {
      const powershell = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
      const { address, through: interfaceVariable } = FIND_ROUTE_VARIABLES;
      return parseFindNetRoute(
        await asked(
          run(powershell, FIND_ROUTE_ARGUMENTS, { [address]: destination, [interfaceVariable]: through ?? '' }),
        ),
      );
    }
    default:
      throw new SesamyError('transport-failed', `How ${platform} tells its routes is not known.`);
  }
}

/** Both programs fail when there is no route, and say so in words. */
async function asked(output: Promise<string>): Promise<string> {
  try {
    return await output;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new SesamyError('no-route', `The system was asked for the route, and said: ${words.trim().slice(0, 300)}`);
  }
}
