/**
 * The helper's protocol, written down a second time from docs/helper-protocol.md: its tests must be able to say what the
 * app never would.
 */

export interface TestPacket {
  readonly atNs?: bigint;
  readonly protocol?: 'tcp' | 'udp';
  readonly ttl?: number;
  readonly ipId?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly flags?: number;
  /** TCP options or UDP payload. */
  readonly data?: Buffer;
}

export interface TestRequest {
  readonly version?: number;
  readonly type?: number;
  readonly family?: 4 | 6;
  readonly level?: number;
  readonly interfaceIndex?: number;
  /** Dotted IPv4, or IPv6 as 32 hex digits. */
  readonly source: string;
  readonly destination: string;
  readonly sourceMac?: string;
  readonly listenMs?: number;
  /** When it differs from the packets that follow. */
  readonly count?: number;
  readonly packets?: readonly TestPacket[];
}

const numbers = (...fields: readonly (readonly [bytes: number, value: number])[]): Buffer =>
  Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntBE(value, 0, bytes);
      return field;
    }),
  );

function address(text: string): Buffer {
  const bytes = text.includes('.') ? Buffer.from(text.split('.').map(Number)) : Buffer.from(text, 'hex');
  return Buffer.concat([bytes, Buffer.alloc(16 - bytes.length)]);
}

function packetBytes(packet: TestPacket, family: 4 | 6): Buffer {
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(packet.atNs ?? 0n);
  const tcp = (packet.protocol ?? 'tcp') === 'tcp';
  const head = numbers(
    [1, tcp ? 6 : 17],
    [1, packet.ttl ?? 64],
    [2, packet.ipId ?? (family === 4 ? 4660 : 0)],
    [2, packet.sourcePort ?? 61_234],
    [2, packet.destinationPort ?? 7000],
  );
  const data = packet.data ?? Buffer.alloc(0);
  const rest = tcp
    ? numbers([4, 305_419_896], [4, 0], [1, packet.flags ?? 2], [2, 64_240], [1, data.length])
    : numbers([2, data.length]);
  return Buffer.concat([at, head, rest, data]);
}

/** A frame as the app would send it, with whatever is to be wrong in it. */
export function sendFrame(request: TestRequest): Buffer {
  const { family = 4, packets = [{}] } = request;
  return frameOf(
    Buffer.concat([
      numbers([1, request.version ?? 1], [1, request.type ?? 2], [1, family], [1, request.level ?? 1]),
      numbers([2, request.count ?? packets.length], [4, request.interfaceIndex ?? 0]),
      address(request.source),
      address(request.destination),
      Buffer.from((request.sourceMac ?? '000000000000').replaceAll(':', ''), 'hex'),
      numbers([2, request.listenMs ?? 0]),
      ...packets.map((packet) => packetBytes(packet, family)),
    ]),
  );
}

export const probeFrame = (): Buffer => frameOf(Buffer.from([1, 1]));

/** A request to listen. */
export const listenFrame = (port: number, durationMs: number, connections: number): Buffer =>
  frameOf(Buffer.concat([Buffer.from([1, 4]), numbers([2, port], [4, durationMs], [1, connections])]));

export function frameOf(body: Buffer): Buffer {
  return Buffer.concat([numbers([4, body.length]), body]);
}

/** One report: its type, and the bytes of its fields. */
export interface TestReport {
  readonly type: number;
  readonly fields: Buffer;
}

export function readReports(output: Buffer): readonly TestReport[] {
  const reports: TestReport[] = [];
  for (let at = 0; at + 4 <= output.length;) {
    const end = at + 4 + output.readUInt32BE(at);
    if (end > output.length) throw new Error('The last report is cut off');
    const body = output.subarray(at + 4, end);
    if (body[0] !== 1) throw new Error('A report has another version');
    reports.push({ type: body.readUInt8(1), fields: body.subarray(2) });
    at = end;
  }
  return reports;
}

export const REPORTS = {
  probed: 129,
  armed: 130,
  sent: 131,
  answer: 132,
  done: 133,
  failed: 134,
  syn: 135,
  open: 136,
  carried: 137,
  listening: 138,
  arrived: 139,
} as const;

export const REASONS = {
  malformed: 1,
  version: 2,
  tooLarge: 3,
  unknownCommand: 4,
  sourceNotOwn: 5,
  notOneHost: 6,
  tooMany: 7,
  tooLong: 8,
  tooFast: 9,
  notPermitted: 10,
  noInterface: 11,
  noRoute: 12,
  nextHopSilent: 13,
  refused: 17,
  unreachable: 18,
  noAnswer: 19,
} as const;

export interface TestConnection {
  readonly family?: 4 | 6;
  readonly carry?: number;
  readonly interfaceIndex?: number;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly isn: number;
  readonly acknowledgment?: number;
  readonly ipId?: number;
  /** Null: the SYN has no timestamp option. */
  readonly tsval?: number | null;
  readonly timeoutMs?: number;
  readonly first?: Buffer;
}

/** A request for a connection as the app would send it, with whatever is to be wrong in it. */
export function connectFrame(request: TestConnection): Buffer {
  const { family = 4, tsval = null, first = Buffer.alloc(0) } = request;
  return frameOf(
    Buffer.concat([
      numbers([1, 1], [1, 3], [1, family], [1, request.carry ?? 0], [1, tsval === null ? 0 : 1]),
      numbers([4, request.interfaceIndex ?? 0]),
      address(request.source),
      address(request.destination),
      numbers([2, request.port], [4, request.isn], [4, request.acknowledgment ?? 0], [2, request.ipId ?? 0]),
      numbers([4, tsval ?? 0], [4, request.timeoutMs ?? 5000]),
      numbers([2, first.length]),
      first,
    ]),
  );
}
