/** The encrypted profiles, as the verbs use them. Loaded only by verbs that need them. */
import { homedir } from 'node:os';
import type { Profile } from '../domain/profile/profile';
import { createVault, openVault, vaultLocation, vaultStatus } from '../vault';
import type { OpenVault, VaultLocation } from '../vault';
import { SesamyError } from '../domain/errors';
import { withKnown } from './passphrase';
import type { Passphrases } from './passphrase';

export function storeLocation(): VaultLocation {
  return vaultLocation({ env: process.env, platform: process.platform, home: homedir() });
}

/**
 * Opens the store. The caller closes it.
 * @throws SesamyError as `openVault` and the asking for its passphrase
 */
export async function openStore(passphrases: Passphrases): Promise<OpenVault> {
  const location = storeLocation();
  // Whatever is wrong with the file is told before anybody types a passphrase for it.
  const { status } = await vaultStatus(location);
  if (status === 'absent') throw new SesamyError('vault-absent', `There is no profile store at ${location.file}.`);
  return unlocked(location, passphrases);
}

/**
 * Uses the profiles, and forgets the key afterwards.
 * @throws SesamyError as {@link openStore}, and what `use` throws
 */
export async function withStore<T>(passphrases: Passphrases, use: (vault: OpenVault) => Promise<T>): Promise<T> {
  return closing(await openStore(passphrases), use);
}

/** As {@link withStore}, but makes the store where there is none. */
export async function withStoreMade<T>(passphrases: Passphrases, use: (vault: OpenVault) => Promise<T>): Promise<T> {
  const location = storeLocation();
  const { status } = await vaultStatus(location);
  if (status === 'locked') return closing(await unlocked(location, passphrases), use);
  const passphrase = await passphrases.chosen(
    'Choose a passphrase for your profiles. It cannot be recovered: without it they are lost.',
  );
  return closing(await createVault(location, passphrase), use);
}

function unlocked(location: VaultLocation, passphrases: Passphrases): Promise<OpenVault> {
  return withKnown(passphrases, 'Passphrase of your profiles: ', (passphrase) =>
    openVault(location, { kind: 'passphrase', passphrase }),
  );
}

async function closing<T>(vault: OpenVault, use: (vault: OpenVault) => Promise<T>): Promise<T> {
  try {
    return await use(vault);
  } finally {
    vault.close();
  }
}

/** The profiles in the order in which people look for them. */
export function sorted(vault: OpenVault): readonly Profile[] {
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  return [...vault.profiles.values()].sort((a, b) => compare(a.name, b.name));
}
