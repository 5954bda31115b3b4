/**
 * The server's side of a knock as a pure value: what a door that follows a mode's rule does with each packet from one
 * source address. The practice door runs on it, and the property tests hold the plans against it.
 */
import type { KnockProtocol, Port } from './knock-plan';

/** A packet as the server sees it. TCP packets are connection attempts (SYN). */
export interface ArrivedPacket {
  /** Server time in milliseconds; only differences matter. Never smaller than that of the packet before. */
  readonly atMs: number;
  readonly protocol: KnockProtocol;
  readonly port: Port;
}

/** `accept`: this SYN may become a connection. `count`: noted as a knock. `reset`: all progress is lost. `ignore`: none of these. */
export type DoorVerdict = 'accept' | 'count' | 'reset' | 'ignore';

export interface Door {
  /** The ports on which this door takes notice of packets. */
  readonly listens: readonly { readonly port: Port; readonly protocol: KnockProtocol }[];
  /** How many knocks it remembers just now. */
  readonly counted: number;
  /** The door after one more packet, and what it did with that packet. */
  receive(packet: ArrivedPacket): { readonly verdict: DoorVerdict; readonly door: Door };
}
