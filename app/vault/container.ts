/**
 * The bytes around the profiles: magic, header, ciphertext, checksum (docs/vault-format.md). Vaults and bundles differ
 * in the magic only. Everything here is hostile until parsed, and parsing takes neither a key nor a file.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { check, freeText, group, listOf, matching, oneOf, wholeNumber } from '../domain/fields';
import { keySlotSchema } from '../domain/key-slot';
import { FormatProblem } from './problems';

const MAGIC = { vault: 'OSVAULT', bundle: 'OSBUNDL' } as const;
/** The version that is written: the eighth byte of the file. */
const FORMAT_VERSION = 2;
/** Those that are read. They differ in the content alone (`content.ts`). */
export type FormatVersion = 1 | typeof FORMAT_VERSION;

export type ContainerKind = keyof typeof MAGIC;

const PREFIX_BYTES = 12;
const MAX_HEADER_BYTES = 64 * 1024;
const TAG_BYTES = 16;
export const CHECKSUM_BYTES = 32;
export const KEY_BYTES = 32;
/** As AES-GCM has it. Random at each use: docs/decisions/0006 says why that is enough. */
export const NONCE_BYTES = 12;
const CIPHER = 'aes-256-gcm';
/** Ten thousand profiles take some 5 MiB; what is larger than this is no file of ours, and is not read into memory. */
export const MAX_CONTAINER_BYTES = 256 * 1024 * 1024;
export const MAX_SLOTS = 8;
export const MAX_SEALED_KEY_BYTES = 4500;

const MIN_LOG_N = 14;
const MAX_LOG_N = 20;
const MAX_SCRYPT_MEMORY = 1024 ** 3;
/** N·r·p of all slots together: sixteen times one slot of ours, some seconds. A hostile file cannot keep us longer. */
const MAX_SCRYPT_WORK = 2 ** 24;

/** Bytes in base64, of exactly this length. */
function base64Of(label: string, bytes: number) {
  const padding = (3 - (bytes % 3)) % 3;
  const digits = Math.ceil((bytes * 8) / 6);
  return matching(label, new RegExp(`^[A-Za-z0-9+/]{${digits}}={${padding}}$`), `${bytes} bytes in base64`);
}

const { id: slotId, createdUnixMs } = keySlotSchema.shape;

const costError = 'Scrypt cost N must be a power of two from 2^14 to 2^20.';

const passphraseSlotSchema = group('Passphrase slot', {
  id: slotId,
  kind: z.literal('passphrase'),
  createdUnixMs,
  kdf: group('Key derivation', {
    name: oneOf('Key derivation', ['scrypt']),
    N: z
      .int({ error: costError })
      .refine((value) => value >= 2 ** MIN_LOG_N && value <= 2 ** MAX_LOG_N && (value & (value - 1)) === 0, {
        error: costError,
      }),
    r: wholeNumber('Scrypt block size r', 1, 16),
    p: wholeNumber('Scrypt parallelisation p', 1, 4),
    salt: base64Of('Salt', 32),
  }),
  nonce: base64Of('Slot nonce', NONCE_BYTES),
  wrappedKey: base64Of('Wrapped key', KEY_BYTES + TAG_BYTES),
});

