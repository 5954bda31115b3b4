import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDecipheriv, createHash, scrypt, scryptSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { SesamyError } from '../domain/errors';
import { attachmentDigest } from './attachments';
import { MAX_CONTAINER_BYTES, openContainer, parseContainer, sealContainer } from './container';
import type { Header } from './container';
import { decodeContent, encodeContent } from './content';
import { createVaultWith, openVaultWith, vaultStatus } from './open';
import { FormatProblem } from './problems';
import { RULES } from './rules';
import { deviceSlot, openWithDevice, passphraseSlot } from './slots';
import {
  CHEAP,
  CHEAP_OPTIONS,
  codeOf,
  failureOf,
  fakeKeyring,
  keyFile,
  numberedProfile,
  profileWithKey,
  temporaryVault,
} from './testing';

vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof import('node:crypto')>();
  return { ...crypto, scrypt: vi.fn(crypto.scrypt) };
});

let place: ReturnType<typeof temporaryVault>;
beforeEach(() => {
  place = temporaryVault();
});
afterEach(() => place.dispose());

/** The same sequence each time, so that a failure can be seen again (xorshift32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const dataKey = Buffer.alloc(32, 7);
const slots = async () => [await passphraseSlot(dataKey, 'open sesamy', CHEAP), deviceSlot(dataKey, fakeKeyring())];

/** Two key files, one of which a profile refers to; small, so that a random change meets everything. */
const KEYS = [keyFile(1, 300), keyFile(2, 200)] as const;
const PROFILES = [profileWithKey(1, KEYS[0]), numberedProfile(2)] as const;
const STATES = { [PROFILES[1].id]: { used: 3 } };

const smallContent = () =>
  encodeContent({
    profiles: new Map(PROFILES.map((profile) => [profile.id, profile])),
    states: new Map(Object.entries(STATES)),
    attachments: new Map(KEYS.map((key) => [attachmentDigest(key), key])),
  });

/** A small vault with profiles, a state and attachments, without a file. */
async function smallVault(): Promise<Buffer> {
  const plaintext = smallContent();
  return sealContainer('vault', dataKey, { slots: await slots(), savedUnixMs: 1, plaintext }).bytes;
}

