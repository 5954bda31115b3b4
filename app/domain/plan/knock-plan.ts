/**
 * A knock as data: which packets leave when, when the connection follows, and what a retry has to respect.
 * Modes make plans, engines run them, and the timeline draws them. A plan names no address: the engine resolves the
 * host once and uses that one address for every packet and for the connection.
 */

/** A transport-layer port, 1 to 65535. */
export type Port = number;

export type KnockProtocol = 'tcp' | 'udp';

/** A SYN whose ISN is the knock (TCP Stealth, knock-modes §4). */
export type StealthSyn =
  /** As the mode has it: the ISN depends on the host's address, which a plan does not know. Holds the secret. */
  | {
      readonly kind: 'secret';
      readonly secret: string;
      readonly timestamps: boolean;
      /** How many of the first bytes of the connection the ISN protects. */
      readonly integrityLength: number;
    }
  /** For the one address that this knock goes to. The secret is not in it. */
  | {
      readonly kind: 'isn';
      readonly isn: number;
      /** Null: the SYN has no timestamp option. */
      readonly tsval: number | null;
    };

/** One packet: a bare TCP SYN, or one UDP datagram. */
export interface PlannedPacket {
  /** Position in the plan's schedule, from 0. */
  readonly index: number;
  /** When it leaves, in milliseconds from the plan's zero. */
  readonly atMs: number;
  readonly protocol: KnockProtocol;
  readonly port: Port;
  /** The SYN's ISN is not left to chance. */
  readonly stealth?: StealthSyn;
}

/** A stretch of time that the timeline shades, for example one window of a count-window sequence. */
export interface PlanBand {
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
}

/** What a person would call one step: a burst, or one port of a sequence. It owns a run of the packets. */
export interface PlanStep {
  readonly label: string;
  readonly detail: string;
  readonly firstPacket: number;
  readonly packetCount: number;
}

/** The TCP connection that the knock is for. */
export interface ConnectPlan {
  readonly port: Port;
  /** When the connecting SYN leaves, in milliseconds from the plan's zero. */
  readonly atMs: number;
  /** How long the engine waits for an answer, in milliseconds from `atMs`. */
  readonly timeoutMs: number;
  /**
   * `only-session`: the door is single-use, or a SYN too many shuts it, so the session's own connection is the only
   * one that may be made. `free`: a connection made to find out whether the door opened does no harm.
   */
  readonly probing: 'only-session' | 'free';
  /** Milliseconds between attempts after a refusal; null when a second attempt would do harm. */
  readonly reattemptMs: number | null;
  /** The connecting SYN itself is the knock. */
  readonly stealth?: StealthSyn;
}

/** How far the packets may arrive from where they were planned, relative to the connecting SYN. */
export interface PlanSlack {
  /** Every knock may be delayed by less than this many milliseconds more than the connecting SYN is. */
  readonly knockLateMs: number;
  /** The connecting SYN may be delayed by up to, and not more than, this many milliseconds more than any knock is. */
  readonly connectLateMs: number;
}

export interface KnockPlan {
  /** One line for a person: what this knock is. Holds the secret; show it only where the profile itself may be shown. */
  readonly summary: string;
  readonly packets: readonly PlannedPacket[];
  readonly steps: readonly PlanStep[];
  readonly bands: readonly PlanBand[];
  readonly connect: ConnectPlan;
  /** When the server is expected to let the service port be reached; `toMs` is null when the server alone knows. */
  readonly door: { readonly fromMs: number; readonly toMs: number | null; readonly singleUse: boolean };
  /** Null where the order of the packets matters but no clock of the server does. */
  readonly slack: PlanSlack | null;
  /** How long to keep quiet, in milliseconds after the last packet, before a second try can succeed. */
  readonly retryQuietMs: number;
  /** Sent when the session ends, timed from that moment. Empty when nothing closes the door. */
  readonly closing: readonly PlannedPacket[];
}

/** When the last thing of the plan happens, in milliseconds from its zero: the connecting SYN. */
export function planDurationMs(plan: KnockPlan): number {
  return plan.connect.atMs;
}

/** How many knocks there are: the packets, and the connecting SYN where that is one itself. */
export function countKnocks(plan: KnockPlan): number {
  return plan.packets.length + (plan.connect.stealth === undefined ? 0 : 1);
}