const deviceSlotSchema = group('Device slot', {
  id: slotId,
  kind: z.literal('device'),
  createdUnixMs,
  backend: freeText('Keyring', 80, { minLength: 1 }),
  sealedKey: matching(
    'Sealed key',
    // Groups of four keep the match linear: nothing in it can be read two ways.
    /^(?=.{4,6000}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'at most 4500 bytes in base64',
  ),
});

const headerSchema = group('Header', {
  savedUnixMs: wholeNumber('Time of saving', 0, Number.MAX_SAFE_INTEGER, 'milliseconds'),
  nonce: base64Of('Nonce', NONCE_BYTES),
  slots: listOf(
    'Slots',
    z.discriminatedUnion('kind', [passphraseSlotSchema, deviceSlotSchema], {
      error: 'A slot must be an object whose kind is passphrase or device.',
    }),
    1,
    MAX_SLOTS,
  ),
});

export type Header = Readonly<z.infer<typeof headerSchema>>;
export type Slot = Header['slots'][number];
export type PassphraseSlot = Extract<Slot, { kind: 'passphrase' }>;
export type DeviceSlot = Extract<Slot, { kind: 'device' }>;
export type ScryptCost = Pick<PassphraseSlot['kdf'], 'N' | 'r' | 'p'>;

/** A whole container that nobody has opened yet. */
export interface Container {
  readonly version: FormatVersion;
  readonly header: Header;
  /** Magic, header length and header, as they stand in the file: bound to the ciphertext. */
  readonly associated: Buffer;
  /** With the tag at its end. */
  readonly ciphertext: Buffer;
  /** The checksum in base64. It names this version of the file, because the nonce makes every one differ. */
  readonly checksum: string;
}

/** Encrypts content of the present version under a fresh nonce. The caller zeroes the plaintext. Throws RangeError for a header that could not be read. */
export function sealContainer(
  kind: ContainerKind,
  dataKey: Buffer,
  content: { readonly slots: readonly Slot[]; readonly savedUnixMs: number; readonly plaintext: Buffer },
): { readonly bytes: Buffer; readonly header: Header; readonly checksum: string } {
  const nonce = randomBytes(NONCE_BYTES);
  const header: Header = {
    savedUnixMs: content.savedUnixMs,
    nonce: nonce.toString('base64'),
    slots: [...content.slots],
  };
  const headerBytes = Buffer.from(JSON.stringify(readHeader(header)));
  if (headerBytes.length > MAX_HEADER_BYTES) throw new RangeError('the header is too long');
  const associated = Buffer.concat([magicOf(kind), lengthBytes(headerBytes.length), headerBytes]);
  const cipher = createCipheriv(CIPHER, dataKey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  const parts = [associated, cipher.update(content.plaintext), cipher.final(), cipher.getAuthTag()];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const checksum = hash.digest();
  return { bytes: Buffer.concat([...parts, checksum]), header, checksum: checksum.toString('base64') };
}

/**
 * Reads everything that can be read without a key.
 * @throws FormatProblem when the bytes are no whole container of this kind and version
 */
export function parseContainer(kind: ContainerKind, bytes: Buffer): Container {
  if (bytes.length === 0) throw new FormatProblem('damaged', 'is empty');
  const name = MAGIC[kind];
  if (bytes.toString('latin1', 0, name.length) !== name)
    throw new FormatProblem('damaged', `is not an Open Sesamy ${kind}: it begins with other bytes`);
  if (bytes.length < PREFIX_BYTES + TAG_BYTES + CHECKSUM_BYTES) throw new FormatProblem('damaged', 'is cut short');
  const end = bytes.length - CHECKSUM_BYTES;
  const checksum = bytes.subarray(end);
  // Before anything is believed, and before a key is asked for: damage must not look like a wrong passphrase.
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(checksum))
    throw new FormatProblem('damaged', 'is cut short or altered: its checksum does not match');
  const version = readVersion(bytes.readUInt8(name.length));
  const headerLength = bytes.readUInt32BE(name.length + 1);
  const headerEnd = PREFIX_BYTES + headerLength;
  if (headerLength > MAX_HEADER_BYTES || headerEnd + TAG_BYTES > end)
    throw new FormatProblem('damaged', `has a header of ${headerLength} bytes, which cannot be`);
  return {
    version,
    header: readHeader(parseJson(bytes.toString('utf8', PREFIX_BYTES, headerEnd))),
    associated: bytes.subarray(0, headerEnd),
    ciphertext: bytes.subarray(headerEnd, end),
    checksum: checksum.toString('base64'),
  };
}

/**
 * Decrypts the content. The caller zeroes what it gets.
 * @returns null when the key is another one, or somebody altered the container and mended the checksum
 */
export function openContainer(container: Container, dataKey: Buffer): Buffer | null {
  return decrypt(dataKey, Buffer.from(container.header.nonce, 'base64'), container.ciphertext, container.associated);
}

/** AES-256-GCM with the tag at the end of `sealed`; null when it does not belong to key, nonce and associated data. */
export function decrypt(key: Buffer, nonce: Buffer, sealed: Buffer, associated: Buffer): Buffer | null {
  const tagStart = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(tagStart));
  const plaintext = decipher.update(sealed.subarray(0, tagStart));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}

/** The counterpart of {@link decrypt}. */
export function encrypt(key: Buffer, nonce: Buffer, plaintext: Buffer, associated: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function readVersion(version: number): FormatVersion {
  if (version === 1 || version === FORMAT_VERSION) return version;
  throw version > FORMAT_VERSION
    ? new FormatProblem('newer', `has format ${version}; this version reads formats 1 to ${FORMAT_VERSION}`)
    : new FormatProblem('damaged', `has format ${version}, which never was`);
}

function magicOf(kind: ContainerKind): Buffer {
  return Buffer.concat([Buffer.from(MAGIC[kind], 'latin1'), Buffer.of(FORMAT_VERSION)]);
}

function lengthBytes(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatProblem('damaged', 'has a header that is not JSON');
  }
}

function readHeader(input: unknown): Header {
  const checked = check(headerSchema, input);
  if (!checked.ok)
    throw new FormatProblem(
      'damaged',
      `has a header that cannot be used. ${checked.problems[0]?.message.replace(/\.$/, '') ?? ''}`,
    );
  const { slots } = checked.value;
  if (new Set(slots.map(({ id }) => id)).size !== slots.length)
    throw new FormatProblem('damaged', 'has two slots of the same id');
  const costs = slots.flatMap((slot) => (slot.kind === 'passphrase' ? [slot.kdf] : []));
  if (costs.length === 0) throw new FormatProblem('damaged', 'has no passphrase slot');
  if (
    costs.some(({ N, r }) => 128 * N * r > MAX_SCRYPT_MEMORY) ||
    costs.reduce((sum, { N, r, p }) => sum + N * r * p, 0) > MAX_SCRYPT_WORK
  )
    throw new FormatProblem('damaged', 'asks for more work to open it than any file of ours');
  return checked.value;
}
