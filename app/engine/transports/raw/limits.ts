/** What one raw knock may be at most. The helper holds to the same limits by itself (docs/helper-protocol.md). */

export const MAX_PACKETS = 1_000;
export const MAX_PER_SECOND = 200;
export const MAX_DURATION_MINUTES = 10;
/** How long it may listen for answers after its last packet, in milliseconds. */
export const MAX_LISTEN_MS = 2_000;

const NS_PER_SECOND = 1_000_000_000n;
const MAX_DURATION_NS = BigInt(60 * MAX_DURATION_MINUTES) * NS_PER_SECOND;

/** How long may pass until a raw transport begins, in milliseconds: a process starts, and the next hop is found. */
export const ARM_PATIENCE_MS = 10_000;
/** How late a report may be after it is due, in milliseconds, on a computer that is busy. */
export const REPORT_PATIENCE_MS = 5_000;

export type OverLimit = 'too-many' | 'too-long' | 'too-fast';

/**
 * Which limit a schedule goes beyond, if any.
 * @param times of the packets, in nanoseconds after the zero
 */
export function overLimit(times: readonly bigint[]): OverLimit | null {
  if (times.length > MAX_PACKETS) return 'too-many';
  if (times.some((time) => time > MAX_DURATION_NS)) return 'too-long';
  const tooSoon = (time: bigint, position: number): boolean =>
    time - (times[position - MAX_PER_SECOND] ?? -NS_PER_SECOND) < NS_PER_SECOND;
  return times.some(tooSoon) ? 'too-fast' : null;
}

/**
 * Whether an address, of 4 or 16 bytes, can be one host's: not the unspecified one, not multicast, not broadcast, not reserved
 * (RFC 1122 §3.2.1.3, RFC 4291 §2.7).
 */
export function isOneHost(address: Uint8Array): boolean {
  const [first = 0] = address;
  return address.length === 4 ? first !== 0 && first < 224 : first !== 0xff && address.some((byte) => byte !== 0);
}