/** With the checksum that the bytes should have: damage has none, an attacker has. */
function mended(bytes: Buffer): Buffer {
  const body = bytes.subarray(0, -32);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** The same vault with another header, checksum mended. */
function withHeader(bytes: Buffer, change: (header: Record<string, unknown>) => unknown): Buffer {
  const end = 12 + bytes.readUInt32BE(8);
  const header = Buffer.from(
    JSON.stringify(change(JSON.parse(bytes.toString('utf8', 12, end)) as Record<string, unknown>)),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return mended(Buffer.concat([bytes.subarray(0, 8), length, header, bytes.subarray(end)]));
}

/** Undefined when the bytes pass for a vault and open. */
function problemWith(bytes: Buffer): FormatProblem | SesamyError | 'does not open' | undefined {
  try {
    const container = parseContainer('vault', bytes);
    const key = openWithDevice(container.header.slots, fakeKeyring());
    return openContainer(container, key) === null ? 'does not open' : undefined;
  } catch (thrown) {
    if (thrown instanceof FormatProblem || thrown instanceof SesamyError) return thrown;
    throw thrown;
  }
}

describe('the format', () => {
  /** Written by format 1 once; docs/vault-format.md has to stay true of it. The passphrase is `open sesamy`. */
  const golden = Buffer.from(
    [
      'T1NWQVVMVAEAAAIkeyJzYXZlZFVuaXhNcyI6MTc5NTIxOTIwMDAwMCwibm9uY2UiOiJrelo0SDVLcjlzbnBSVjRQIiwic2xvdHMi',
      'Olt7ImlkIjoiNTkwMGE2NzEtYWRhOS00ZDQxLWE0MWUtNTA0NjU3MzkzOGYxIiwia2luZCI6InBhc3NwaHJhc2UiLCJjcmVhdGVk',
      'VW5peE1zIjoxNzk1MjU1MjY1NDA5LCJrZGYiOnsibmFtZSI6InNjcnlwdCIsIk4iOjE2Mzg0LCJyIjoxLCJwIjoxLCJzYWx0Ijoi',
      'eFNpM1U1ck01bGUrVWhGL3Q0bFpzR0pZYkg3WFJOR1FpSzdQVW14L0JTWT0ifSwibm9uY2UiOiI5T014aUE2dks5N2N0dmgwIiwi',
      'd3JhcHBlZEtleSI6IlBNK3hNa1FNRk9zTWFYc2djWkQ5RmhLREZsdWlWTHRFdncxa05Sc0VoRG84WG5rb1RrdS81N29JUC81Sml1',
      'eUQifSx7ImlkIjoiMTAyMTM3YTktNzQ4NS00NmQ1LTk5MzQtZjQxMjFiOWVmOWExIiwia2luZCI6ImRldmljZSIsImNyZWF0ZWRV',
      'bml4TXMiOjE3OTUyNTUyNjU0MTcsImJhY2tlbmQiOiJnbm9tZV9saWJzZWNyZXQiLCJzZWFsZWRLZXkiOiJXbDd0Y3dZZ3NhMSt3',
      'WGFscExsUGpaUHY1OGg1Q213Y3RSZnc4TDdZelVxQSJ9XX28CERBH8QcYcPCtwUGa8fet2O+zbKjn8xV7+uk1cl9AlDa/v6JBq7v',
      'dS4TjVQxvYtM0HXboCbKHqTBN7uqNute7GMQ7+vSkEa5FXP8UsjanLqoQPNu4bxYldFPrLP/EY4BYxTQIEtl+3a1VNUNhknPB9Oo',
      'Uarm5wxdKl2giEgueQuTtsbBfGEXm6YZV6QOPbjWkDH/AadFIIiXoibkMRUl/C8G5+zf224tsNbJdX6UOO7HyqNUtR9s8GffVeOP',
      '2vkPtJPsWxvo3iKS1Y2ARZZsX89xnAVFNlapQyEjpO+6QoDvNbLKTa/1qL12R+ugnzgOwuVYmhVYppNBMgKzvhpK/DbGcp/ASlH4',
      '234DV28fra0qVlEMMa09l003VGxvvUiQIi1VLT2idK3zsPoidsJq8rFbm8HExM4IZwIGMtEIxzZnhmnX5NGSOPzfZ/fyFeE1gHnE',
      'ScLfLw9czFEPTcd5OWFXpexfwUIYTA+qwHwgLMkv2hG0p8D72qCxWgAXmvHZB6y+hwxRI7duNxZ5jvhRY/7actfsWz//ZJayzU6b',
      'rWHv+a+8h5v/2XK62EIYJUBz3tB2Pchuh7nPXa4wKZdfhIlLkCfiiOtmgmPYoyDBpDsqfRig1xxRlz54LRHCTKwoRI2bGbT8r7Sx',
      'xEARHTAFMSMu08FGxX75kSXu8KgBltWv8LbUADPx0aOftRvfb7nQtb5d+o99NXN9VLtVsHcDZ7BNWSeQY/hOm4voXp5MOGDFNIz9',
      '1hKMadLezBpS8MGHum7ZnkPsB9bo4PhKEOGb0ZAN678QwLwXgoxrtUNxSMmTObtmqLQ48E0zwEyZmeVz4X1Ak3AOVsp1K16m7//I',
      '7SS5PT2+0p/x2gwaf19ES45DlvsxA9udQ3JTWM3kawgJyWFcXtMiOcfInzUpVWSbhAFglvubrPmLlvM8w9KHdxamYd9RqGjlGnii',
      'tODsSqU/P3Z/fklsJ1qzt8f1xhz6VX9vtalxZ2O93r3qln3WcJdYXYYImuNnXjHRTgpiFHiOTKlNnRhYFT+xqH7/vsdJuY/wo5LQ',
      'phA70yvSXO2vWI6bBy9cQ4iCz17NustWHdof1WkvaeuBDNRTn4AGBr8R+mizgrsEcKJJWY92kI9dCYx53z7RZvT88PNwSxHjkSYH',
      'ATlyLOTa/Gynav5muW3YE/PeTfV/mn6PJ6rcu8kf0E6kiCwInW5P0Lakby/lEaankMWa2n9E3DcKJBuaXWRPfgz5Sa0YgkHdviEY',
      'luidL+QDLEC+Q/Dv/3iQnq2UiNNbguqUwsoGcmqg372BEYnNs0hYt5N+7zYeIkIvqzUUu4Wu4mOOukNVNGQzD1h8kSY9selSsn0n',
      'PuOLQBjsZj6+e2RhD+RC2vWNKktv1qyJ99MEexgIZOzeMtPg6lZZnU2AA6OKVIs/BGEhBRctOgP9W0z8kvsJq+QwwPISZSQT1bSd',
      'dnAnOTyVlU5Nrtqp9RCgigEe2QeLTuqGBhOQUUFEcWLA90RwXw0hryhUgeqRQBbXPkKgo8xes84rWbUARCBIRq0Jte27DA3w8NnC',
      'WgVshyccd8dAGZNyNMdfdXMKy+/rHMGYk2S2kZIC1ynZzHBf9jiFEUK/eHdqN84yje0=',
    ].join(''),
    'base64',
  );

  /** Reads as docs/vault-format.md says, with nothing of ours. */
  function readByTheDocument(bytes: Buffer, passphrase: string): unknown {
    expect(bytes.subarray(0, 7)).toEqual(Buffer.from('OSVAULT'));
    const version = bytes[7];
    const body = bytes.subarray(0, bytes.length - 32);
    expect(createHash('sha256').update(body).digest()).toEqual(bytes.subarray(bytes.length - 32));
    const headerEnd = 12 + bytes.readUInt32BE(8);
    const header = JSON.parse(bytes.toString('utf8', 12, headerEnd)) as Header;
    const slot = header.slots.find(({ kind }) => kind === 'passphrase');
    if (slot?.kind !== 'passphrase') throw new Error('no passphrase slot');
    const { N, r, p, salt } = slot.kdf;
    const key = scryptSync(passphrase, Buffer.from(salt, 'base64'), 32, { N, r, p, maxmem: 2 ** 30 });
    const gcm = (gcmKey: Buffer, nonce: string, sealed: Buffer, associated: Buffer) => {
      const decipher = createDecipheriv('aes-256-gcm', gcmKey, Buffer.from(nonce, 'base64'));
      decipher.setAAD(associated);
      decipher.setAuthTag(sealed.subarray(sealed.length - 16));
      return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
    };
    const note = `open-sesamy passphrase slot\n${slot.id}\n${slot.createdUnixMs}\nscrypt\n${N}\n${r}\n${p}\n${salt}`;
    const wrapped = Buffer.from(slot.wrappedKey, 'base64');
    const unwrapped = gcm(key, slot.nonce, wrapped, Buffer.from(note));
    const content = gcm(unwrapped, header.nonce, body.subarray(headerEnd), bytes.subarray(0, headerEnd));
    if (version === 1) return JSON.parse(content.toString('utf8'));
    expect(version).toBe(2);
    const jsonEnd = 4 + content.readUInt32BE(0);
    const { attachments, ...json } = JSON.parse(content.toString('utf8', 4, jsonEnd)) as {
      readonly attachments: readonly { readonly digest: string; readonly length: number }[];
    };
    let at = jsonEnd;
    const read = attachments.map(({ digest, length }) => {
      const part = content.subarray(at, at + length);
      at += length;
      expect(createHash('sha256').update(part).digest('hex')).toBe(digest);
      return part;
    });
    expect(at).toBe(content.length);
    return { ...json, attachments: read };
  }

  it('is read by another implementation, in a file from the past', () => {
    const older = [1, 2].map((number) => {
      const { transport, tries, ...profile } = numberedProfile(number);
      expect([transport, tries]).toEqual(['auto', null]);
      return profile;
    });
    expect(readByTheDocument(golden, 'open sesamy')).toEqual({ profiles: older });
  });

  it('is read by another implementation, in a file of today', async () => {
    expect(readByTheDocument(await smallVault(), 'open sesamy')).toEqual({
      rules: RULES,
      profiles: PROFILES,
      states: STATES,
      attachments: KEYS,
    });
  });

  it('of a file from the past is read by us', async () => {
    await createVaultWith(CHEAP_OPTIONS, place.location, 'another');
    writeFileSync(place.location.file, golden);
    const vault = await openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: 'open sesamy' });
    expect([...vault.profiles.values()]).toEqual([numberedProfile(1), numberedProfile(2)]);
  });
});

