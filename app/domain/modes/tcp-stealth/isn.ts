/** The ISN that is the knock (the Internet-Draft "TCP Stealth", as docs/knock-modes.md §4 has it with the authors' own vectors). */
import { md5, md5Compress } from './md5';

export interface StealthSyn {
  /** 64 bytes, see {@link secretBytes}. */
  readonly secret: Uint8Array;
  /** The destination as the SYN has it: 4 or 16 bytes. */
  readonly destination: Uint8Array;
  readonly destinationPort: number;
  /** The SYN's TSval, 0 when it has no timestamp option. */
  readonly tsval: number;
  /** The first bytes of the connection where they are protected, null for authentication alone. */
  readonly payload: Uint8Array | null;
}

/** The XOR of the eight big-endian 16-bit words of MD5(secret ‖ payload). */
function integrityHash(secret: Uint8Array, payload: Uint8Array): number {
  const all = new Uint8Array(secret.length + payload.length);
  all.set(secret);
  all.set(payload, secret.length);
  const digest = new DataView(md5(all).buffer);
  let hash = 0;
  for (let at = 0; at < 16; at += 2) hash ^= digest.getUint16(at);
  return hash;
}

/** The initial sequence number, 0 to 2^32 - 1. */
export function stealthIsn({ secret, destination, destinationPort, tsval, payload }: StealthSyn): number {
  const hash = payload === null ? 0 : integrityHash(secret, payload);
  const iv = new DataView(new ArrayBuffer(16));
  destination.forEach((byte, at) => {
    iv.setUint8(at, byte);
  });
  iv.setUint16(4, iv.getUint16(4) ^ hash);
  iv.setUint32(8, iv.getUint32(8) ^ tsval);
  iv.setUint16(12, iv.getUint16(12) ^ destinationPort);
  const state = Uint32Array.from([0, 4, 8, 12], (at) => iv.getUint32(at, true));
  const authenticator = md5Compress(state, secret).reduce((all, word) => all ^ word, 0);
  return (payload === null ? authenticator : (authenticator & 0xffff0000) | hash) >>> 0;
}

const SECRET_BYTES = 64;
const HEX = /^[0-9a-f]{128}$/i;

/** Whether a secret is written as 64 bytes in hex. No text that is short enough to be one looks like that. */
export function isHexSecret(secret: string): boolean {
  return HEX.test(secret);
}

/** A secret as its 64 bytes: hex, or the text's bytes in UTF-8, zero-padded. */
export function secretBytes(secret: string): Uint8Array {
  const bytes = new Uint8Array(SECRET_BYTES);
  if (isHexSecret(secret))
    bytes.forEach((_, at) => (bytes[at] = Number.parseInt(secret.slice(at * 2, at * 2 + 2), 16)));
  else bytes.set(utf8(secret).subarray(0, SECRET_BYTES));
  return bytes;
}

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  return utf8(text).length;
}

function utf8(text: string): Uint8Array {
  // Half a surrogate pair has no UTF-8; encodeURIComponent would throw.
  const whole = text.replaceAll(/\p{Cs}/gu, '\ufffd');
  return Uint8Array.from(encodeURIComponent(whole).match(/%[0-9A-F]{2}|[^%]/g) ?? [], (each) =>
    each.length === 1 ? each.charCodeAt(0) : Number.parseInt(each.slice(1), 16),
  );
}
