/** The internet checksum (RFC 1071): the ones' complement of the ones' complement sum of all 16-bit words. */
import type { Ends } from './raw-packet';

/** The plain sum of the 16-bit words; an odd last byte is the high half of a word whose low half is zero. */
function sumOfWords(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((byte, position) => (sum += position % 2 === 0 ? byte << 8 : byte));
  return sum;
}

/** The pseudo-header's part of the sum, the same for IPv4 (RFC 9293 §3.1) and IPv6 (RFC 8200 §8.1). */
export function pseudoHeaderSum(
  ends: Pick<Ends, 'source' | 'destination'>,
  protocol: number,
  transportLength: number,
): number {
  return sumOfWords(ends.source) + sumOfWords(ends.destination) + protocol + transportLength;
}

/**
 * Over bytes with their checksum field zero: the checksum. Over bytes that hold their checksum: 0 if it is right.
 * @param pseudo what {@link pseudoHeaderSum} gives, where the protocol has a pseudo-header
 */
export function internetChecksum(bytes: Uint8Array, pseudo = 0): number {
  let sum = pseudo + sumOfWords(bytes);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
