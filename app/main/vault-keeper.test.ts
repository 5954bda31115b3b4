import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import type { AppState, DeviceKeyState } from '../shared/contract';
import { openVault, vaultLocation } from '../vault';
import type { DeviceKeyring } from '../vault';
import { holdProfiles } from './profiles';
import type { Profiles } from './profiles';
import { holdState } from './state';
import type { StateHolder } from './state';
import { holdImports } from './transfer';
import { keepVault } from './vault-keeper';
import type { VaultKeeper } from './vault-keeper';

const PASSPHRASE = 'correct horse battery staple';
const MODE: Profile['mode'] = {
  kind: 'count-window',
  sequence: '1234',
  windowMs: 3000,
  knockPort: null,
  protocol: 'tcp',
};

let folder = '';
let state: StateHolder;
let profiles: Profiles;
let keeper: VaultKeeper;
/** What the state said each time the vault had been open and was not any more. */
let closings: string[];
let device: { readonly keyring: DeviceKeyring | null; readonly state: DeviceKeyState };

const NO_DEVICE = { keyring: null, state: { usable: false as const, reason: 'There is none.' } };

/** A keyring that only turns bytes round: what it is called is all that matters here. */
function keyringCalled(backend: string): { readonly keyring: DeviceKeyring; readonly state: DeviceKeyState } {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes).reverse();
  return { keyring: { backend, seal: turn, unseal: turn }, state: { usable: true, backend } };
}

const location = () => vaultLocation({ env: { SESAMY_HOME: folder }, platform: 'linux', home: '/nonexistent' });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-keeper-'));
  device = NO_DEVICE;
  closings = [];
  const initial: AppState = {
    info: { version: '0', platform: 'linux', terminals: [] },
    profiles: [],
    runs: {},
    practice: { status: 'stopped' },
    settings: { terminal: null, lockAfterMinutes: null, lockOnSleep: true, lockOnScreenLock: true },
    vault: { status: 'locked', deviceUnlock: false, notice: null },
    agentUses: [],
  };
  state = holdState(initial, () => undefined);
  profiles = holdProfiles(state);
  keeper = keepVault({
    location: location(),
    state,
    device: () => device,
    onVault: (vault) => {
      profiles.follow(vault);
    },
    onRefreshed: () => {
      profiles.publish();
    },
    onClosed: () => closings.push(state.current.vault.status),
  });
});
afterEach(() => {
  keeper.lock();
  rmSync(folder, { recursive: true });
});

const names = (): readonly string[] => state.current.profiles.map((profile) => profile.name);
const save = (name: string): Promise<void> => {
  const profile = newProfile(profiles.newId(), { name, host: '192.0.2.1', mode: MODE });
  return profiles.change([{ kind: 'save', profile, base: null }]);
};
const idOf = (name: string): string => state.current.profiles.find((profile) => profile.name === name)?.id ?? '';

describe('the vault in the life of the window', () => {
  it('is absent, then open, then locked with nothing left in the state', async () => {
    await keeper.look();
    expect(state.current.vault).toEqual({ status: 'absent', device: NO_DEVICE.state });
    await keeper.create(PASSPHRASE, false);
    expect(state.current.vault).toMatchObject({ status: 'open', slots: [{ kind: 'passphrase' }] });
    await save('b 10');
    await save('b 9');
    expect(names()).toEqual(['b 9', 'b 10']);

    keeper.lock();
    expect(state.current.vault).toEqual({ status: 'locked', deviceUnlock: false, notice: null });
    expect(names()).toEqual([]);
    expect(closings).toEqual(['locked']);
    await expect(save('c')).rejects.toMatchObject({ code: 'vault-locked' });

    await expect(keeper.unlock('wrong')).rejects.toMatchObject({ code: 'wrong-passphrase' });
    expect(state.current.vault.status).toBe('locked');
    await keeper.unlock(PASSPHRASE);
    expect(names()).toEqual(['b 9', 'b 10']);
  });

  it('unlocks by the device, and says so when the keyring has changed', async () => {
    device = keyringCalled('gnome_libsecret');
    await keeper.look();
    await keeper.create(PASSPHRASE, true);
    keeper.lock();
    expect(state.current.vault).toEqual({ status: 'locked', deviceUnlock: true, notice: null });
    await keeper.unlockWithDevice();
    expect(state.current.vault.status).toBe('open');
    keeper.lock();

    device = keyringCalled('kwallet6');
    await keeper.look();
    expect(state.current.vault).toMatchObject({
      status: 'locked',
      deviceUnlock: false,
      notice: { code: 'device-key-unavailable', cause: expect.stringContaining('gnome_libsecret') as string },
    });
    await expect(keeper.unlockWithDevice()).rejects.toMatchObject({ code: 'device-key-unavailable' });
    await keeper.unlock(PASSPHRASE);
    expect(state.current.vault.status).toBe('open');
  });

  it('changes a passphrase only for whoever knows it, though it is open', async () => {
    await keeper.create(PASSPHRASE, false);
    const { vault } = state.current;
    const id = vault.status === 'open' ? (vault.slots[0]?.id ?? '') : '';
    await expect(keeper.changePassphrase(id, 'wrong', 'another')).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await keeper.changePassphrase(id, PASSPHRASE, 'another');
    expect(state.current.vault.status).toBe('open');
  });

  it('shows what another program saves', async () => {
    await keeper.create(PASSPHRASE, false);
    await save('mine');
    const other = await openVault(location(), { kind: 'passphrase', passphrase: PASSPHRASE });
    const theirs = newProfile(profiles.newId(), { name: 'theirs', host: '192.0.2.2', mode: MODE });
    await other.change([{ kind: 'save', profile: theirs, base: null }]);
    other.close();
    await expect.poll(names).toEqual(['mine', 'theirs']);
  });

  it('is closed by damage that another program does, and says so once the state does', async () => {
    await keeper.create(PASSPHRASE, false);
    await save('kept');
    writeFileSync(location().file, 'not a store');
    await expect.poll(() => closings).toEqual(['damaged']);
    expect(names()).toEqual([]);
  });

  it('tells a damaged store with its backup, and restores it', async () => {
    await keeper.create(PASSPHRASE, false);
    await save('kept');
    await save('lost');
    keeper.lock();
    const { file } = location();
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await keeper.look();
    expect(state.current.vault).toMatchObject({ status: 'damaged', error: { code: 'vault-damaged' } });
    expect((state.current.vault as { backupUnixMs: number | null }).backupUnixMs).toBeGreaterThan(0);
    await keeper.restore();
    await keeper.unlock(PASSPHRASE);
    expect(names()).toEqual(['kept']);
  });
});

