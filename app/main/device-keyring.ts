/* eslint-disable @typescript-eslint/no-deprecated -- the oldest Electron that we run on has only the synchronous calls */
import { app, safeStorage } from 'electron';
import type { DeviceKeyState } from '../shared/contract';
import type { DeviceKeyring } from '../vault';

/** Chromium marks what it sealed with a fixed, public key by this prefix; what a real keyring sealed begins with v11. */
const UNPROTECTED_PREFIX = Buffer.from('v10');

/** What Electron calls the keyring. Older Electrons cannot tell, and fail by themselves where there is none. */
function backendName(): string {
  if (process.platform === 'darwin') return 'keychain';
  if (process.platform === 'win32') return 'dpapi';
  const storage: { readonly getSelectedStorageBackend?: () => string } = safeStorage;
  const asked = app.commandLine.getSwitchValue('password-store').replaceAll('-', '_');
  return storage.getSelectedStorageBackend?.() ?? (asked === '' ? 'os_keyring' : asked);
}

/**
 * This device's keyring, or the reason why it cannot hold a key. Ask again each time: a keyring may be unlocked, or
 * locked, while the app runs. Only after the app is ready.
 */
export function deviceKeyring():
  | { readonly keyring: DeviceKeyring; readonly state: DeviceKeyState }
  | { readonly keyring: null; readonly state: DeviceKeyState } {
  const refuse = (reason: string): { keyring: null; state: DeviceKeyState } => ({
    keyring: null,
    state: { usable: false, reason },
  });
  if (!safeStorage.isEncryptionAvailable()) return refuse('No keyring of this device can be reached.');
  const backend = backendName();
  if (backend === 'basic_text' || backend === 'basic' || backend === 'unknown')
    return refuse('This device has no keyring that protects a key.');
  if (
    process.platform === 'linux' &&
    safeStorage.encryptString('').subarray(0, UNPROTECTED_PREFIX.length).equals(UNPROTECTED_PREFIX)
  )
    return refuse('The keyring of this device seals with a key that everybody knows.');
  return {
    keyring: {
      backend,
      seal: (secret) => safeStorage.encryptString(secret.toString('base64')),
      unseal: (sealed) => Buffer.from(safeStorage.decryptString(sealed), 'base64'),
    },
    state: { usable: true, backend },
  };
}
