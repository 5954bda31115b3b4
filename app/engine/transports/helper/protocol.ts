/** The helper's protocol (docs/helper-protocol.md): requests become frames, and frames become checked reports. */
import type { AddressFamily } from '../../../domain/plan/knock-event';
import type { RawPacket } from '../../../domain/packet/raw-packet';

const VERSION = 1;
const MAX_FRAME = 655_360;
const ADDRESS_LENGTH = 16;
const MAC_LENGTH = 6;
/** In a `failed` report: no packet in particular. */
const NO_PACKET = 0xffff;

const REQUEST = { probe: 1, send: 2, connect: 3, listen: 4 } as const;
const CARRY = { close: 0, splice: 1, pass: 2 } as const;
const LEVEL = { routed: 1, link: 2 } as const;
const PROTOCOL = { tcp: 6, udp: 17 } as const;

export interface SendRequest {
  readonly family: AddressFamily;
  readonly level: keyof typeof LEVEL;
  /** The kernel's number of the interface; 0 at level routed. */
  readonly interfaceIndex: number;
  /** 4 or 16 bytes each, as the family has it. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Null: the interface's own. */
  readonly sourceMac: Uint8Array | null;
  readonly listenMs: number;
  readonly packets: readonly {
    /** Nanoseconds after the zero. */
    readonly atNs: bigint;
    readonly packet: RawPacket;
  }[];
}

/** What becomes of the connection: it is closed, its bytes are carried, or the socket itself is handed over. */
export type Carry = keyof typeof CARRY;

export interface ConnectRequest {
  readonly family: AddressFamily;
  readonly carry: Carry;
  /** Of a link-local destination; 0 otherwise. */
  readonly interfaceIndex: number;
  /** 4 or 16 bytes each, as the family has it. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  readonly isn: number;
  /** The SYN's acknowledgment field, which means nothing without the ACK flag (RFC 9293 §3.1). */
  readonly acknowledgment: number;
  /** Null: the kernel's choice, and in IPv6, which has none. */
  readonly ipId: number | null;
  /** Even; null: the SYN has no timestamp option. */
  readonly tsval: number | null;
  /** For the handshake. */
  readonly timeoutMs: number;
  /** What goes out as the first segment: at most 255 bytes. */
  readonly first: Uint8Array;
}

export interface ListenRequest {
  readonly port: number;
  /** At most 600,000. */
  readonly durationMs: number;
  /** After so many it ends: at most 100. */
  readonly connections: number;
}

/** Why the helper refuses or fails, in the order of the protocol's numbers from 1. */
const REASONS = [
  'malformed',
  'version',
  'too-large',
  'unknown-command',
  'source-not-own',
  'not-one-host',
  'too-many',
  'too-long',
  'too-fast',
  'not-permitted',
  'no-interface',
  'no-route',
  'next-hop-silent',
  'send-failed',
  'cancelled',
  'internal',
  'refused',
  'unreachable',
  'no-answer',
  'port-busy',
  'first-too-long',
  'connection-broken',
  'hung-up',
] as const;
export type Reason = (typeof REASONS)[number];

/** Times are nanoseconds on CLOCK_MONOTONIC; addresses take 16 bytes, an IPv4 address the first 4 of them. */
export type Report =
  | {
      readonly type: 'probed';
      /** The kernel's bit mask of the capabilities that the process holds. */
      readonly capabilities: bigint;
      readonly noNewPrivs: boolean;
      /** 2: a filter is on. */
      readonly seccomp: number;
    }
  | {
      readonly type: 'armed';
      readonly zeroNs: bigint;
      readonly interfaceIndex: number;
      readonly sourceMac: Uint8Array;
      readonly nextHopMac: Uint8Array;
      readonly nextHop: Uint8Array;
    }
  | { readonly type: 'sent'; readonly packet: number; readonly plannedNs: bigint; readonly actualNs: bigint }
  | {
      readonly type: 'answer';
      readonly seenNs: bigint;
      readonly packet: number;
      readonly kind: 'syn-ack' | 'rst' | 'icmp';
      readonly icmp: { readonly type: number; readonly code: number } | null;
      readonly from: Uint8Array;
    }
  | { readonly type: 'done'; readonly packets: number }
  | { readonly type: 'syn'; readonly sentNs: bigint }
  | { readonly type: 'open'; readonly sourcePort: number; readonly establishedNs: bigint }
  | { readonly type: 'carried'; readonly up: bigint; readonly down: bigint }
  | { readonly type: 'listening'; readonly family: AddressFamily; readonly port: number }
  | {
      readonly type: 'arrived';
      readonly family: AddressFamily;
      readonly from: Uint8Array;
      readonly sourcePort: number;
      readonly isn: number;
      readonly acknowledgment: number;
      /** Null: the SYN had no timestamp option. */
      readonly tsval: number | null;
    }
  | {
      readonly type: 'failed';
      readonly reason: Reason;
      /** Null: none in particular. */
      readonly packet: number | null;
      /** 0: none. */
      readonly errno: number;
    };