describe('profiles', () => {
  beforeEach(async () => {
    await keeper.create(PASSPHRASE, false);
    await save('home');
  });

  it('come back after a removal, and are copied under names of their own', async () => {
    await profiles.duplicate(idOf('home'));
    await profiles.duplicate(idOf('home'));
    expect(names()).toEqual(['home', 'home copy', 'home copy 2']);
    const id = idOf('home');
    await profiles.remove(id);
    expect(names()).toEqual(['home copy', 'home copy 2']);
    await profiles.undoRemove(id);
    expect(names()).toContain('home');
    await expect(profiles.undoRemove(id)).rejects.toMatchObject({ code: 'unknown-target' });
  });

  it('are found by name or id, and never by a name that two have', async () => {
    expect(profiles.find('home').id).toBe(idOf('home'));
    expect(profiles.find(idOf('home')).name).toBe('home');
    await save('home');
    expect(() => profiles.find('home')).toThrow(expect.objectContaining({ code: 'bad-input' }));
    expect(() => profiles.find('hom')).toThrow(expect.objectContaining({ code: 'unknown-target' }));
  });

  it('of a practice door are never saved', async () => {
    profiles.keepForNow(newProfile(profiles.newId(), { name: 'practice', host: '127.0.0.1', mode: MODE }));
    expect(names()).toEqual(['home', 'practice']);
    keeper.lock();
    await keeper.unlock(PASSPHRASE);
    expect(names()).toEqual(['home']);
  });
});

describe('imports', () => {
  const GOOD = '192.0.2.16 22 1234 3000\n';

  it('change nothing before they are confirmed, then only what was chosen, under ids of their own', async () => {
    await keeper.create(PASSPHRASE, false);
    const imports = holdImports((edits) => profiles.change(edits));
    const preview = imports.preview([
      { name: 'a.txt', text: GOOD },
      { name: 'b.txt', text: 'junk' },
      { name: 'c.txt', text: GOOD.replace('16', '17') },
    ]);
    expect(preview.items.map((item) => item.content.kind)).toEqual(['profile', 'unusable', 'profile']);
    expect(names()).toEqual([]);
    const outcome = await imports.confirm(preview.previewId, [2]);
    expect(outcome.imported.map((entry) => entry.name)).toEqual(['192.0.2.17']);
    expect(outcome.failed.map((entry) => entry.file)).toEqual(['b.txt']);
    expect(names()).toEqual(['192.0.2.17']);
    await expect(imports.confirm(preview.previewId, [0])).rejects.toMatchObject({ code: 'unknown-target' });
  });

  it('of a name that is taken get another one, and the outcome says so', async () => {
    await keeper.create(PASSPHRASE, false);
    const imports = holdImports((edits) => profiles.change(edits));
    const { previewId } = imports.preview([{ name: 'a.txt', text: GOOD }]);
    // Taken only after the preview.
    await save('192.0.2.16');
    const { imported } = await imports.confirm(previewId, [0]);
    expect(imported).toMatchObject([{ id: idOf('192.0.2.16 2'), name: '192.0.2.16 2' }]);
    expect(imported[0]?.remarks).toContain('192.0.2.16 is taken, so this one is called 192.0.2.16 2.');
    expect(names()).toEqual(['192.0.2.16', '192.0.2.16 2']);
  });
});
