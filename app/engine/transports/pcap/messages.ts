/** What the app and the pcap process say to one another: plain objects, checked at both ends. One process does one job. */
import * as z from 'zod';
import { isUnicastMac, parseAddress, parseMac } from '../../../domain/packet/address';
import { MAX_TCP_OPTIONS, MAX_UDP_PAYLOAD } from '../../../domain/packet/raw-packet';
import { MAC_PATTERN } from '../../../domain/profile/profile';
import { isOneHost, MAX_LISTEN_MS, MAX_PACKETS, overLimit } from '../raw/limits';

/** How many answers one job tells of: a flood must not fill the app's memory. */
export const MAX_ANSWERS = 2_000;

const whole = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max);
/** `process.hrtime.bigint()`: nanoseconds of the system's monotonic clock, which all processes share. */
const nanoseconds = z.string().regex(/^(0|[1-9][0-9]{0,18})$/);
const address = z.string().refine((text) => parseAddress(text) !== null);
const unicastMac = z
  .string()
  .regex(MAC_PATTERN)
  .refine((text) => isUnicastMac(parseMac(text) ?? new Uint8Array()));
const deviceName = z.string().min(1).max(256);

const ip = {
  ttl: whole(1, 255),
  ipId: whole(0, 0xffff),
  sourcePort: whole(1, 0xffff),
  destinationPort: whole(1, 0xffff),
};
const uint32 = whole(0, 0xffffffff);
const upTo = (length: number): z.ZodType<Uint8Array> =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= length);

const rawPacket = z.discriminatedUnion('protocol', [
  z.strictObject({
    ...ip,
    protocol: z.literal('tcp'),
    sequence: uint32,
    acknowledgment: uint32,
    flags: whole(0, 0xff),
    window: whole(0, 0xffff),
    options: upTo(MAX_TCP_OPTIONS).refine((bytes) => bytes.length % 4 === 0),
  }),
  z.strictObject({ ...ip, protocol: z.literal('udp'), payload: upTo(MAX_UDP_PAYLOAD) }),
]);

const sendRequest = z
  .strictObject({
    job: z.literal('send'),
    family: z.union([z.literal(4), z.literal(6)]),
    /** By its name on Linux and macOS; Npcap has names of its own, so that there it is found by its addresses. */
    device: z.strictObject({ name: deviceName, addresses: z.array(z.string().max(64)).max(256) }),
    source: address,
    destination: address,
    /** Null on loopback, which has no MAC addresses: they are all zeros. */
    link: z.strictObject({ ownMac: unicastMac, sourceMac: unicastMac, nextHop: address }).nullable(),
    listenMs: whole(0, MAX_LISTEN_MS),
    packets: z
      .array(z.strictObject({ atNs: nanoseconds, packet: rawPacket }))
      .min(1)
      .max(MAX_PACKETS),
  })
  .superRefine((request, context) => {
    const wrong = wrongWith(request);
    if (wrong !== null) context.addIssue({ code: 'custom', message: wrong });
  });

export type SendRequest = z.output<typeof sendRequest>;

/** What the fields do not say one by one: a sentence, or null. */
function wrongWith(request: {
  readonly family: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly link: { readonly nextHop: string } | null;
  readonly packets: readonly { readonly atNs: string }[];
}): string | null {
  const { family, source, destination, link } = request;
  const bytes = parseAddress(destination);
  if (
    [destination, source, link?.nextHop ?? source].some(
      (each) => parseAddress(each)?.length !== (family === 4 ? 4 : 16),
    )
  )
    return 'An address is not of the family.';
  if (bytes === null || !isOneHost(bytes)) return `${destination} is not the address of one host.`;
  const times = request.packets.map(({ atNs }) => BigInt(atNs));
  if (times.some((time, position) => time < (times[position - 1] ?? 0n))) return 'The packets are not in order.';
  const limit = overLimit(times);
  return limit === null ? null : `The schedule is ${limit}.`;
}

const request = z.discriminatedUnion('job', [z.strictObject({ job: z.literal('state') }), sendRequest]);
export type PcapRequest = z.output<typeof request>;

/** Why a job failed. */
export const PCAP_FAILURES = [
  /** The package is not there, or was built for another runtime or not at all. */
  'cap-absent',
  'cap-not-built',
  /** The system's library is not there. */
  'libpcap-absent',
  'npcap-absent',
  'not-permitted',
  /** There is no such device, or it is down. */
  'no-device',
  'not-ethernet',
  'next-hop-silent',
  'send-failed',
  'malformed',
  'internal',
] as const;
export type PcapFailure = (typeof PCAP_FAILURES)[number];

/** Longer words of the system are cut. */
export const MAX_DETAIL = 500;

const report = z.discriminatedUnion('type', [
  /** Every device can be opened for sending. */
  z.strictObject({ type: z.literal('works') }),
  z.strictObject({ type: z.literal('armed'), zeroNs: nanoseconds, nextHopMac: z.string().regex(MAC_PATTERN) }),
  /** Right after the frame was handed to the system. */
  z.strictObject({
    type: z.literal('sent'),
    packet: whole(0, MAX_PACKETS - 1),
    plannedNs: nanoseconds,
    actualNs: nanoseconds,
  }),
  z.strictObject({
    type: z.literal('answer'),
    packet: whole(0, MAX_PACKETS - 1),
    seenNs: nanoseconds,
    kind: z.enum(['syn-ack', 'rst', 'icmp']),
    from: address,
    icmp: z.strictObject({ type: whole(0, 255), code: whole(0, 255) }).nullable(),
  }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('failed'), reason: z.enum(PCAP_FAILURES), detail: z.string().max(MAX_DETAIL) }),
]);
export type PcapReport = z.output<typeof report>;

/** A message from the app, or the sentence that says what is wrong with it. */
export function readRequest(asked: unknown): PcapRequest | string {
  const parsed = request.safeParse(asked);
  if (parsed.success) return parsed.data;
  const { message, path } = parsed.error.issues[0] ?? { message: 'not understood', path: [] };
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

/** A message from the pcap process, or null for anything that it may not say. */
export function readReport(message: unknown): PcapReport | null {
  return report.safeParse(message).data ?? null;
}
