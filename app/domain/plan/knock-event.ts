/**
 * What a knock reports while it runs. Window, command line and ProxyCommand show this one stream, each in its own way.
 * Events are plain data (they cross IPC and are printed as JSON, one object a line). Times are milliseconds from the
 * plan's zero (the moment of `armed`), except where a field says otherwise.
 */
import type { ErrorInfo } from '../errors';
import type { KnockPlan, KnockProtocol, Port } from './knock-plan';
import type { TransportName } from './transport';

export type AddressFamily = 4 | 6;

export type KnockEvent =
  /** The host's one address, used for every packet and for the connection. */
  | {
      readonly type: 'resolved';
      readonly host: string;
      readonly address: string;
      readonly family: AddressFamily;
      /** How long the name service took. */
      readonly tookMs: number;
    }
  /** The schedule starts now. */
  | {
      readonly type: 'armed';
      readonly plan: KnockPlan;
      readonly transport: TransportName;
      /** Why this transport was chosen, in one sentence. */
      readonly reason: string;
      /** Wall-clock time of the plan's zero, in milliseconds since 1970. */
      readonly unixMs: number;
    }
  /** Packets leave at link level: through this interface, to the Ethernet address of this next hop. */
  | {
      readonly type: 'link';
      readonly interface: string;
      readonly sourceMac: string;
      readonly nextHop: string;
      readonly nextHopMac: string;
    }
  /** An answer came to a knock: for the log. Only the service port's own answer proves that the door opened. */
  | {
      readonly type: 'answer';
      /** The packet that it answers, as in `packet-sent`. */
      readonly index: number;
      readonly phase: 'knock' | 'closing';
      readonly atMs: number;
      readonly kind: 'syn-ack' | 'rst' | 'icmp';
      readonly from: string;
      readonly icmp: { readonly type: number; readonly code: number } | null;
    }
  /** Something the profile asks for that this run does not do, or that may spoil it. The run goes on. */
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'packet-sent';
      readonly index: number;
      /** `knock` opens the door, `closing` shuts it after the session (timed from the session's end). */
      readonly phase: 'knock' | 'closing';
      readonly plannedMs: number;
      readonly actualMs: number;
      readonly protocol: KnockProtocol;
      readonly address: string;
      readonly port: Port;
      readonly sourcePort: Port | null;
    }
  | {
      readonly type: 'connecting';
      readonly plannedMs: number;
      readonly actualMs: number;
      readonly address: string;
      readonly port: Port;
      /** 1 for the first connection attempt. */
      readonly attempt: number;
    }
  /** The service port answered. This alone proves that the door opened. */
  | { readonly type: 'open'; readonly atMs: number; readonly answeredInMs: number }
  /** Every packet left and no connection was asked for. Nothing proves that the door opened. */
  | { readonly type: 'sent'; readonly atMs: number; readonly doorToMs: number | null }
  /** The program that was to use the door has been started (a terminal with ssh). */
  | { readonly type: 'launched'; readonly program: string }
  /** The session on the open door is over. */
  | { readonly type: 'closed'; readonly atMs: number; readonly bytesIn: number; readonly bytesOut: number }
  | {
      readonly type: 'failed';
      readonly atMs: number;
      readonly error: ErrorInfo;
      /** How long to wait, in milliseconds from this event, before another try can succeed. 0: at once. */
      readonly retryAfterMs: number;
    };