describe('a file that is', () => {
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), deflateRawSync(Buffer.alloc(5000))]);
  it.each([
    ['empty', () => Buffer.alloc(0), 'vault-damaged', /is empty/],
    ['of zeros', () => Buffer.alloc(5000), 'vault-damaged', /is not an Open Sesamy vault/],
    ['a picture', () => Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), 'vault-damaged', /is not an Open Sesamy vault/],
    ['JSON', () => Buffer.from('{"profiles":[]}'), 'vault-damaged', /is not an Open Sesamy vault/],
    ['a zip', () => zip, 'vault-damaged', /is not an Open Sesamy vault/],
    ['only its beginning', (whole: Buffer) => whole.subarray(0, 9), 'vault-damaged', /is cut short/],
    ['cut short', (whole: Buffer) => whole.subarray(0, -1), 'vault-damaged', /cut short or altered/],
    ['longer than it was', (whole: Buffer) => Buffer.concat([whole, Buffer.of(0)]), 'vault-damaged', /altered/],
    [
      'of a newer format',
      (whole: Buffer) => mended(Buffer.concat([whole.subarray(0, 7), Buffer.of(3), whole.subarray(8)])),
      'vault-version',
      /has format 3; this version reads formats 1 to 2/,
    ],
    [
      'of a format that never was',
      (whole: Buffer) => mended(Buffer.concat([whole.subarray(0, 7), Buffer.of(0), whole.subarray(8)])),
      'vault-damaged',
      /has format 0/,
    ],
  ] as const)('%s is told and left alone', async (_what, make, code, cause) => {
    await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy');
    const bytes = make(await smallVault());
    writeFileSync(place.location.file, bytes);
    const failure = await failureOf(vaultStatus(place.location));
    expect(failure.code).toBe(code);
    expect(failure.info.cause).toMatch(cause);
    expect(failure.info.cause).toContain(place.location.file);
    expect(await codeOf(openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: 'x' }))).toBe(
      code,
    );
    expect(readFileSync(place.location.file)).toEqual(bytes);
    expect(readdirSync(place.location.folder)).toEqual(['profiles.vault']);
  });

  it('huge is told without being read', async () => {
    await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy');
    const size = 2 ** 40;
    truncateSync(place.location.file, size);
    const failure = await failureOf(vaultStatus(place.location));
    expect(failure.code).toBe('vault-damaged');
    expect(failure.info.cause).toContain('1048576 MiB');
    expect(size).toBeGreaterThan(MAX_CONTAINER_BYTES);
    expect(statSync(place.location.file).size).toBe(size);
  });
});

