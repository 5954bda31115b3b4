/** Making a vault, opening one, and looking at one from outside. */
import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { SesamyError } from '../domain/errors';
import { KEY_BYTES } from './container';
import type { Container } from './container';
import type { Content } from './content';
import { decryptVersion, saveVersion, underLock, UnlockedVault } from './open-vault';
import type { VaultOptions } from './open-vault';
import { ensurePrivate, makePrivateFolder } from './private';
import { notReadable, systemCode } from './problems';
import { readContainer } from './read';
import { deviceSlot, openWithDevice, openWithPassphrase, passphraseSlot, keySlot } from './slots';
import type { DeviceKeyring, OpenVault, UnlockKey, VaultLocation, VaultStatus } from './vault';

const EMPTY: Content = { profiles: new Map(), states: new Map(), attachments: new Map() };

/** See {@link VaultStatus}. @throws SesamyError `vault-damaged`, `vault-version`, `vault-unsafe` */
export async function vaultStatus(location: VaultLocation): Promise<VaultStatus> {
  await ensurePrivate(location);
  let container: Container;
  try {
    container = await readContainer(location.file);
  } catch (thrown) {
    if (!(thrown instanceof SesamyError) || thrown.code !== 'vault-absent') throw thrown;
    if (await exists(location.backup)) throw onlyBackup(location);
    return { status: 'absent' };
  }
  return { status: 'locked', slots: container.header.slots.map(keySlot) };
}

/**
 * Makes an empty vault with one passphrase slot, and a device slot where a keyring is given.
 * @throws SesamyError `bad-input` when there is a vault already or the passphrase is empty, `device-key-unavailable`,
 * `vault-unsafe`, `vault-busy`, `vault-not-writable`
 */
export async function createVaultWith(
  options: VaultOptions,
  location: VaultLocation,
  passphrase: string,
  keyring?: DeviceKeyring,
): Promise<OpenVault> {
  await makePrivateFolder(location);
  const dataKey = randomBytes(KEY_BYTES);
  try {
    const slots = [
      await passphraseSlot(dataKey, passphrase, options.cost),
      ...(keyring === undefined ? [] : [deviceSlot(dataKey, keyring)]),
    ];
    const version = await underLock(options.files, location, async (lock, seen) => {
      if (seen !== null)
        throw new SesamyError('bad-input', `${location.file} exists already.`, { steps: ['Unlock it instead.'] });
      if (await exists(location.backup)) throw onlyBackup(location);
      return saveVersion(options.files, location, dataKey, { slots, ...EMPTY }, null, lock);
    });
    return new UnlockedVault(location, dataKey, version, options);
  } catch (thrown) {
    dataKey.fill(0);
    throw thrown;
  }
}

/**
 * @throws SesamyError `vault-absent`, `vault-damaged`, `vault-version`, `vault-unsafe`, `wrong-passphrase`,
 * `device-key-unavailable`
 */
export async function openVaultWith(
  options: VaultOptions,
  location: VaultLocation,
  key: UnlockKey,
): Promise<OpenVault> {
  await ensurePrivate(location);
  const container = await readContainer(location.file);
  const { slots } = container.header;
  const dataKey =
    key.kind === 'passphrase' ? await openWithPassphrase(slots, key.passphrase) : openWithDevice(slots, key.keyring);
  try {
    const version = decryptVersion(location.file, container, dataKey);
    // A keyring may give back nonsense; only a passphrase slot proves that the key is the right one.
    if (version === null && key.kind === 'device')
      throw new SesamyError(
        'device-key-unavailable',
        `The keyring ${key.keyring.backend} gave a key that does not open ${location.file}.`,
      );
    if (version === null)
      throw new SesamyError(
        'vault-damaged',
        `${location.file} was altered: its key opens, but what it protects is not what was saved.`,
      );
    return new UnlockedVault(location, dataKey, version, options);
  } catch (thrown) {
    dataKey.fill(0);
    throw thrown;
  }
}

/** Never produced by a save, so something else took the file away; a new vault would cost the backup too. */
function onlyBackup(location: VaultLocation): SesamyError {
  return new SesamyError('vault-damaged', `${location.file} is missing, but its backup is there.`, {
    steps: ['Restore the backup.', `To start anew instead, move ${location.backup} away.`],
  });
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return false;
    throw notReadable(file, thrown);
  }
}
