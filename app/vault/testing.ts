/** What the vault's tests share. Not part of the product. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SesamyError } from '../domain/errors';
import type { ErrorCode } from '../domain/errors';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { attachmentDigest } from './attachments';
import type { ScryptCost } from './container';
import { REAL_FILES } from './file-system';
import { vaultLocation } from './location';
import type { VaultOptions } from './open-vault';
import type { DeviceKeyring, VaultLocation } from './vault';

/** The least that the format allows: here the cost is not the point. */
export const CHEAP: ScryptCost = { N: 2 ** 14, r: 1, p: 1 };

/** The profiles of the tests name their attachments in their notes: any mode will do then. */
function attachmentsInNotes({ notes }: Profile): readonly string[] {
  return notes.match(/\b[0-9a-f]{64}\b/g) ?? [];
}

export const CHEAP_OPTIONS: VaultOptions = { files: REAL_FILES, cost: CHEAP, attachmentsOf: attachmentsInNotes };

/** A key file of a number: the same bytes each time, of a size that the modes to come ask for. */
export function keyFile(number: number, length = 65_536): Buffer {
  return Buffer.alloc(length, createHash('sha256').update(`key file ${number}`).digest());
}

/** A profile that needs the key file. */
export function profileWithKey(number: number, key: Uint8Array, values: Partial<Profile> = {}): Profile {
  return numberedProfile(number, { notes: `Key file: ${attachmentDigest(key)}`, ...values });
}

/** A place for a vault in a folder of its own, and how to take that folder away. */
export function temporaryVault(): { readonly location: VaultLocation; readonly base: string; dispose(): void } {
  const base = mkdtempSync(path.join(tmpdir(), 'sesamy-vault-'));
  const location = vaultLocation({
    env: { SESAMY_HOME: path.join(base, 'home') },
    platform: process.platform,
    home: base,
  });
  return { location, base, dispose: () => rmSync(base, { recursive: true, force: true }) };
}

/** The profile of a number: the same one each time, with some notes so that it has the size of a real one. */
export function numberedProfile(number: number, values: Partial<Profile> = {}): Profile {
  return newProfile(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, {
    name: `Server ${number}`,
    host: `host${number}.example.org`,
    notes: 'The rack by the door. Ask the night shift before you restart it. '.repeat(3),
    tags: ['home', 'production'],
    mode:
      number % 2 === 0
        ? { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' }
        : {
            kind: 'port-sequence',
            steps: [
              { port: 7000, protocol: 'tcp' },
              { port: 8000, protocol: 'udp' },
              { port: 9000, protocol: 'tcp' },
            ],
            delayMs: 100,
            closing: null,
          },
    ...values,
  });
}

/** A keyring that keeps its word with a byte of its own; another byte is another keyring of the same name. */
export function fakeKeyring(backend = 'gnome_libsecret', secret = 0x5a): DeviceKeyring {
  const mixed = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ secret));
  return {
    backend,
    seal: (key) => Buffer.concat([Buffer.of(secret), mixed(key)]),
    unseal(sealed) {
      if (sealed[0] !== secret) throw new Error('it was sealed elsewhere.');
      return mixed(sealed.subarray(1));
    },
  };
}

/** The error of something that has to fail. */
export async function failureOf(work: Promise<unknown>): Promise<SesamyError> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof SesamyError) return thrown;
    throw thrown;
  }
  throw new Error('It did not fail.');
}

/** Only the code of {@link failureOf}. */
export async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  return (await failureOf(work)).code;
}
