/**
 * A knock as data: which packets leave when, when the connection follows, and what a retry has to respect.
 * Modes make plans at the moment of use, engines run them, and the timeline draws them. A plan names no address: the engine
 * resolves the host once and uses that one address for every packet and for the connection. Plans cross processes and are
 * printed as JSON; the types follow from the schemas.
 */
import * as z from 'zod';
import { sentenceSchema, textSchema } from '../sentence';

/** A transport-layer port, 1 to 65535. */
export const portSchema = z.int().min(1).max(65535);
export type Port = number;

export const knockProtocolSchema = z.enum(['tcp', 'udp']);
export type KnockProtocol = z.infer<typeof knockProtocolSchema>;

const time = z.number();
const index = z.int().min(0);
const uint32 = z.int().min(0).max(0xffffffff);

/** Fields of a SYN that are not left to chance (RFC 9293 §3.1, RFC 791 §3.1, RFC 7323 §3.2). */
const synFieldsSchema = z.strictObject({
  /** The ISN. */
  sequence: uint32,
  /** Means nothing without the ACK flag, and may carry a code. */
  acknowledgment: uint32,
  /** IPv4 identification; null: chance, and in IPv6, which has none. */
  ipId: z.int().min(1).max(0xffff).nullable(),
  /** Null: the SYN has no timestamp option. */
  tsval: uint32.nullable(),
});
export type SynFields = Readonly<z.infer<typeof synFieldsSchema>>;

/** `later`: they depend on a fact that the plan still waits for. Null: the kernel's own, or chance. */
const synSchema = z.union([z.literal('later'), synFieldsSchema]).nullable();

/** 512 bytes, in hex: what the helper takes at most. */
const payloadSchema = z.union([z.literal('later'), z.string().regex(/^(?:[0-9a-f]{2}){0,512}$/)]).nullable();

/** One packet: a bare TCP SYN, or one UDP datagram. */
const plannedPacketSchema = z.discriminatedUnion('protocol', [
  z.strictObject({
    /** Position in the plan's schedule, from 0. */
    index,
    /** When it leaves, in milliseconds from the plan's zero. */
    atMs: time,
    protocol: z.literal('tcp'),
    port: portSchema,
    syn: synSchema,
  }),
  z.strictObject({
    index,
    atMs: time,
    protocol: z.literal('udp'),
    port: portSchema,
    /** In hex, at most 512 bytes; null: the one NUL byte of a bare knock. */
    payload: payloadSchema,
  }),
]);
export type PlannedPacket = Readonly<z.infer<typeof plannedPacketSchema>>;

/** A stretch of time that the timeline shades, for example one window of a count-window sequence. */
const planBandSchema = z.strictObject({ fromMs: time, toMs: time, label: sentenceSchema });
export type PlanBand = Readonly<z.infer<typeof planBandSchema>>;

/** What a person would call one step: a burst, or one port of a sequence. It owns a run of the packets. */
const planStepSchema = z.strictObject({
  label: sentenceSchema,
  detail: sentenceSchema,
  firstPacket: index,
  packetCount: index,
  /** The connecting SYN itself is this step's knock. At most one step, the last. */
  ownsConnection: z.literal(true).exactOptional(),
});
export type PlanStep = Readonly<z.infer<typeof planStepSchema>>;

/**
 * Where the address comes from that the server sees as the source of the packets. `route`: the interface that the route takes,
 * which is right where no NAT lies between. `command`: what a program prints, started from this array. `url`: what https answers.
 */
export const sourceLookupSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('route') }),
  z.strictObject({ by: z.literal('command'), command: z.array(z.string()).min(1) }),
  z.strictObject({ by: z.literal('url'), url: z.string() }),
]);
export type SourceLookup = z.infer<typeof sourceLookupSchema>;

/** What a plan may wait for, and how to get it. The kinds are the fields of `Moment`. */
export const factSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('destination') }),
  z.strictObject({ kind: z.literal('source'), lookup: sourceLookupSchema }),
  z.strictObject({ kind: z.literal('unixMs') }),
  /** The first bytes that the session sends; so many. */
  z.strictObject({ kind: z.literal('firstBytes'), length: z.int().min(1).max(255) }),
  /** A large secret that the vault keeps beside the profiles, by the SHA-256 of its bytes in hex. */
  z.strictObject({ kind: z.literal('attachment'), digest: z.string() }),
  z.strictObject({ kind: z.literal('random') }),
  /** How many of the profile's one-time secrets are used up. */
  z.strictObject({ kind: z.literal('used') }),
]);
export type Fact = z.infer<typeof factSchema>;

