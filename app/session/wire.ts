/**
 * What goes over the private sockets between processes of this product: one JSON object a line. Both ends check
 * every line against these schemas and bound its length, whoever the other end seems to be.
 */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { errorInfoSchema } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { KnockPlan } from '../domain/plan/knock-plan';
import { TRANSPORT_NAMES } from '../domain/plan/transport';
import type { PreparedKnock } from '../engine/knock';

const time = z.number();
const port = z.int().min(1).max(65535);
const protocol = z.enum(['tcp', 'udp']);
const family = z.literal([4, 6]);

const stealthSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('secret'),
    secret: z.string(),
    timestamps: z.boolean(),
    integrityLength: z.int(),
  }),
  z.strictObject({ kind: z.literal('isn'), isn: z.int(), tsval: z.int().nullable() }),
]);

const packetSchema = z.strictObject({
  index: z.int(),
  atMs: time,
  protocol,
  port,
  stealth: stealthSchema.exactOptional(),
});

const planSchema = z.strictObject({
  summary: z.string(),
  packets: z.array(packetSchema),
  steps: z.array(z.strictObject({ label: z.string(), detail: z.string(), firstPacket: z.int(), packetCount: z.int() })),
  bands: z.array(z.strictObject({ fromMs: time, toMs: time, label: z.string() })),
  connect: z.strictObject({
    port,
    atMs: time,
    timeoutMs: time,
    probing: z.enum(['only-session', 'free']),
    reattemptMs: time.nullable(),
    stealth: stealthSchema.exactOptional(),
  }),
  door: z.strictObject({ fromMs: time, toMs: time.nullable(), singleUse: z.boolean() }),
  slack: z.strictObject({ knockLateMs: time, connectLateMs: time }).nullable(),
  retryQuietMs: time,
  closing: z.array(packetSchema),
}) satisfies z.ZodType<KnockPlan>;

export const preparedSchema = z.strictObject({
  host: z.string(),
  address: z.string(),
  family,
  sourceAddress: z.string().nullable(),
  needs: z.strictObject({
    wish: z.enum(['auto', ...TRANSPORT_NAMES]),
    interface: z.string().nullable(),
    sourceMac: z.string().nullable(),
    syn: z.enum(['plain', 'chosen', 'adopted']),
  }),
  plan: planSchema,
  resolvedInMs: time,
}) satisfies z.ZodType<PreparedKnock>;

export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resolved'), host: z.string(), address: z.string(), family, tookMs: time }),
  z.strictObject({
    type: z.literal('armed'),
    plan: planSchema,
    transport: z.enum(TRANSPORT_NAMES),
    reason: z.string(),
    unixMs: time,
  }),
  z.strictObject({ type: z.literal('warning'), message: z.string() }),
  z.strictObject({
    type: z.literal('link'),
    interface: z.string(),
    sourceMac: z.string(),
    nextHop: z.string(),
    nextHopMac: z.string(),
  }),
  z.strictObject({
    type: z.literal('answer'),
    index: z.int(),
    phase: z.enum(['knock', 'closing']),
    atMs: time,
    kind: z.enum(['syn-ack', 'rst', 'icmp']),
    from: z.string(),
    icmp: z.strictObject({ type: z.int(), code: z.int() }).nullable(),
  }),
  z.strictObject({
    type: z.literal('packet-sent'),
    index: z.int(),
    phase: z.enum(['knock', 'closing']),
    plannedMs: time,
    actualMs: time,
    protocol,
    address: z.string(),
    port,
    sourcePort: port.nullable(),
  }),
  z.strictObject({
    type: z.literal('connecting'),
    plannedMs: time,
    actualMs: time,
    address: z.string(),
    port,
    attempt: z.int(),
  }),
  z.strictObject({ type: z.literal('open'), atMs: time, answeredInMs: time }),
  z.strictObject({ type: z.literal('sent'), atMs: time, doorToMs: time.nullable() }),
  z.strictObject({ type: z.literal('launched'), program: z.string() }),
  z.strictObject({ type: z.literal('closed'), atMs: time, bytesIn: z.int(), bytesOut: z.int() }),
  z.strictObject({ type: z.literal('failed'), atMs: time, error: errorInfoSchema, retryAfterMs: time }),
]) satisfies z.ZodType<KnockEvent>;

/** Longest line that is read, in characters: a plan of 72 knocks, told whole, is under 10,000. */
export const MAX_LINE = 200_000;

/** Parses the lines of a socket; the first line that is not what it should be ends the connection. */
export function readLines<T>(socket: Socket, schema: z.ZodType<T>, onValue: (value: T) => void): void {
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    const lastBreak = chunk.lastIndexOf(0x0a);
    length = lastBreak === -1 ? length + chunk.length : chunk.length - lastBreak;
    if (length > MAX_LINE) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  // readline passes the socket's own errors on; the socket's listeners deal with them.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const value = parsed(line, schema);
    if (value === null) socket.destroy();
    else onValue(value);
  });
}

/**
 * The first line that comes over a socket. What comes after it is read and dropped, so that the peer's leaving is noticed.
 * @param limits the longest line in bytes, and how long to wait for its end in milliseconds
 * @returns null when the peer leaves first, takes too long, or says anything else than the schema has
 */
export function readOneLine<T>(
  socket: Socket,
  schema: z.ZodType<T>,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<T | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (value: T | null): void => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.resume();
      resolve(value);
    };
    const onClose = (): void => {
      finish(null);
    };
    const onData = (chunk: Buffer): void => {
      const lineBreak = chunk.indexOf(0x0a);
      const part = lineBreak === -1 ? chunk : chunk.subarray(0, lineBreak);
      chunks.push(part);
      length += part.length;
      if (length > limits.maxBytes) finish(null);
      else if (lineBreak !== -1) finish(parsed(Buffer.concat(chunks).toString(), schema));
    };
    const timer = setTimeout(onClose, limits.timeoutMs);
    socket.on('data', onData);
    socket.once('close', onClose);
  });
}

function parsed<T>(line: string, schema: z.ZodType<T>): T | null {
  try {
    const result = schema.safeParse(JSON.parse(line));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
