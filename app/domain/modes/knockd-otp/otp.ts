/**
 * knockd's one-time ports as the fork that has them computes them (docs/knock-modes.md §3). RFC 4226's counter and HMAC, with the
 * counter in decimal text; each byte of the digest is the distance of one port from the base.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { formatAddress } from '../../packet/address';
import type { KnockProtocol } from '../../plan/knock-plan';
import type { SequenceStep } from '../port-sequence/schema';

/** What client and server share. */
export interface OtpSeed {
  readonly seed: string;
  readonly periodSeconds: number;
  readonly basePort: number;
  /** As many knocks again, whose ports depend on the client's address. */
  readonly ipProtection: boolean;
  readonly protocols: readonly KnockProtocol[];
}

/** The number of the period in which a moment lies. */
export function periodAt(unixMs: number, periodSeconds: number): number {
  return Math.floor(unixMs / 1000 / periodSeconds);
}

/** What HMAC-SHA1 makes of a seed and a period: 20 bytes. */
function digest(key: string, period: number): Uint8Array {
  return hmac(sha1, utf8ToBytes(key), utf8ToBytes(String(period)));
}

/** SHA-1 has 20 bytes, and the fork reads the zero behind them as one more before it starts over. */
const CYCLE = 21;

function half({ basePort, protocols }: OtpSeed, bytes: Uint8Array): readonly SequenceStep[] {
  return protocols.map((protocol, at) => ({
    protocol,
    // The fork keeps ports in 16 bits.
    port: (basePort + (bytes[at % CYCLE] ?? 0)) % 65_536,
  }));
}

/** The knocks that do not depend on the client's address. */
export function openKnocks(otp: OtpSeed, period: number): readonly SequenceStep[] {
  return half(otp, digest(otp.seed, period));
}

/**
 * The knocks that follow with IP protection.
 * @param source the client's address as the server sees it
 */
export function protectedKnocks(otp: OtpSeed, period: number, source: Uint8Array): readonly SequenceStep[] {
  return half(otp, digest(otp.seed + formatAddress(source), period));
}

/** All knocks of one period, in order. */
export function otpKnocks(otp: OtpSeed, period: number, source: Uint8Array): readonly SequenceStep[] {
  return [...openKnocks(otp, period), ...(otp.ipProtection ? protectedKnocks(otp, period, source) : [])];
}

/** How many knocks there are in all. */
export function knockCount({ ipProtection, protocols }: Pick<OtpSeed, 'ipProtection' | 'protocols'>): number {
  return protocols.length * (ipProtection ? 2 : 1);
}