/** The TCP connection that the knock is for. */
const connectPlanSchema = z.strictObject({
  port: portSchema,
  /** When the connecting SYN leaves, in milliseconds from the plan's zero: where others may follow, the first one. */
  atMs: time,
  /** How long the engine goes on without an answer, in milliseconds from `atMs`. */
  timeoutMs: time,
  /** `ordinary`: connect(2). `adopted`: our own SYN becomes the connection. */
  by: z.enum(['ordinary', 'adopted']),
  /** Of an adopted connection's SYN; null otherwise. */
  syn: synSchema,
  /** How many of the first bytes of an adopted connection are protected: they leave as its first segment. 0: none. */
  firstBytes: z.int().min(0).max(255),
  /**
   * How it may be found out that the door opened. `only-session`: the door is single-use, or a SYN too many shuts it, so the
   * session's own connection is the only one that may be made. `free`: connections made to find out do no harm, and the engine
   * races several (`connect-schedule.ts`).
   */
  verify: z.enum(['free', 'only-session']),
});

/** How far the packets may arrive from where they were planned, relative to the connecting SYN. */
const planSlackSchema = z.strictObject({
  /** Every knock may be delayed by less than this many milliseconds more than the connecting SYN is. */
  knockLateMs: time,
  /** The connecting SYN may be delayed by up to, and not more than, this many milliseconds more than any knock is. */
  connectLateMs: time,
});
export type PlanSlack = Readonly<z.infer<typeof planSlackSchema>>;

/** What a second try has to respect. Each try is a new plan. */
const planRetrySchema = z.strictObject({
  /** How long to keep quiet, in milliseconds after the last packet, before a second try can succeed without `resync`. */
  quietMs: time,
  /** Sent before a second try in place of the quiet time: they bring the server back to its beginning. Empty: nothing does. */
  resync: z.array(plannedPacketSchema).readonly(),
  /** Wall-clock time in milliseconds since 1970: a try that is planned before it would be the same knock again. Null: at once. */
  nextTryUnixMs: time.nullable(),
  /** How many tries make sense, the first among them. */
  tries: z.int().min(1).max(10),
});

/** Why a plan cannot be run, whatever else becomes known at this moment. */
const planRefusalSchema = z.strictObject({
  cause: textSchema,
  steps: z.array(textSchema).readonly(),
  /** The profile's field to change, such as `mode.seed`; null: none in particular. */
  field: z.string().nullable(),
});

export const knockPlanSchema = z.strictObject({
  /** One line for a person: what this knock is. Holds what goes on the wire; show it only where the profile itself may be shown. */
  summary: sentenceSchema,
  packets: z.array(plannedPacketSchema).readonly(),
  steps: z.array(planStepSchema).readonly(),
  bands: z.array(planBandSchema).readonly(),
  connect: connectPlanSchema,
  /** When the server is expected to let the service port be reached; `toMs` is null when the server alone knows. */
  door: z.strictObject({ fromMs: time, toMs: time.nullable(), singleUse: z.boolean() }),
  /** Null where the order of the packets matters but no clock of the server does. */
  slack: planSlackSchema.nullable(),
  retry: planRetrySchema,
  /** Sent when the session ends, timed from that moment. Empty when nothing closes the door. */
  closing: z.array(plannedPacketSchema).readonly(),
  /** Wall-clock time in milliseconds since 1970 before which the first packet must not leave; null: at once. */
  notBeforeUnixMs: time.nullable(),
  /** What is worth knowing before this knock, for a person. */
  notes: z.array(textSchema).readonly(),
  /** Facts without which it cannot be run. A plan that waits for nothing holds no secret but what goes on the wire. */
  awaits: z.array(factSchema).readonly(),
  refusal: planRefusalSchema.nullable(),
  /** How many of the profile's one-time secrets are used up once this knock was seen to open the door; null: it has none. */
  spent: z.int().min(0).nullable(),
});
export type KnockPlan = Readonly<z.infer<typeof knockPlanSchema>>;

/** When the last thing of the plan happens, in milliseconds from its zero: the connecting SYN. */
export function planDurationMs(plan: KnockPlan): number {
  return plan.connect.atMs;
}

/** Whether the connecting SYN is a knock itself. */
export function connectionKnocks(plan: KnockPlan): boolean {
  return plan.steps.some((step) => step.ownsConnection === true);
}

/** How many knocks there are: the packets, and the connecting SYN where that is one itself. */
export function countKnocks(plan: KnockPlan): number {
  return plan.packets.length + (connectionKnocks(plan) ? 1 : 0);
}

/** A knock that says nothing but its port: a SYN of the kernel's own, or one NUL byte. */
export function bareKnock(
  position: number,
  atMs: number,
  { protocol, port }: { readonly protocol: KnockProtocol; readonly port: Port },
): PlannedPacket {
  const common = { index: position, atMs, port };
  return protocol === 'tcp' ? { ...common, protocol, syn: null } : { ...common, protocol, payload: null };
}

/** What most plans have in common: nothing to close, nothing to wait for, nothing to say. */
export const PLAIN_PLAN = {
  bands: [],
  slack: null,
  closing: [],
  notBeforeUnixMs: null,
  notes: [],
  awaits: [],
  refusal: null,
  spent: null,
} as const satisfies Partial<KnockPlan>;