describe('10,000 random changes', () => {
  const ROUNDS = 10_000;

  it('are damage: flipped bits and cut ends, each of them seen without a key', async () => {
    const whole = await smallVault();
    expect(problemWith(whole)).toBeUndefined();
    const random = chance(1);
    for (let round = 0; round < ROUNDS; round++) {
      let bytes = Buffer.from(whole);
      if (round % 4 === 0) bytes = bytes.subarray(0, random(whole.length));
      else
        for (let flips = 1 + random(3); flips > 0; flips--) {
          const at = random(whole.length);
          // A bit for each round and place, so that two flips do not undo each other.
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << flips), at);
        }
      expect(() => parseContainer('vault', bytes), `round ${round}`).toThrow(FormatProblem);
    }
  });

  it('by somebody who mends the checksum are seen by the encryption', async () => {
    const whole = await smallVault();
    expect(problemWith(mended(whole))).toBeUndefined();
    const random = chance(2);
    const seen = { format: 0, key: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Buffer.from(whole);
      const at = random(whole.length - 32);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at);
      const problem = problemWith(mended(round % 4 === 0 ? bytes.subarray(random(32), -1 - random(400)) : bytes));
      expect(problem, `round ${round}`).toBeDefined();
      if (problem instanceof FormatProblem) seen.format++;
      else seen.key++;
    }
    // Both ways of seeing it were tried.
    expect(seen.format).toBeGreaterThan(1000);
    expect(seen.key).toBeGreaterThan(1000);
  });

  it('in the file itself are told as damage by everything that reads it', async () => {
    const vault = await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy', fakeKeyring());
    const whole = readFileSync(place.location.file);
    const random = chance(3);
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(whole);
      const at = random(whole.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at);
      writeFileSync(place.location.file, bytes);
      expect(await codeOf(vaultStatus(place.location))).toBe('vault-damaged');
      const edit = { kind: 'save', profile: numberedProfile(1), base: null } as const;
      expect(await codeOf(vault.change([edit]))).toBe('vault-damaged');
      expect(readFileSync(place.location.file)).toEqual(bytes);
    }
  });
});

