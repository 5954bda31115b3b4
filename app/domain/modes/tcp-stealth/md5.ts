/**
 * MD5 (RFC 1321) with its compression function in reach: TCP Stealth runs that alone, on a state of its own, which no
 * library offers. MD5 is what the protocol asks for; nothing else here uses it.
 */

/** RFC 1321 §3.4: floor(2^32 · |sin(i + 1)|). */
const SINES = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
/** RFC 1321 §3.3. */
const INITIAL = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
const BLOCK = 64;

/** The non-linear function of a round, and which word of the block its step takes (RFC 1321 §3.4). */
function roundOf(round: number, step: number, b: number, c: number, d: number): readonly [mixed: number, word: number] {
  if (round === 0) return [(b & c) | (~b & d), step];
  if (round === 1) return [(d & b) | (~d & c), (5 * step + 1) % 16];
  if (round === 2) return [b ^ c ^ d, (3 * step + 5) % 16];
  return [c ^ (b | ~d), (7 * step) % 16];
}

/**
 * One run of the compression function: four state words and one block of 64 bytes give four state words.
 * @throws RangeError when the state is not 4 words or the block not 64 bytes
 */
export function md5Compress(state: Uint32Array, block: Uint8Array): Uint32Array {
  if (state.length !== 4 || block.length !== BLOCK) throw new RangeError('MD5 compresses 4 words with 64 bytes');
  const words = new DataView(block.buffer, block.byteOffset, BLOCK);
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const [mixed, word] = roundOf(round, step, b, c, d);
    const sum = (a + mixed + (SINES[step] ?? 0) + words.getUint32(word * 4, true)) | 0;
    const shift = SHIFTS[round]?.[step % 4] ?? 0;
    [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
  }
  return Uint32Array.from([a, b, c, d], (word, index) => (state[index] ?? 0) + word);
}

/** The MD5 digest of some bytes: 16 bytes. */
export function md5(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK);
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n, true);
  let state: Uint32Array = INITIAL;
  for (let at = 0; at < padded.length; at += BLOCK) state = md5Compress(state, padded.subarray(at, at + BLOCK));
  const digest = new Uint8Array(16);
  const view = new DataView(digest.buffer);
  state.forEach((word, index) => {
    view.setUint32(index * 4, word, true);
  });
  return digest;
}
