import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import { SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import type { KeySlot } from '../domain/key-slot';
import type { DeviceKeyState, VaultState } from '../shared/contract';
import { backupInfo, createVault, openVault, restoreBackup, vaultStatus } from '../vault';
import type { DeviceKeyring, OpenVault, VaultLocation } from '../vault';
import type { StateHolder } from './state';

/** Several events tell of one save; this long after the first, in milliseconds, the file is read once. */
const WATCH_DELAY_MS = 100;

/** The vault in the life of the window: found at start, unlocked, followed while others change it, locked. */
export interface VaultKeeper {
  /** Looks what there is. Never throws: what is wrong becomes the state. */
  look(): Promise<void>;
  create(passphrase: string, withDevice: boolean): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  unlockWithDevice(): Promise<void>;
  /** Drops the keys and everything decrypted. */
  lock(): void;
  restore(): Promise<void>;
  addPassphrase(passphrase: string): Promise<void>;
  addDevice(): Promise<void>;
  /** @throws SesamyError as `OpenVault.changePassphrase` */
  changePassphrase(slotId: string, present: string, passphrase: string): Promise<void>;
  removeSlot(slotId: string): Promise<void>;
}

interface KeeperDependencies {
  readonly location: VaultLocation;
  readonly state: StateHolder;
  readonly device: () => { readonly keyring: DeviceKeyring | null; readonly state: DeviceKeyState };
  /** The vault is open from now on, or not any more. Called before the state says so. */
  readonly onVault: (vault: OpenVault | null) => void;
  /** Somebody else saved; the vault holds what is new. */
  readonly onRefreshed: () => void;
  /** The vault was open and is not any more, and the state says so. */
  readonly onClosed: () => void;
}

export function keepVault({
  location,
  state,
  device,
  onVault,
  onRefreshed,
  onClosed,
}: KeeperDependencies): VaultKeeper {
  let vault: OpenVault | null = null;
  let watcher: FSWatcher | null = null;
  let timer: NodeJS.Timeout | undefined;

  const publishOpen = (open: OpenVault): void => {
    state.set('vault', { status: 'open', slots: open.slots, device: device().state });
  };

  const damaged = async (thrown: unknown): Promise<VaultState> => {
    const error = toErrorInfo(thrown);
    // A backup mends damage; it mends neither a newer version nor a folder that others may enter.
    const backup = error.code === 'vault-damaged' ? await backupInfo(location).catch(() => null) : null;
    return { status: 'damaged', error, backupUnixMs: backup?.savedUnixMs ?? null };
  };

  const lockedState = (slots: readonly KeySlot[], notice: ErrorInfo | null): VaultState => {
    const backends = slots.filter((slot) => slot.kind === 'device').map((slot) => slot.backend);
    // Asking a keyring may make it ask the person, so it is asked only for a slot that needs it.
    if (backends.length === 0) return { status: 'locked', deviceUnlock: false, notice };
    const own = device();
    const changed =
      own.state.usable && !backends.includes(own.state.backend)
        ? new SesamyError(
            'device-key-unavailable',
            `The key was sealed by ${backends.join(' and ')}, and this device now uses ${own.state.backend}.`,
          ).info
        : null;
    return {
      status: 'locked',
      deviceUnlock: own.keyring !== null && backends.includes(own.keyring.backend),
      notice: notice ?? changed,
    };
  };

  async function look(): Promise<void> {
    try {
      const found = await vaultStatus(location);
      state.set(
        'vault',
        found.status === 'absent' ? { status: 'absent', device: device().state } : lockedState(found.slots, null),
      );
    } catch (error) {
      state.set('vault', await damaged(error));
    }
  }

  /** The command line may save at any time: what it saved shows up by itself. */
  function follow(): void {
    if (!existsSync(location.folder)) return;
    watcher = watch(location.folder, (_event, name) => {
      if (name !== null && name !== basename(location.file)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        void refresh();
      }, WATCH_DELAY_MS);
    });
    // A folder that is taken away ends the watch; the next save says what is wrong.
    watcher.on('error', () => watcher?.close());
  }

  async function refresh(): Promise<void> {
    if (vault === null) return;
    try {
      if (await vault.refresh()) {
        onRefreshed();
        publishOpen(vault);
      }
    } catch (error) {
      const info = toErrorInfo(error);
      drop();
      if (info.code === 'vault-locked') await look();
      else state.set('vault', await damaged(error));
      onClosed();
    }
  }

  function opened(next: OpenVault): void {
    vault = next;
    onVault(next);
    publishOpen(next);
    follow();
  }

  function drop(): void {
    clearTimeout(timer);
    watcher?.close();
    watcher = null;
    const closing = vault;
    vault = null;
    onVault(null);
    closing?.close();
  }

  const current = (): OpenVault => {
    if (vault === null) throw new SesamyError('vault-locked', 'Unlock the profiles first.');
    return vault;
  };
  const keyring = (): DeviceKeyring => {
    const own = device();
    if (own.keyring !== null) return own.keyring;
    throw new SesamyError(
      'device-key-unavailable',
      own.state.usable ? 'The keyring does not answer.' : own.state.reason,
    );
  };
  const changed = async (work: Promise<void>): Promise<void> => {
    await work;
    publishOpen(current());
  };

  return {
    look,
    async create(passphrase, withDevice) {
      opened(await createVault(location, passphrase, withDevice ? keyring() : undefined));
    },
    async unlock(passphrase) {
      opened(await openVault(location, { kind: 'passphrase', passphrase }));
    },
    async unlockWithDevice() {
      opened(await openVault(location, { kind: 'device', keyring: keyring() }));
    },
    lock() {
      const slots = vault?.slots;
      if (slots === undefined) return;
      drop();
      state.set('vault', lockedState(slots, null));
      onClosed();
    },
    async restore() {
      await restoreBackup(location);
      await look();
    },
    addPassphrase: (passphrase) => changed(current().addSlot({ kind: 'passphrase', passphrase })),
    addDevice: () => changed(current().addSlot({ kind: 'device', keyring: keyring() })),
    changePassphrase: (slotId, present, passphrase) => changed(current().changePassphrase(slotId, passphrase, present)),
    removeSlot: (slotId) => changed(current().removeSlot(slotId)),
  };
}
