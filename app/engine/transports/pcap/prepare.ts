/** From a plan and a route to what the pcap process is asked for. */
import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { SesamyError } from '../../../domain/errors';
import { formatAddress, parseAddress, splitZone } from '../../../domain/packet/address';
import { knockPackets } from '../../../domain/packet/knock-packet';
import type { KnockChance } from '../../../domain/packet/knock-packet';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { listInterfaces, sourceAddressFor } from '../../interfaces';
import type { NetworkInterface } from '../../interfaces';
import { findNextHop } from '../../routes/next-hop';
import type { RouteSources } from '../../routes/next-hop';
import type { Link, Route } from '../transport';
import { routeSources } from './launch';
import { readSendRequest } from './messages';
import type { SendRequest } from './messages';

/** What this computer tells about itself. */
export interface Surroundings {
  readonly interfaces: () => Promise<readonly NetworkInterface[]>;
  readonly sourceAddressFor: typeof sourceAddressFor;
  /** The broadcast addresses of the IPv4 networks that it is in. */
  readonly broadcasts: () => readonly string[];
  readonly routes: RouteSources;
  readonly chance: KnockChance;
}

export const thisComputer: Surroundings = {
  interfaces: listInterfaces,
  sourceAddressFor,
  broadcasts: () =>
    Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).flatMap(({ address, netmask }) => broadcastOf(address, netmask)),
    ),
  routes: routeSources,
  chance: { below: (limit) => randomInt(limit) },
};

/** The broadcast address of an IPv4 network; networks of one or two hosts have none (RFC 3021). */
export function broadcastOf(address: string, netmask: string): string[] {
  const [own, mask] = [parseAddress(address), parseAddress(netmask)];
  if (own?.length !== 4 || mask?.length !== 4 || (mask[3] ?? 0) >= 0xfe) return [];
  return [formatAddress(own.map((byte, position) => byte | (~(mask[position] ?? 0) & 0xff)))];
}

/** A knock that is ready for the pcap process, and its way out as far as the app knows it. */
export interface Prepared {
  readonly request: SendRequest;
  readonly link: Omit<Link, 'nextHopMac'>;
}

const ZERO_MAC = '00:00:00:00:00:00';

/** @throws SesamyError `no-route`, `interface-not-found`, `transport-failed` */
export async function prepare(
  packets: readonly PlannedPacket[],
  route: Route,
  listenMs: number,
  { interfaces, sourceAddressFor: sourceFor, broadcasts, routes, chance }: Surroundings,
): Promise<Prepared> {
  const { family } = route;
  const { address: destination, zone } = splitZone(route.address);
  if (broadcasts().includes(destination)) throw notOneHost(destination);
  const all = await interfaces();
  const source = splitZone(route.sourceAddress ?? (await sourceFor(route.address, family))).address;
  const own = all.find((each) => each.addresses.includes(destination));
  const out = own === undefined ? outOf(all, route.interface ?? zone, source) : loopbackOf(all, own, route.interface);
  const link =
    own === undefined
      ? { ...macs(out, route.sourceMac), nextHop: (await findNextHop(destination, family, out.name, routes)).address }
      : null;
  const request = readSendRequest({
    job: 'send',
    family,
    device: { name: out.name, addresses: out.addresses },
    source,
    destination,
    link,
    listenMs: Math.round(listenMs),
    packets: knockPackets(packets, family, chance).map((packet, position) => ({
      atNs: BigInt(Math.round((packets[position]?.atMs ?? 0) * 1e6)).toString(),
      packet,
    })),
  });
  if (typeof request === 'string')
    throw new SesamyError('transport-failed', `The knock cannot be sent as raw frames: ${request}`, {
      steps: ['Change what is named above in the profile, or choose another transport.'],
    });
  return {
    request,
    link: { interface: out.name, sourceMac: link?.sourceMac ?? ZERO_MAC, nextHop: link?.nextHop ?? destination },
  };
}

function notOneHost(destination: string): SesamyError {
  return new SesamyError('transport-failed', `${destination} is a broadcast address: a knock goes to one host.`, {
    steps: ['Correct the host of the profile.'],
  });
}

/** The interface that is asked for, or the one that owns the source address: the way that the routing table chose. */
function outOf(all: readonly NetworkInterface[], wanted: string | null, source: string): NetworkInterface {
  const out = all.find((each) => (wanted === null ? each.addresses.includes(source) : each.name === wanted));
  if (out === undefined)
    throw new SesamyError(
      'interface-not-found',
      wanted === null ? `No interface has the address ${source}.` : `This computer has no interface ${wanted}.`,
    );
  if (!out.up) throw new SesamyError('interface-not-found', `The interface ${out.name} is down.`);
  return out;
}

/** Packets to this computer itself never get to a link. */
function loopbackOf(all: readonly NetworkInterface[], own: NetworkInterface, wanted: string | null): NetworkInterface {
  const loopback = all.find((each) => each.loopback && each.up);
  if (loopback !== undefined && (wanted === null || wanted === loopback.name)) return loopback;
  throw new SesamyError(
    'no-route',
    `The host is this computer itself (${own.name}): nothing for it leaves through ${wanted ?? 'an interface'}.`,
  );
}

function macs(out: NetworkInterface, chosen: string | null): { readonly ownMac: string; readonly sourceMac: string } {
  if (out.mac === null)
    throw new SesamyError(
      'transport-failed',
      `The interface ${out.name} has no MAC address: it is no Ethernet, and frames cannot be sent on it.`,
      { steps: ['Choose another interface, or another transport.'] },
    );
  return { ownMac: out.mac, sourceMac: chosen ?? out.mac };
}