/** What came is no report. The bytes after it mean nothing any more. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export function encodeProbe(): Uint8Array {
  return frame(REQUEST.probe, []);
}

/** @throws RangeError for a value that its field cannot hold: a mistake of this program, never of its input */
export function encodeSend(request: SendRequest): Uint8Array {
  const { family, level, interfaceIndex, source, destination, sourceMac, listenMs, packets } = request;
  return frame(REQUEST.send, [
    ...[whole(1, family), whole(1, LEVEL[level]), whole(2, packets.length), whole(4, interfaceIndex)],
    ...[address(source, family), address(destination, family)],
    sized('source MAC', sourceMac ?? Buffer.alloc(MAC_LENGTH), MAC_LENGTH),
    whole(2, Math.round(listenMs)),
    ...packets.map(({ atNs, packet }) => packetBytes(atNs, packet)),
  ]);
}

/** @throws RangeError as {@link encodeSend} */
export function encodeConnect(request: ConnectRequest): Uint8Array {
  const { family, carry, interfaceIndex, source, destination, destinationPort, tsval, timeoutMs, first } = request;
  return frame(REQUEST.connect, [
    ...[whole(1, family), whole(1, CARRY[carry]), whole(1, tsval === null ? 0 : 1), whole(4, interfaceIndex)],
    ...[address(source, family), address(destination, family), whole(2, destinationPort)],
    ...[whole(4, request.isn), whole(4, request.acknowledgment), whole(2, request.ipId ?? 0)],
    ...[whole(4, tsval ?? 0), whole(4, timeoutMs), whole(2, first.length), first],
  ]);
}

/** @throws RangeError as {@link encodeSend} */
export function encodeListen({ port, durationMs, connections }: ListenRequest): Uint8Array {
  return frame(REQUEST.listen, [whole(2, port), whole(4, durationMs), whole(1, connections)]);
}

function packetBytes(atNs: bigint, packet: RawPacket): Uint8Array {
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(atNs);
  return Buffer.concat([
    at,
    ...[whole(1, PROTOCOL[packet.protocol]), whole(1, packet.ttl), whole(2, packet.ipId)],
    ...[whole(2, packet.sourcePort), whole(2, packet.destinationPort)],
    ...(packet.protocol === 'tcp'
      ? [
          ...[whole(4, packet.sequence), whole(4, packet.acknowledgment)],
          ...[whole(1, packet.flags), whole(2, packet.window), whole(1, packet.options.length)],
          packet.options,
        ]
      : [whole(2, packet.payload.length), packet.payload]),
  ]);
}

function frame(type: number, fields: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([whole(1, VERSION), whole(1, type), ...fields]);
  if (body.length > MAX_FRAME) throw new RangeError(`a frame of ${body.length} bytes is too long`);
  return Buffer.concat([whole(4, body.length), body]);
}

/** A number in network byte order. */
function whole(bytes: number, value: number): Buffer {
  const field = Buffer.alloc(bytes);
  field.writeUIntBE(value, 0, bytes);
  return field;
}

