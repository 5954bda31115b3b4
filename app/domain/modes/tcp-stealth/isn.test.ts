import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAddress } from '../../packet/address';
import { secretBytes, stealthIsn } from './isn';
import { md5 } from './md5';

interface Vector {
  readonly family: 4 | 6;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly tsval: number;
  readonly secret: string;
  readonly payload?: string;
  readonly isn: string;
}

/** Made with the program of the protocol's authors. */
const VECTORS = JSON.parse(readFileSync(path.join(import.meta.dirname, 'vectors.json'), 'utf8')) as readonly Vector[];

it.each(VECTORS)('agrees with the authors: $secret to $destinationAddress port $destinationPort', (vector) => {
  const isn = stealthIsn({
    secret: secretBytes(vector.secret),
    destination: parseAddress(vector.destinationAddress) ?? new Uint8Array(),
    destinationPort: vector.destinationPort,
    tsval: vector.tsval,
    payload: vector.payload === undefined ? null : new TextEncoder().encode(vector.payload),
  });
  expect(isn.toString(16)).toBe(Number(vector.isn).toString(16));
});

it('makes the MD5 that everybody makes, for any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(Buffer.from(md5(bytes)).toString('hex')).toBe(createHash('md5').update(bytes).digest('hex'));
    }),
  );
});

it('reads a secret as hex or as text', () => {
  expect([...secretBytes('é').subarray(0, 3)]).toEqual([0xc3, 0xa9, 0]);
  expect([...secretBytes('0aFf'.repeat(32))]).toEqual(Array.from({ length: 64 }, (_, at) => (at % 2 ? 0xff : 0x0a)));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 15 }), (text) => {
      const bytes = new TextEncoder().encode(text);
      expect([...secretBytes(text).subarray(0, bytes.length)]).toEqual([...bytes]);
    }),
  );
});
