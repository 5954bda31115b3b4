/** From a plan and a route to what a raw transport has to do, whoever does it. */
import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { SesamyError } from '../../../domain/errors';
import type { NetworkInterface } from '../../../domain/network-interface';
import { formatAddress, isUnicastMac, parseAddress, parseMac, splitZone } from '../../../domain/packet/address';
import { knockPackets } from '../../../domain/packet/knock-packet';
import type { KnockChance } from '../../../domain/packet/knock-packet';
import type { Ends, RawPacket } from '../../../domain/packet/raw-packet';
import type { AddressFamily } from '../../../domain/plan/knock-event';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { text } from '../../../text/text';
import { listInterfaces } from '../../interfaces';
import type { Route } from '../transport';
import { interfaceLost, limitError, notOneHost } from './failures';
import { isOneHost, MAX_LISTEN_MS, overLimit } from './limits';

/** What this computer tells about itself, and chance. */
export interface Surroundings {
  readonly interfaces: () => Promise<readonly NetworkInterface[]>;
  /** The broadcast addresses of the IPv4 networks that it is in. */
  readonly broadcasts: () => readonly string[];
  readonly chance: KnockChance;
}

export const thisComputer: Surroundings = {
  interfaces: listInterfaces,
  broadcasts: () =>
    Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).flatMap(({ address, netmask }) => broadcastOf(address, netmask)),
    ),
  chance: { below: (limit) => randomInt(limit) },
};

/** The broadcast address of an IPv4 network; networks of one or two hosts have none (RFC 3021). */
export function broadcastOf(address: string, netmask: string): string[] {
  const [own, mask] = [parseAddress(address), parseAddress(netmask)];
  if (own?.length !== 4 || mask?.length !== 4 || (mask[3] ?? 0) >= 0xfe) return [];
  return [formatAddress(own.map((byte, position) => byte | (~(mask[position] ?? 0) & 0xff)))];
}

/** One packet, and when it leaves. */
export interface TimedPacket {
  /** Nanoseconds after the zero. */
  readonly atNs: bigint;
  readonly packet: RawPacket;
}

/** A knock as raw packets, before it is known which way they leave. */
export interface RawJob {
  readonly planned: readonly PlannedPacket[];
  /** One for each planned one, in order. */
  readonly packets: readonly TimedPacket[];
  readonly ends: Ends;
  /** The ends as text, without zones. */
  readonly source: string;
  readonly destination: string;
  /** The interface that the packets must leave through: the profile's, or that of a link-local destination (RFC 4007 §11). */
  readonly wanted: string | null;
  /** The Ethernet source address that they must have, as six bytes; null: the interface's own. */
  readonly sourceMac: Uint8Array | null;
  /** Whole milliseconds. */
  readonly listenMs: number;
}

/**
 * Makes the packets, and holds them to the limits of all raw transports.
 * @param listenMs how long to listen for answers after the last packet; no longer than {@link MAX_LISTEN_MS} is listened
 * @throws SesamyError `bad-input`, `no-route` for addresses that no packet can have
 * @throws RangeError for a plan that still waits for a fact
 */
export function rawJob(
  planned: readonly PlannedPacket[],
  route: Route,
  listenMs: number,
  { broadcasts, chance }: Pick<Surroundings, 'broadcasts' | 'chance'>,
): RawJob {
  const { family } = route;
  const to = splitZone(route.address);
  const source = splitZone(route.source).address;
  const ends = rawEnds(family, source, to.address);
  if (!isOneHost(ends.destination) || broadcasts().includes(to.address)) throw notOneHost(to.address);
  const packets = knockPackets(planned, family, chance).map((packet, position) => ({
    atNs: BigInt(Math.round((planned[position]?.atMs ?? 0) * 1e6)),
    packet,
  }));
  const limit = overLimit(packets.map(({ atNs }) => atNs));
  if (limit !== null) throw limitError(limit, packets.length);
  return {
    planned,
    packets,
    ends,
    source,
    destination: to.address,
    wanted: route.interface ?? to.zone,
    sourceMac: macBytes(route.sourceMac),
    listenMs: Math.min(MAX_LISTEN_MS, Math.max(0, Math.round(listenMs))),
  };
}

/**
 * The two ends of raw packets.
 * @param source,destination literals without a zone
 * @throws SesamyError `no-route` for what is no address of the family
 */
export function rawEnds(family: AddressFamily, source: string, destination: string): Ends {
  const bytesOf = (address: string): Uint8Array => {
    const bytes = parseAddress(address);
    if (bytes?.length === (family === 4 ? 4 : 16)) return bytes;
    throw new SesamyError('no-route', text('raw.no-address', { address, family }));
  };
  return { family, source: bytesOf(source), destination: bytesOf(destination) };
}

function macBytes(chosen: string | null): Uint8Array | null {
  if (chosen === null) return null;
  const mac = parseMac(chosen);
  if (mac !== null && isUnicastMac(mac)) return mac;
  throw new SesamyError('bad-input', text('raw.not-one-mac', { mac: chosen }), {
    action: { kind: 'edit-field', label: text('raw.change-mac'), field: 'sourceMac' },
  });
}

/** Where the packets of a job leave this computer. */
export type WayOut =
  /** They never get to a link: the destination is this computer itself. Null: it has no loopback interface. */
  | { readonly to: 'itself'; readonly owner: NetworkInterface; readonly loopback: NetworkInterface | null }
  | { readonly to: 'link'; readonly interface: NetworkInterface };

/**
 * The interface that is asked for, or else the one that owns the source address: the way that the routing table chose.
 * @throws SesamyError `interface-not-found` when it is not there, or down
 */
export async function wayOut(
  { source, destination, wanted }: Pick<RawJob, 'source' | 'destination' | 'wanted'>,
  { interfaces }: Pick<Surroundings, 'interfaces'>,
): Promise<WayOut> {
  const all = await interfaces();
  const owner = all.find((each) => each.addresses.includes(destination));
  if (owner !== undefined)
    return { to: 'itself', owner, loopback: all.find((each) => each.loopback && each.up) ?? null };
  const out = all.find((each) => (wanted === null ? each.addresses.includes(source) : each.name === wanted));
  if (out === undefined)
    throw interfaceLost(
      wanted === null ? text('raw.no-interface-of', { source }) : text('raw.no-interface', { name: wanted }),
    );
  if (!out.up) throw interfaceLost(text('raw.interface-down', { name: out.name }));
  return { to: 'link', interface: out };
}