function sized(field: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${field} must have ${length} bytes; this has ${bytes.length}`);
  return bytes;
}

function address(bytes: Uint8Array, family: AddressFamily): Uint8Array {
  const field = Buffer.alloc(ADDRESS_LENGTH);
  field.set(sized('address', bytes, family === 4 ? 4 : ADDRESS_LENGTH));
  return field;
}

/** Takes the fields of one report apart. Its length has been checked. */
class Fields {
  private at = 2;
  constructor(private readonly body: Buffer) {}
  number(bytes: 1 | 2 | 4): number {
    return this.body.readUIntBE((this.at += bytes) - bytes, bytes);
  }
  big(): bigint {
    return this.body.readBigUInt64BE((this.at += 8) - 8);
  }
  bytes(length: number): Uint8Array {
    // A copy: the report outlives the buffer that it came in.
    return Uint8Array.from(this.body.subarray((this.at += length) - length, this.at));
  }
  mac(): Uint8Array {
    return this.bytes(MAC_LENGTH);
  }
  address(): Uint8Array {
    return this.bytes(ADDRESS_LENGTH);
  }
}

function member<T>(what: string, list: readonly T[], number: number): T {
  const value = list[number - 1];
  if (value === undefined) throw new ProtocolError(`There is no ${what} ${number}.`);
  return value;
}

function familyOf(fields: Fields): AddressFamily {
  const family = fields.number(1);
  if (family === 4 || family === 6) return family;
  throw new ProtocolError(`There is no address family ${family}.`);
}

/** For each type of report: how long its body is, with version and type, and what it says. */
const REPORTS: Readonly<Record<number, { readonly length: number; readonly read: (fields: Fields) => Report }>> = {
  129: {
    length: 12,
    read: (fields) => ({
      type: 'probed',
      capabilities: fields.big(),
      noNewPrivs: fields.number(1) === 1,
      seccomp: fields.number(1),
    }),
  },
  130: {
    length: 42,
    read: (fields) => ({
      type: 'armed',
      zeroNs: fields.big(),
      interfaceIndex: fields.number(4),
      sourceMac: fields.mac(),
      nextHopMac: fields.mac(),
      nextHop: fields.address(),
    }),
  },
  131: {
    length: 20,
    read: (fields) => ({ type: 'sent', packet: fields.number(2), plannedNs: fields.big(), actualNs: fields.big() }),
  },
  132: {
    length: 31,
    read: (fields) => {
      const [seenNs, packet] = [fields.big(), fields.number(2)];
      const kind = member('kind of answer', ['syn-ack', 'rst', 'icmp'] as const, fields.number(1));
      const icmp = { type: fields.number(1), code: fields.number(1) };
      return { type: 'answer', seenNs, packet, kind, icmp: kind === 'icmp' ? icmp : null, from: fields.address() };
    },
  },
  133: { length: 4, read: (fields) => ({ type: 'done', packets: fields.number(2) }) },
  135: { length: 10, read: (fields) => ({ type: 'syn', sentNs: fields.big() }) },
  136: {
    length: 12,
    read: (fields) => ({ type: 'open', sourcePort: fields.number(2), establishedNs: fields.big() }),
  },
  137: { length: 18, read: (fields) => ({ type: 'carried', up: fields.big(), down: fields.big() }) },
  138: { length: 5, read: (fields) => ({ type: 'listening', family: familyOf(fields), port: fields.number(2) }) },
  139: {
    length: 34,
    read: (fields) => {
      const [family, from, sourcePort] = [familyOf(fields), fields.address(), fields.number(2)];
      const [isn, acknowledgment] = [fields.number(4), fields.number(4)];
      const [timestamps, tsval] = [fields.number(1) === 1, fields.number(4)];
      return { type: 'arrived', family, from, sourcePort, isn, acknowledgment, tsval: timestamps ? tsval : null };
    },
  },
  134: {
    length: 9,
    read: (fields) => {
      const [reason, packet] = [member('reason', REASONS, fields.number(1)), fields.number(2)];
      return { type: 'failed', reason, packet: packet === NO_PACKET ? null : packet, errno: fields.number(4) };
    },
  },
};
const MAX_REPORT = Math.max(...Object.values(REPORTS).map(({ length }) => length));

/** Makes reports of bytes as they come. What it keeps is less than one frame. */
export class ReportReader {
  private rest = Buffer.alloc(0);

  /**
   * The reports that are whole with these bytes.
   * @throws ProtocolError as soon as what came cannot become a report
   */
  *read(chunk: Uint8Array): Generator<Report, void> {
    let bytes = Buffer.concat([this.rest, chunk]);
    for (;;) {
      if (bytes.length < 4) break;
      const length = bytes.readUInt32BE(0);
      if (length < 2 || length > MAX_REPORT) throw new ProtocolError(`A frame says that it has ${length} bytes.`);
      if (bytes.length < 4 + length) break;
      const report = reportOf(bytes.subarray(4, 4 + length));
      bytes = bytes.subarray(4 + length);
      yield report;
    }
    this.rest = bytes;
  }

  /**
   * To be called when no more bytes come.
   * @throws ProtocolError when a report is cut off
   */
  end(): void {
    if (this.rest.length > 0) throw new ProtocolError('The last report is cut off.');
  }
}

function reportOf(body: Buffer): Report {
  const [version, type = 0] = body;
  if (version !== VERSION)
    throw new ProtocolError(`It speaks version ${version ?? 0} of the protocol, not ${VERSION}.`);
  const known = REPORTS[type];
  if (known === undefined) throw new ProtocolError(`There is no report ${type}.`);
  if (body.length !== known.length) throw new ProtocolError(`Report ${type} has ${body.length} bytes.`);
  return known.read(new Fields(body));
}