describe('a hostile header', () => {
  const kdf = { name: 'scrypt', N: 2 ** 14, r: 8, p: 1, salt: Buffer.alloc(32).toString('base64') };
  const slot = (number: number, change: object = {}) => ({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    kind: 'passphrase',
    createdUnixMs: 0,
    kdf: { ...kdf, ...change },
    nonce: Buffer.alloc(12).toString('base64'),
    wrappedKey: Buffer.alloc(48).toString('base64'),
  });
  it.each([
    ['a cost that is no power of two', [slot(1, { N: 2 ** 14 + 1 })]],
    ['too little cost', [slot(1, { N: 2 ** 13 })]],
    ['too much cost', [slot(1, { N: 2 ** 21 })]],
    ['a cost beyond 32 bits', [slot(1, { N: 2 ** 40 })]],
    ['too large blocks', [slot(1, { r: 17 })]],
    ['too much parallel work', [slot(1, { p: 5 })]],
    ['too much memory', [slot(1, { N: 2 ** 20, r: 16 })]],
    ['too much work in all', [slot(1, { N: 2 ** 20, r: 8, p: 2 }), slot(2)]],
    ['another key derivation', [slot(1, { name: 'pbkdf2' })]],
    ['a salt of the wrong length', [slot(1, { salt: 'AAAA' })]],
    ['nine slots', Array.from({ length: 9 }, (_, number) => slot(number))],
    ['no slot', []],
    ['a device slot alone', [{ id: slot(1).id, kind: 'device', createdUnixMs: 0, backend: 'x', sealedKey: 'AAAA' }]],
    ['two slots of one id', [slot(1), slot(1)]],
    ['another kind of slot', [{ ...slot(1), kind: 'yubikey' }]],
    ['one field more', [{ ...slot(1), comment: '' }]],
  ])('with %s is refused before any work', async (_what, hostile) => {
    const bytes = withHeader(await smallVault(), (header) => ({ ...header, slots: hostile }));
    expect(() => parseContainer('vault', bytes)).toThrow(FormatProblem);
  });

  it('may ask for as much as the limits say', async () => {
    const all = [slot(1, { N: 2 ** 20, r: 8, p: 1 }), slot(2, { N: 2 ** 19, r: 16, p: 1 })];
    const bytes = withHeader(await smallVault(), (header) => ({ ...header, slots: all }));
    expect(parseContainer('vault', bytes).header.slots).toHaveLength(2);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['very deep', '['.repeat(60_000)],
    ['a prototype', '{"__proto__":{"slots":[]},"nonce":1}'],
  ])('that is %s is refused', async (_what, text) => {
    const whole = await smallVault();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    const parts = [whole.subarray(0, 8), length, Buffer.from(text), Buffer.alloc(100)];
    expect(() => parseContainer('vault', mended(Buffer.concat(parts)))).toThrow(FormatProblem);
  });

  it.each([0xffff_ffff, 64 * 1024 + 1, 5000])('of %d bytes, which are not there, is refused', async (length) => {
    const bytes = await smallVault();
    bytes.writeUInt32BE(length, 8);
    expect(() => parseContainer('vault', mended(bytes))).toThrow(FormatProblem);
  });
});

