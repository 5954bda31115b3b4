/** Windows tells a route through the PowerShell command Find-NetRoute. */
import * as z from 'zod';
import { SesamyError } from '../../domain/errors';
import { parseAddress, splitZone } from '../../domain/packet/address';

/** What the script below is given, as environment variables: nothing is ever put into its text. */
export const FIND_ROUTE_VARIABLES = { address: 'SESAMY_ROUTE_TO', through: 'SESAMY_ROUTE_THROUGH' } as const;

const SCRIPT = `
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$wanted = @{ RemoteIPAddress = $env:${FIND_ROUTE_VARIABLES.address} }
if ($env:${FIND_ROUTE_VARIABLES.through}) {
  $wanted.InterfaceIndex = (Get-NetIPInterface | Where-Object InterfaceAlias -eq $env:${FIND_ROUTE_VARIABLES.through})[0].InterfaceIndex
}
Find-NetRoute @wanted | Where-Object NextHop | Select-Object InterfaceAlias, NextHop | ConvertTo-Json -Compress
`;

/** The arguments of powershell.exe. */
export const FIND_ROUTE_ARGUMENTS: readonly string[] = ['-NoProfile', '-NonInteractive', '-Command', SCRIPT];

const found = z.object({
  InterfaceAlias: z.string().min(1).max(256),
  NextHop: z.string().refine((text) => parseAddress(splitZone(text).address) !== null),
});

/**
 * Reads the JSON that the script prints.
 * @throws SesamyError `no-route` when it printed nothing, `transport-failed` for anything but a route
 */
export function parseFindNetRoute(text: string): { readonly interface: string; readonly gateway: string | null } {
  if (text.trim() === '') throw new SesamyError('no-route', 'The system has no route to the host.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const [route] = z.union([found.transform((one) => [one]), z.array(found).min(1)]).safeParse(json).data ?? [];
  if (route === undefined)
    throw new SesamyError('transport-failed', `The system’s route is not understood: ${text.trim().slice(0, 200)}`);
  const nextHop = splitZone(route.NextHop).address;
  // Windows writes a host on the link itself as the unspecified address.
  const onLink = parseAddress(nextHop)?.every((byte) => byte === 0) === true;
  return { interface: route.InterfaceAlias, gateway: onLink ? null : nextHop };
}
