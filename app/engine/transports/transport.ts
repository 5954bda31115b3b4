import type { AddressFamily } from '../../domain/plan/knock-event';
import type { PlannedPacket, Port } from '../../domain/plan/knock-plan';
import type { TransportName } from '../../domain/plan/transport';

/** Where packets go and where they come from. */
export interface Route {
  readonly address: string;
  readonly family: AddressFamily;
  /** The address of this computer that packets come from; a link-local one with its zone. */
  readonly source: string;
  /** Whether sockets bind to it; otherwise the routing table chooses anew, which comes to the same. */
  readonly bindSource: boolean;
  /** The interface that link-level packets leave through, by its name; null: the routing table's choice. */
  readonly interface: string | null;
  /** Ethernet source address of link-level packets, as six pairs of hex digits in capitals; null: the interface's own. */
  readonly sourceMac: string | null;
}

/** How link-level packets find their next hop. */
export interface Link {
  readonly interface: string;
  readonly sourceMac: string;
  /** The host itself, or the gateway to it. */
  readonly nextHop: string;
  readonly nextHopMac: string;
}

/** An answer that came to one of the packets. It proves nothing about the door. */
export interface PacketAnswer {
  readonly packet: PlannedPacket;
  /** When it was seen, on the clock of `monotonicMs`. */
  readonly atMs: number;
  readonly kind: 'syn-ack' | 'rst' | 'icmp';
  /** Who sent it: for an ICMP error often a router on the way. */
  readonly from: string;
  /** ICMP type and code (RFC 792, RFC 4443); null otherwise. */
  readonly icmp: { readonly type: number; readonly code: number } | null;
}

export interface SentPacket {
  readonly packet: PlannedPacket;
  /** When it was handed to the network, on the clock of `monotonicMs`. */
  readonly sentAtMs: number;
  readonly sourcePort: Port | null;
}

/** What a transport tells while it sends. `armed` comes first, exactly once. */
export type TransportReport =
  /** Everything is ready: the plan's zero, on the clock of `monotonicMs`. `link` is null above the link level. */
  | { readonly type: 'armed'; readonly zeroMs: number; readonly link: Link | null }
  | ({ readonly type: 'sent' } & SentPacket)
  | ({ readonly type: 'answer' } & PacketAnswer);

/** A way for packets to leave this computer. It owns the schedule, because some ways can keep time better than we can. */
export interface Transport {
  readonly name: TransportName;
  /**
   * Gets ready, tells its zero, sends each packet at `zero + packet.atMs` and tells when it has left. When it ends, by
   * itself, by abort or by an error, nothing is left open.
   * @param listenMs how long after the last packet to listen for answers; ways that hear none end at once
   * @throws SesamyError `no-route`, `not-permitted`, `cancelled`, `interface-not-found`, `next-hop-silent`,
   * `transport-failed`, `bad-input` for a plan outside of the raw transports' limits
   * @throws RangeError for packets that the plan still waits for, or that this way cannot make: a mistake of this program
   */
  send(
    packets: readonly PlannedPacket[],
    route: Route,
    listenMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<TransportReport, void>;
}
