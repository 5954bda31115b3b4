/** Neighbour discovery for IPv6 over Ethernet (RFC 4861). */
import { ofLength, viewOf } from './bytes';
import { internetChecksum, pseudoHeaderSum } from './checksum';
import { emitIpv6, IP_PROTOCOLS } from './ip';
import type { Ipv6 } from './ip';

const SOLICITATION = 135;
const ADVERTISEMENT = 136;
const SOURCE_LINK_LAYER = 1;
const TARGET_LINK_LAYER = 2;
/** A packet from beyond this link cannot have it (RFC 4861 §11.2). */
const HOP_LIMIT = 255;
const HEADER = 24;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

/** From where to where a message goes. */
type Ends = Pick<Ipv6, 'source' | 'destination'>;

export interface NeighbourAdvertisement {
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly target: Uint8Array;
  /** From the target link-layer address option; null without one. */
  readonly targetMac: Uint8Array | null;
}

export class NeighbourAdvertisementView implements NeighbourAdvertisement {
  private constructor(
    private readonly message: Uint8Array,
    readonly targetMac: Uint8Array | null,
  ) {}

  /** Null for anything but an advertisement that passes all checks of RFC 4861 §7.1.2. */
  static over(ip: Ipv6): NeighbourAdvertisementView | null {
    const message = ip.payload;
    if (ip.protocol !== IP_PROTOCOLS.ICMPV6 || ip.ttl !== HOP_LIMIT || message.length < HEADER) return null;
    if (message[0] !== ADVERTISEMENT || message[1] !== 0) return null;
    if (internetChecksum(message, pseudoHeaderSum(ip, IP_PROTOCOLS.ICMPV6, message.length)) !== 0) return null;
    const options = optionsOf(message.subarray(HEADER));
    if (options === null) return null;
    // An option of another length is for another kind of link.
    const mac = options.find((option) => option[0] === TARGET_LINK_LAYER && option.length === 8);
    const advertisement = new NeighbourAdvertisementView(message, mac?.subarray(2) ?? null);
    const toMany = ip.destination[0] === 0xff;
    return (toMany && advertisement.solicited) || advertisement.target[0] === 0xff ? null : advertisement;
  }

  get router(): boolean {
    return this.has(ROUTER);
  }

  get solicited(): boolean {
    return this.has(SOLICITED);
  }

  get override(): boolean {
    return this.has(OVERRIDE);
  }

  get target(): Uint8Array {
    return this.message.subarray(8, HEADER);
  }

  private has(flag: number): boolean {
    return (viewOf(this.message).getUint8(4) & flag) !== 0;
  }
}

/** The options, each with its type and length (RFC 4861 §4.6). Null if one has no length, or more than there is. */
function optionsOf(bytes: Uint8Array): readonly Uint8Array[] | null {
  const options: Uint8Array[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const length = 8 * (rest[1] ?? 0);
    if (length === 0 || length > rest.length) return null;
    options.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return options;
}

/**
 * The IPv6 packet that asks for the target's MAC address.
 * @throws RangeError for an address of the wrong length
 */
export function emitNeighbourSolicitation(ends: Ends, target: Uint8Array, sourceMac: Uint8Array): Uint8Array {
  return emitNeighbourMessage(ends, SOLICITATION, 0, target, [SOURCE_LINK_LAYER, sourceMac]);
}

/**
 * The IPv6 packet that tells it.
 * @throws RangeError for an address of the wrong length
 */
export function emitNeighbourAdvertisement(ends: Ends, advertisement: NeighbourAdvertisement): Uint8Array {
  const { router, solicited, override, target, targetMac } = advertisement;
  const flags = (router ? ROUTER : 0) | (solicited ? SOLICITED : 0) | (override ? OVERRIDE : 0);
  const option = targetMac === null ? null : ([TARGET_LINK_LAYER, targetMac] as const);
  return emitNeighbourMessage(ends, ADVERTISEMENT, flags, target, option);
}

function emitNeighbourMessage(
  ends: Ends,
  type: number,
  flags: number,
  target: Uint8Array,
  option: readonly [type: number, mac: Uint8Array] | null,
): Uint8Array {
  const message = new Uint8Array(HEADER + (option === null ? 0 : 8));
  const view = viewOf(message);
  view.setUint8(0, type);
  view.setUint8(4, flags);
  message.set(ofLength('target address', target, 16), 8);
  if (option !== null) {
    message.set([option[0], 1], HEADER);
    message.set(ofLength('MAC', option[1], 6), HEADER + 2);
  }
  view.setUint16(2, internetChecksum(message, pseudoHeaderSum(ends, IP_PROTOCOLS.ICMPV6, message.length)));
  return emitIpv6({ ...ends, protocol: IP_PROTOCOLS.ICMPV6, ttl: HOP_LIMIT, payload: message });
}