describe('encrypted content', () => {
  /** As the format has it, with whatever JSON. */
  const contentOf = (json: object | string, ...behind: readonly Buffer[]) => {
    const text = Buffer.from(
      typeof json === 'string' ? json : JSON.stringify({ profiles: [], states: {}, attachments: [], ...json }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, text, ...behind]);
  };
  const entry = (key: Buffer) => ({ digest: attachmentDigest(key), length: key.length });
  const [key] = KEYS;
  const states = (state: unknown) => ({ profiles: [numberedProfile(1)], states: { [numberedProfile(1).id]: state } });

  it.each([
    ['is empty', Buffer.alloc(0), 'vault-damaged', /shorter behind its encryption/],
    ['is shorter than its length', Buffer.of(0, 0, 0, 2, 0x7b), 'vault-damaged', /shorter behind its encryption/],
    ['is as long as can be said', Buffer.alloc(100, 0xff), 'vault-damaged', /shorter behind its encryption/],
    ['is no JSON', contentOf('{'), 'vault-damaged', /holds no JSON/],
    ['is no list', contentOf('{"profiles":{}}'), 'vault-damaged', /holds no list/],
    ['is null', contentOf('null'), 'vault-damaged', /holds no list/],
    [
      'has a profile that cannot be used',
      contentOf({ profiles: [numberedProfile(1), numberedProfile(2, { servicePort: 0 })] }),
      'vault-damaged',
      /profile 2 \("Server 2"\), which cannot be used\. Service port must be/,
    ],
    [
      'has a profile twice',
      contentOf({ profiles: [numberedProfile(1), numberedProfile(1)] }),
      'vault-damaged',
      /twice/,
    ],
    [
      'was checked with other rules, and breaks ours',
      contentOf({ rules: 'other', profiles: [numberedProfile(1, { servicePort: 0 })] }),
      'vault-damaged',
      /Service port must be/,
    ],
    [
      'was checked with our rules, and has a profile twice',
      contentOf({ rules: RULES, profiles: [numberedProfile(1), numberedProfile(1)] }),
      'vault-damaged',
      /twice/,
    ],
    [
      'has a profile of a later version',
      contentOf({ profiles: [{ ...numberedProfile(1), version: 2 }] }),
      'vault-version',
      /profile 1 \("Server 1"\), which a later version made/,
    ],
    [
      'has a mode of a later version',
      contentOf({ profiles: [{ ...numberedProfile(1), mode: { kind: 'telepathy' } }] }),
      'vault-version',
      /which a later version made/,
    ],
    ['has no states', contentOf({ states: undefined }), 'vault-damaged', /holds no states/],
    ['has a list of states', contentOf({ states: [] }), 'vault-damaged', /holds no states/],
    ['has a state that is none', contentOf(states(3)), 'vault-damaged', /a state of "Server 1" that cannot be used/],
    ['has used up less than nothing', contentOf(states({ used: -1 })), 'vault-damaged', /Used-up secrets must be/],
    ['has a state with more in it', contentOf(states({ used: 1, by: 'x' })), 'vault-damaged', /Unknown field "by"/],
    [
      'has no list of attachments',
      contentOf({ attachments: undefined }),
      'vault-damaged',
      /attachments that cannot be/,
    ],
    [
      'has an attachment that is too long',
      contentOf({ attachments: [{ ...entry(key), length: 2 ** 20 + 1 }] }, Buffer.alloc(2 ** 20 + 1)),
      'vault-damaged',
      /Length must be/,
    ],
    [
      'has an attachment of a length that cannot be',
      contentOf({ attachments: [{ ...entry(key), length: -1 }] }),
      'vault-damaged',
      /Length must be/,
    ],
    [
      'has a digest in capitals',
      contentOf({ attachments: [{ ...entry(key), digest: entry(key).digest.toUpperCase() }] }, key),
      'vault-damaged',
      /Digest must be/,
    ],
    [
      'has too many attachments',
      contentOf({ attachments: Array.from({ length: 65 }, (_, n) => entry(keyFile(n, 0))) }),
      'vault-damaged',
      /list of 0 to 64/,
    ],
    [
      'has an attachment twice',
      contentOf({ attachments: [entry(key), entry(key)] }, key, key),
      'vault-damaged',
      /twice/,
    ],
    [
      'ends within an attachment',
      contentOf({ attachments: [entry(key)] }, key.subarray(1)),
      'vault-damaged',
      /other at/,
    ],
    ['goes on behind them', contentOf({ attachments: [entry(key)] }, key, Buffer.of(0)), 'vault-damaged', /other att/],
    ['has bytes that nothing lists', contentOf({}, key), 'vault-damaged', /other attachments than its list/],
  ])('that %s is told, and nothing is opened', async (_what, plaintext, code, cause) => {
    await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy');
    const content = { slots: await slots(), savedUnixMs: 1, plaintext };
    writeFileSync(place.location.file, sealContainer('vault', dataKey, content).bytes);
    const failure = await failureOf(
      openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: 'open sesamy' }),
    );
    expect(failure.code).toBe(code);
    expect(failure.info.cause).toMatch(cause);
  });

  it.each([1, 2] as const)('with any random change is either refused or read whole (format %i)', (version) => {
    const whole = version === 2 ? smallContent() : Buffer.from(JSON.stringify({ profiles: PROFILES }));
    const random = chance(4);
    const seen = { refused: 0, read: 0 };
    for (let round = 0; round < 2000; round++) {
      const bytes = Buffer.from(whole.subarray(0, round % 4 === 0 ? random(whole.length) : whole.length));
      if (bytes.length === 0) continue;
      const at = random(round % 2 === 0 ? Math.min(bytes.length, 40) : bytes.length);
      bytes.writeUInt8(round % 3 === 0 ? random(256) : bytes.readUInt8(at) ^ (1 << random(8)), at);
      try {
        const { profiles, states: read, attachments } = decodeContent(bytes, version, 'stranger');
        expect(profiles.size, `round ${round}`).toBe(2);
        for (const [digest, own] of attachments) expect(attachmentDigest(own)).toBe(digest);
        for (const id of read.keys()) expect(profiles.has(id)).toBe(true);
        seen.read++;
      } catch (thrown) {
        expect(thrown, `round ${round}`).toBeInstanceOf(FormatProblem);
        seen.refused++;
      }
    }
    // Both ends were met: a changed letter of a note, and everything that is checked.
    expect(seen.refused).toBeGreaterThan(200);
    expect(seen.read).toBeGreaterThan(200);
  });

  it('of version 1 cannot be passed off as version 2, nor the other way round', async () => {
    const whole = await smallVault();
    whole.writeUInt8(1, 7);
    expect(problemWith(mended(whole))).toBe('does not open');
  });

  it('keeps no state of a profile that is not there', () => {
    const bytes = contentOf({ states: { [numberedProfile(1).id]: { used: 1 }, __proto__: {} } });
    expect(decodeContent(bytes, 2, 'ours').states.size).toBe(0);
  });

  it('that was exchanged under the right slots is damage, not a wrong passphrase', async () => {
    await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy');
    const other = { slots: await slots(), savedUnixMs: 1, plaintext: contentOf({}) };
    writeFileSync(place.location.file, sealContainer('vault', Buffer.alloc(32, 8), other).bytes);
    const opening = openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: 'open sesamy' });
    expect(await codeOf(opening)).toBe('vault-damaged');
  });
});

it('a passphrase does the same work whether it is right, wrong, or the first of many', async () => {
  const vault = await createVaultWith(CHEAP_OPTIONS, place.location, 'first', fakeKeyring());
  await vault.addSlot({ kind: 'passphrase', passphrase: 'second' });
  await vault.addSlot({ kind: 'passphrase', passphrase: 'third' });
  const work = async (passphrase: string) => {
    vi.mocked(scrypt).mockClear();
    await openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase }).catch(() => undefined);
    return vi.mocked(scrypt).mock.calls.map((call) => call[3]);
  };
  const wrong = await work('wrong');
  expect(wrong).toHaveLength(3);
  for (const passphrase of ['first', 'second', 'third']) expect(await work(passphrase)).toEqual(wrong);
});
