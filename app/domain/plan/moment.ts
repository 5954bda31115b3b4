import type { Port } from './knock-plan';

/** What only the moment of knocking knows. A fact that is missing is not known yet, and the plan says that it awaits it. */
export interface Moment {
  /** The port that the knock opens. */
  readonly servicePort: Port;
  /** The host's address: 4 or 16 bytes. */
  readonly destination?: Uint8Array;
  /** Our own address as the server sees it (behind NAT the public one): 4 or 16 bytes. */
  readonly source?: Uint8Array;
  /** Wall clock, in milliseconds since 1970. */
  readonly unixMs?: number;
  /** The first bytes of the session. */
  readonly firstBytes?: Uint8Array;
  /** A large secret that the vault keeps beside the profiles, by the SHA-256 of its bytes in hex. */
  readonly attachment?: (digest: string) => Uint8Array;
  /** So many random bytes, new ones at each call. */
  readonly random?: (bytes: number) => Uint8Array;
  /** How many of the profile's one-time secrets are used up. */
  readonly used?: number;
}
