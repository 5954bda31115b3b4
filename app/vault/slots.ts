/**
 * Ways into a container: each slot wraps the one data key. A passphrase goes through scrypt, which makes guessing
 * dear; a device key is sealed by the keyring of this computer.
 */
import { randomBytes, randomUUID, scrypt } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import type { KeySlot } from '../domain/key-slot';
import { decrypt, encrypt, KEY_BYTES, MAX_SEALED_KEY_BYTES, NONCE_BYTES } from './container';
import type { DeviceSlot, PassphraseSlot, ScryptCost, Slot } from './container';
import type { DeviceKeyring } from './vault';

/** What new slots cost: 128 MiB and about a third of a second. Kept in each slot, so that it can be raised later. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

/** What Electron calls its storage when there is nothing behind it but a fixed password, or when it cannot tell. */
const NO_PROTECTION: readonly string[] = ['basic_text', 'unknown'];

/** Wraps the data key. @throws SesamyError `bad-input` for an empty passphrase */
export async function passphraseSlot(
  dataKey: Buffer,
  passphrase: string,
  cost: ScryptCost,
  id: string = randomUUID(),
): Promise<PassphraseSlot> {
  if (passphrase === '') throw new SesamyError('bad-input', 'The passphrase must not be empty.');
  const nonce = randomBytes(NONCE_BYTES);
  const blank: PassphraseSlot = {
    id,
    kind: 'passphrase',
    createdUnixMs: Date.now(),
    kdf: { name: 'scrypt', N: cost.N, r: cost.r, p: cost.p, salt: randomBytes(32).toString('base64') },
    nonce: nonce.toString('base64'),
    wrappedKey: '',
  };
  const key = await derive(passphrase, blank);
  try {
    return { ...blank, wrappedKey: encrypt(key, nonce, dataKey, associatedOf(blank)).toString('base64') };
  } finally {
    key.fill(0);
  }
}

/** Lets the keyring seal the data key. @throws SesamyError `device-key-unavailable` when that would protect nothing */
export function deviceSlot(dataKey: Buffer, keyring: DeviceKeyring): DeviceSlot {
  if (NO_PROTECTION.includes(keyring.backend))
    throw new SesamyError(
      'device-key-unavailable',
      `The keyring ${keyring.backend} does not protect what it keeps: any program could read the key.`,
      { steps: ['Set up a keyring such as GNOME Keyring or KWallet, or go on with a passphrase alone.'] },
    );
  let sealed: Buffer;
  try {
    sealed = keyring.seal(dataKey);
    const back = keyring.unseal(sealed);
    const same = back.equals(dataKey);
    back.fill(0);
    if (!same) throw new Error('it gave back something else');
    if (sealed.length > MAX_SEALED_KEY_BYTES) throw new Error('its form of the key is too long');
  } catch (thrown) {
    throw new SesamyError(
      'device-key-unavailable',
      `The keyring ${keyring.backend} did not keep the key: ${reasonOf(thrown)}.`,
    );
  }
  return {
    id: randomUUID(),
    kind: 'device',
    createdUnixMs: Date.now(),
    backend: keyring.backend,
    sealedKey: sealed.toString('base64'),
  };
}

/**
 * Tries the passphrase on every slot, each with its full cost and to the end, so that the time tells neither whether
 * it was right nor which slot it opened. The caller zeroes the key.
 * @throws SesamyError `wrong-passphrase`
 */
export async function openWithPassphrase(slots: readonly Slot[], passphrase: string): Promise<Buffer> {
  let found: Buffer | null = null;
  for (const slot of slots) {
    if (slot.kind !== 'passphrase') continue;
    const dataKey = await unwrap(slot, passphrase);
    if (found === null) found = dataKey;
    else dataKey?.fill(0);
  }
  if (found === null) throw new SesamyError('wrong-passphrase', 'No key slot opens with this passphrase.');
  return found;
}

/** Tries the passphrase on this one slot, at its full cost. @throws SesamyError `wrong-passphrase` */
export async function checkPassphrase(slot: PassphraseSlot, passphrase: string): Promise<void> {
  const dataKey = await unwrap(slot, passphrase);
  if (dataKey === null) throw new SesamyError('wrong-passphrase', 'The present passphrase of this key is another one.');
  dataKey.fill(0);
}

/**
 * Asks the keyring for the key. The caller zeroes it.
 * @throws SesamyError `device-key-unavailable`, naming the keyring of the slot and the one at hand
 */
export function openWithDevice(slots: readonly Slot[], keyring: DeviceKeyring): Buffer {
  const devices = slots.filter((slot) => slot.kind === 'device');
  if (devices.length === 0)
    throw new SesamyError('device-key-unavailable', 'The vault has no key for this device’s keyring.');
  const ours = devices.filter(({ backend }) => backend === keyring.backend);
  const sealedBy = [...new Set(devices.map(({ backend }) => backend))].join(', ');
  if (ours.length === 0)
    throw new SesamyError(
      'device-key-unavailable',
      `The device key was sealed by the keyring ${sealedBy}; this session has ${keyring.backend}.`,
    );
  let reason = '';
  // A vault that two computers share can have a slot of the same kind of keyring for each.
  for (const slot of ours) {
    try {
      const key = keyring.unseal(Buffer.from(slot.sealedKey, 'base64'));
      if (key.length === KEY_BYTES) return key;
      key.fill(0);
      reason = 'it gave back something that is no key';
    } catch (thrown) {
      reason = reasonOf(thrown);
    }
  }
  throw new SesamyError(
    'device-key-unavailable',
    `The keyring ${keyring.backend} does not open the device key that ${sealedBy} sealed: ${reason}.`,
  );
}

/** What may be known of a slot without a key. */
export function keySlot(slot: Slot): KeySlot {
  return {
    id: slot.id,
    kind: slot.kind,
    backend: slot.kind === 'device' ? slot.backend : null,
    createdUnixMs: slot.createdUnixMs,
  };
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.replace(/\.$/, '') : 'it failed';
}

/** Binds a wrapped key to its slot and cost, so that no part can be exchanged (docs/vault-format.md). */
function associatedOf({ id, createdUnixMs, kdf }: PassphraseSlot): Buffer {
  return Buffer.from(
    ['open-sesamy passphrase slot', id, createdUnixMs, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt].join('\n'),
  );
}

/** The data key, which the caller zeroes; null when the passphrase is another one. */
async function unwrap(slot: PassphraseSlot, passphrase: string): Promise<Buffer | null> {
  const key = await derive(passphrase, slot);
  try {
    return decrypt(key, Buffer.from(slot.nonce, 'base64'), Buffer.from(slot.wrappedKey, 'base64'), associatedOf(slot));
  } finally {
    key.fill(0);
  }
}

/** The key that a passphrase makes of a slot's salt. Runs on Node's thread pool; the caller zeroes the key. */
async function derive(passphrase: string, { kdf }: PassphraseSlot): Promise<Buffer> {
  const { N, r, p } = kdf;
  // NFKC: the same word typed on two keyboards has to be the same bytes.
  const secret = Buffer.from(passphrase.normalize('NFKC'));
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(
        secret,
        Buffer.from(kdf.salt, 'base64'),
        KEY_BYTES,
        // What scrypt itself needs, and a block to spare for how OpenSSL and BoringSSL count.
        { N, r, p, maxmem: 128 * r * (N + p + 2) + 64 * 1024 },
        (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        },
      );
    });
  } finally {
    secret.fill(0);
  }
}
