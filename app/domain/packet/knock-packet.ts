/** How a planned knock becomes a raw packet. */
import { hexToBytes } from '@noble/hashes/utils.js';
import type { AddressFamily } from '../plan/knock-event';
import type { PlannedPacket, SynFields } from '../plan/knock-plan';
import { TCP_FLAGS } from './raw-packet';
import type { RawPacket } from './raw-packet';

/** What chance decides in a raw knock: all of it is passed in. */
export interface KnockChance {
  /** A whole number in [0, below). */
  below(limit: number): number;
}

/** Linux hands out 32768 to 60999 by itself (ip_local_port_range): above that no connection of this computer is disturbed. */
const FIRST_SOURCE_PORT = 61_000;
const SOURCE_PORTS = 65_536 - FIRST_SOURCE_PORT;
/** Linux's own first window and TTL, so that a knock looks like any other SYN. */
const WINDOW = 64_240;
const TTL = 64;
/** The reference client of knockd sends one NUL byte; servers look at the port only (docs/knock-modes.md §2). */
const UDP_PAYLOAD = Uint8Array.of(0);

/**
 * The maximum segment size for an Ethernet link of 1500 bytes (RFC 9293 §3.7.1), and the timestamp option where the SYN has
 * one, after two paddings that put its values on a word (RFC 7323 §3.2, appendix A).
 */
function synOptions(family: AddressFamily, tsval: number | null): Uint8Array {
  const mss = family === 4 ? 1460 : 1440;
  const segmentSize = [2, 4, mss >> 8, mss & 0xff];
  if (tsval === null) return Uint8Array.from(segmentSize);
  const value = [tsval >>> 24, (tsval >>> 16) & 0xff, (tsval >>> 8) & 0xff, tsval & 0xff];
  return Uint8Array.from([...segmentSize, 1, 1, 8, 10, ...value, 0, 0, 0, 0]);
}

/** @throws RangeError for fields that the plan still waits for: it may not be run */
function chosenSyn(syn: SynFields | 'later' | null): SynFields | null {
  if (syn === 'later') throw new RangeError('the plan still waits for the fields of a SYN');
  return syn;
}

/**
 * The bytes that a knock datagram carries: those of the plan, or the one NUL byte of a bare knock.
 * @throws RangeError for a payload that the plan still waits for
 */
export function knockPayload(payload: string | null): Uint8Array {
  if (payload === 'later') throw new RangeError('the plan still waits for the payload of a datagram');
  return payload === null ? UDP_PAYLOAD : hexToBytes(payload);
}

/**
 * One raw packet for each planned one, in order. Source ports are all different, so that an answer tells which knock it
 * answers.
 * @throws RangeError for a plan that still waits for a fact
 */
export function knockPackets(
  planned: readonly PlannedPacket[],
  family: AddressFamily,
  chance: KnockChance,
): readonly RawPacket[] {
  const start = chance.below(SOURCE_PORTS);
  return planned.map((packet, position) => {
    const chosen = packet.protocol === 'tcp' ? chosenSyn(packet.syn) : null;
    const common = {
      ttl: TTL,
      ipId: family === 4 ? (chosen?.ipId ?? 1 + chance.below(65_535)) : 0,
      sourcePort: FIRST_SOURCE_PORT + ((start + position) % SOURCE_PORTS),
      destinationPort: packet.port,
    };
    if (packet.protocol === 'udp') return { ...common, protocol: 'udp', payload: knockPayload(packet.payload) };
    return {
      ...common,
      protocol: 'tcp',
      sequence: chosen?.sequence ?? chance.below(2 ** 32),
      acknowledgment: chosen?.acknowledgment ?? 0,
      flags: TCP_FLAGS.SYN,
      window: WINDOW,
      options: synOptions(family, chosen?.tsval ?? null),
    };
  });
}
