import type { AddressFamily } from '../../domain/plan/knock-event';
import type { PlannedPacket, Port } from '../../domain/plan/knock-plan';

/** Where packets go and where they come from. */
export interface Route {
  readonly address: string;
  readonly family: AddressFamily;
  /** Source address to bind to, or null for the routing table's choice. */
  readonly sourceAddress: string | null;
}

export interface SentPacket {
  readonly packet: PlannedPacket;
  /** When it was handed to the network, on the clock of `monotonicMs`. */
  readonly sentAtMs: number;
  readonly sourcePort: Port | null;
}

/** A way for packets to leave this computer. It owns the schedule, because some ways can keep time better than we can. */
export interface Transport {
  readonly name: string;
  /** Why a person would be told that this one is used. */
  readonly reason: string;
  /**
   * Sends each packet at `zeroMs + packet.atMs` (clock of `monotonicMs`) and yields it when it has left.
   * When it ends, by itself, by abort or by an error, nothing is left open.
   * @throws SesamyError `no-route`, `not-permitted`, `cancelled`
   */
  send(
    packets: readonly PlannedPacket[],
    route: Route,
    zeroMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<SentPacket, void>;
}
