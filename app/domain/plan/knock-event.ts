/**
 * What a knock reports while it runs. Window, command line and ProxyCommand show this one stream, each in its own way.
 * Events are plain data (they cross processes and are printed as JSON, one object a line). Times are milliseconds from the
 * zero of the latest plan (the moment of the latest `armed`), except where a field says otherwise.
 */
import * as z from 'zod';
import { errorInfoSchema } from '../errors';
import { sentenceSchema } from '../sentence';
import { knockPlanSchema, knockProtocolSchema, portSchema } from './knock-plan';
import { TRANSPORT_NAMES } from './transport-names';

export const addressFamilySchema = z.literal([4, 6]);
export type AddressFamily = z.infer<typeof addressFamilySchema>;

const time = z.number();
/** `knock` opens the door, `resync` brings a server back before another try, `closing` shuts the door after the session. */
const phase = z.enum(['knock', 'resync', 'closing']);
export type PacketPhase = z.infer<typeof phase>;

/** What a try that did not open the door has shown. */
export const learnedSchema = z.enum(['silent', 'refused']);
export type Learned = z.infer<typeof learnedSchema>;

export const knockEventSchema = z.discriminatedUnion('type', [
  /** The host's one address, used for every packet and for the connection. */
  z.strictObject({
    type: z.literal('resolved'),
    host: z.string(),
    address: z.string(),
    family: addressFamilySchema,
    /** How long the name service took. */
    tookMs: time,
  }),
  /** The plan begins later, at this wall-clock time in milliseconds since 1970. */
  z.strictObject({ type: z.literal('waiting'), untilUnixMs: time, reason: sentenceSchema }),
  /** The schedule starts now. */
  z.strictObject({
    type: z.literal('armed'),
    plan: knockPlanSchema,
    transport: z.enum(TRANSPORT_NAMES),
    /** Why this transport was chosen. */
    reason: sentenceSchema,
    /** Wall-clock time of the plan's zero, in milliseconds since 1970. */
    unixMs: time,
  }),
  /** Packets leave at link level: through this interface, to the Ethernet address of this next hop. */
  z.strictObject({
    type: z.literal('link'),
    interface: z.string(),
    sourceMac: z.string(),
    nextHop: z.string(),
    nextHopMac: z.string(),
  }),
  /** An answer came to a knock: for the log. Only the service port's own answer proves that the door opened. */
  z.strictObject({
    type: z.literal('answer'),
    /** The packet that it answers, as in `packet-sent`. */
    index: z.int(),
    phase,
    atMs: time,
    kind: z.enum(['syn-ack', 'rst', 'icmp']),
    from: z.string(),
    icmp: z.strictObject({ type: z.int(), code: z.int() }).nullable(),
  }),
  /** Something the profile asks for that this run does not do, or that may spoil it. The run goes on. */
  z.strictObject({ type: z.literal('warning'), message: sentenceSchema }),
  z.strictObject({
    type: z.literal('packet-sent'),
    index: z.int(),
    phase,
    /** Closing and resync packets are timed from their own first one. */
    plannedMs: time,
    actualMs: time,
    protocol: knockProtocolSchema,
    address: z.string(),
    port: portSchema,
    sourcePort: portSchema.nullable(),
  }),
  z.strictObject({
    type: z.literal('connecting'),
    plannedMs: time,
    actualMs: time,
    address: z.string(),
    port: portSchema,
    /** 1 for the first connection attempt of a plan. */
    attempt: z.int(),
  }),
  /** The service port answered. This alone proves that the door opened. */
  z.strictObject({ type: z.literal('open'), atMs: time, answeredInMs: time }),
  /** Every packet left and no connection was asked for. Nothing proves that the door opened. */
  z.strictObject({ type: z.literal('sent'), atMs: time, doorToMs: time.nullable() }),
  /** This try did not open the door, and another follows with a new plan. */
  z.strictObject({
    type: z.literal('again'),
    atMs: time,
    learned: learnedSchema,
    /** The number of the try that follows, from 2, and how many there may be. */
    next: z.int(),
    of: z.int(),
    /** Wall-clock time in milliseconds since 1970 at which it begins. */
    atUnixMs: time,
  }),
  /** The program that was to use the door has been started (a terminal with ssh). */
  z.strictObject({ type: z.literal('launched'), program: z.string() }),
  /** The session on the open door is over. */
  z.strictObject({ type: z.literal('closed'), atMs: time, bytesIn: z.int(), bytesOut: z.int() }),
  z.strictObject({
    type: z.literal('failed'),
    atMs: time,
    error: errorInfoSchema,
    /** How long to wait, in milliseconds from this event, before another try can succeed. 0: at once. */
    retryAfterMs: time,
  }),
]);
export type KnockEvent = Readonly<z.infer<typeof knockEventSchema>>;
