/** How a planned knock becomes a raw packet. */
import type { AddressFamily } from '../plan/knock-event';
import type { PlannedPacket } from '../plan/knock-plan';
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
/** The reference client of knockd sends one NUL byte; servers look at the port only (knock-modes §2). */
const UDP_PAYLOAD = Uint8Array.of(0);

/** The maximum segment size option for an Ethernet link of 1500 bytes (RFC 9293 §3.7.1). */
function mssOption(family: AddressFamily): Uint8Array {
  const mss = family === 4 ? 1460 : 1440;
  return Uint8Array.of(2, 4, mss >> 8, mss & 0xff);
}

/**
 * One raw packet for each planned one, in order. Source ports are all different, so that an answer tells which knock it
 * answers.
 */
export function knockPackets(
  planned: readonly PlannedPacket[],
  family: AddressFamily,
  chance: KnockChance,
): readonly RawPacket[] {
  const start = chance.below(SOURCE_PORTS);
  return planned.map((packet, position) => {
    const common = {
      ttl: TTL,
      ipId: family === 4 ? 1 + chance.below(65_535) : 0,
      sourcePort: FIRST_SOURCE_PORT + ((start + position) % SOURCE_PORTS),
      destinationPort: packet.port,
    };
    return packet.protocol === 'udp'
      ? { ...common, protocol: 'udp', payload: UDP_PAYLOAD }
      : {
          ...common,
          protocol: 'tcp',
          sequence: chance.below(2 ** 32),
          acknowledgment: 0,
          flags: TCP_FLAGS.SYN,
          window: WINDOW,
          options: mssOption(family),
        };
  });
}
