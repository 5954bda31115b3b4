/** Blocks of addresses that mean something by themselves. */
import { parseAddress } from './address';

/** [block, length of its prefix in bits]: private, shared (CGNAT), loopback and link-local (RFC 1918, 6598, 1122, 3927, 4193, 4291). */
const PRIVATE_BLOCKS = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
] as const;

/** Whether nobody on the internet sees this address as a source. @param address 4 or 16 bytes */
export function isPrivateAddress(address: Uint8Array): boolean {
  return PRIVATE_BLOCKS.some(([block, bits]) => {
    const prefix = parseAddress(block);
    return prefix?.length === address.length && startsWith(address, prefix, bits);
  });
}

function startsWith(address: Uint8Array, prefix: Uint8Array, bits: number): boolean {
  return address.every((byte, at) => {
    const left = Math.min(8, Math.max(0, bits - at * 8));
    return (byte ^ (prefix[at] ?? 0)) >> (8 - left) === 0;
  });
}
