import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createVaultWith, openVaultWith, vaultStatus } from './open';
import { CHEAP_OPTIONS, codeOf, failureOf, fakeKeyring, numberedProfile, temporaryVault } from './testing';
import type { OpenVault, VaultLocation } from './vault';

let place: ReturnType<typeof temporaryVault>;
let location: VaultLocation;
beforeEach(() => {
  place = temporaryVault();
  location = place.location;
});
afterEach(() => place.dispose());

const create = (keyring?: Parameters<typeof createVaultWith>[3]) =>
  createVaultWith(CHEAP_OPTIONS, location, 'open sesamy', keyring);
const open = (passphrase = 'open sesamy') => openVaultWith(CHEAP_OPTIONS, location, { kind: 'passphrase', passphrase });
const openByDevice = (keyring = fakeKeyring()) => openVaultWith(CHEAP_OPTIONS, location, { kind: 'device', keyring });
const add = (vault: OpenVault, ...numbers: readonly number[]) =>
  vault.change(numbers.map((number) => ({ kind: 'save', profile: numberedProfile(number), base: null })));
const names = (vault: OpenVault) => [...vault.profiles.values()].map(({ name }) => name);

describe('a vault', () => {
  it('keeps what was saved', async () => {
    expect(await vaultStatus(location)).toEqual({ status: 'absent' });
    const made = await create();
    await add(made, 1, 2);
    const opened = await open();
    expect([...opened.profiles.values()]).toEqual([numberedProfile(1), numberedProfile(2)]);
    const status = await vaultStatus(location);
    expect(status).toEqual({ status: 'locked', slots: opened.slots });
    expect(opened.slots).toMatchObject([{ kind: 'passphrase', backend: null }]);
  });

  it('shows nothing of a profile or a key in its files', async () => {
    const vault = await create(fakeKeyring());
    await vault.change([
      { kind: 'save', profile: numberedProfile(2, { name: 'CANARY', notes: 'CANARY' }), base: null },
      { kind: 'save', profile: numberedProfile(3), base: null },
    ]);
    for (const file of readdirSync(location.folder)) {
      const text = readFileSync(`${location.folder}/${file}`, 'latin1');
      for (const secret of ['CANARY', 'example.org', 'sequence', 'open sesamy']) expect(text).not.toContain(secret);
    }
  });

  it('leaves the vault and its backup, and nothing else', async () => {
    const vault = await create();
    await add(vault, 1);
    await add(vault, 2);
    expect(readdirSync(location.folder).sort()).toEqual(['profiles.vault', 'profiles.vault.backup']);
    expect(statSync(location.file).ino).not.toBe(statSync(location.backup).ino);
  });

  it('is never made over another one', async () => {
    await add(await create(), 1);
    const before = readFileSync(location.file);
    expect(await codeOf(create())).toBe('bad-input');
    expect(readFileSync(location.file)).toEqual(before);
    rmSync(location.file);
    expect(await codeOf(create()), 'the backup would be lost').toBe('vault-damaged');
    expect(await codeOf(vaultStatus(location))).toBe('vault-damaged');
  });

  it('is made once when two make it at the same time', async () => {
    const results = await Promise.allSettled([create(), create()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await open();
  });

  it('refuses an empty passphrase', async () => {
    expect(await codeOf(createVaultWith(CHEAP_OPTIONS, location, ''))).toBe('bad-input');
    expect(await vaultStatus(location)).toEqual({ status: 'absent' });
  });

  it('takes a passphrase in any form of the same characters', async () => {
    await createVaultWith(CHEAP_OPTIONS, location, 'caf\u00e9');
    await open('cafe\u0301');
  });

  it('says that a passphrase is wrong, and no more', async () => {
    await create();
    const { code, info } = await failureOf(open('open sesame'));
    expect(code).toBe('wrong-passphrase');
    expect(info.cause).toBe('No key slot opens with this passphrase.');
  });

  it('says when there is none', async () => {
    const failure = await failureOf(open());
    expect(failure.code).toBe('vault-absent');
    expect(failure.info.cause).toContain(location.file);
  });

  it('forgets everything when closed', async () => {
    const vault = await create();
    await add(vault, 1);
    vault.close();
    expect(vault.profiles.size).toBe(0);
    expect(vault.slots).toEqual([]);
    expect(await codeOf(add(vault, 2))).toBe('vault-locked');
    expect(await codeOf(vault.refresh())).toBe('vault-locked');
    expect(await codeOf(vault.addSlot({ kind: 'device', keyring: fakeKeyring() }))).toBe('vault-locked');
    vault.close();
    expect(names(await open())).toEqual(['Server 1']);
  });

  it('saves either with the right key or not at all when it is closed meanwhile', async () => {
    const vault = await create();
    const saving = add(vault, 1);
    vault.close();
    await saving.catch(() => undefined);
    expect((await open()).profiles.size).toBeLessThanOrEqual(1);
  });
});

describe('changes', () => {
  it('from two open vaults are both kept', async () => {
    const first = await create();
    const second = await open();
    await Promise.all([add(first, 1), add(second, 2), add(first, 3), add(second, 4)]);
    expect(names(await open()).sort()).toEqual(['Server 1', 'Server 2', 'Server 3', 'Server 4']);
    await first.refresh();
    expect(await first.refresh()).toBe(false);
    expect(first.profiles.size).toBe(4);
  });

  it('of the same profile from a stale view are refused by name, and the newest is shown', async () => {
    const first = await create();
    await add(first, 1);
    const second = await open();
    const base = numberedProfile(1);
    await first.change([{ kind: 'save', profile: { ...base, notes: 'first' }, base }]);
    const failure = await failureOf(second.change([{ kind: 'save', profile: { ...base, notes: 'second' }, base }]));
    expect(failure.code).toBe('profile-changed');
    expect(failure.info.cause).toContain('Server 1');
    expect(second.profiles.get(base.id)?.notes).toBe('first');
    expect(await codeOf(second.change([{ kind: 'remove', id: base.id, base }]))).toBe('profile-changed');
    await second.change([{ kind: 'save', profile: { ...base, notes: 'second' }, base: 'any' }]);
    expect(await first.refresh()).toBe(true);
    expect(first.profiles.get(base.id)?.notes).toBe('second');
  });

  it('of a profile that was removed are refused, and removing it twice is no conflict', async () => {
    const first = await create();
    await add(first, 1);
    const second = await open();
    const base = numberedProfile(1);
    await first.change([{ kind: 'remove', id: base.id, base }]);
    expect(await codeOf(second.change([{ kind: 'save', profile: { ...base, notes: 'x' }, base }]))).toBe(
      'profile-changed',
    );
    await second.change([{ kind: 'remove', id: base.id, base }]);
    expect(second.profiles.size).toBe(0);
  });

  it('are made all or none', async () => {
    const vault = await create();
    await add(vault, 1);
    const before = readFileSync(location.file);
    const edits = add(vault, 2, 1);
    expect(await codeOf(edits)).toBe('profile-changed');
    expect(readFileSync(location.file)).toEqual(before);
    expect(names(vault)).toEqual(['Server 1']);
  });

  it('that change nothing save nothing', async () => {
    const vault = await create();
    await add(vault, 1);
    const before = readFileSync(location.file);
    await vault.change([{ kind: 'save', profile: numberedProfile(1), base: 'any' }]);
    expect(readFileSync(location.file)).toEqual(before);
  });

  it('that could not be read back are refused', async () => {
    const vault = await create();
    const failure = await failureOf(
      vault.change([{ kind: 'save', profile: numberedProfile(1, { servicePort: 0 }), base: null }]),
    );
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toContain('Service port');
  });

  it('use fresh nonces', async () => {
    const vault = await create();
    const nonces = new Set<string>();
    for (let number = 0; number < 20; number++) {
      await add(vault, number);
      nonces.add(/"nonce":"([^"]+)"/.exec(readFileSync(location.file, 'latin1'))?.[1] ?? '');
    }
    expect(nonces.size).toBe(20);
  });

  it('leave a damaged file alone', async () => {
    const vault = await create();
    await add(vault, 1);
    const damaged = readFileSync(location.file).subarray(0, -1);
    writeFileSync(location.file, damaged);
    const backup = readFileSync(location.backup);
    expect(await codeOf(add(vault, 2))).toBe('vault-damaged');
    expect(await codeOf(vault.refresh())).toBe('vault-damaged');
    expect(readFileSync(location.file)).toEqual(damaged);
    expect(readFileSync(location.backup)).toEqual(backup);
  });

  it('to a vault that another one has replaced are refused', async () => {
    const vault = await create();
    rmSync(location.folder, { recursive: true });
    expect(await codeOf(vault.refresh())).toBe('vault-absent');
    await create();
    expect(await codeOf(add(vault, 1))).toBe('vault-locked');
    expect(await codeOf(vault.refresh())).toBe('vault-locked');
    expect((await open()).profiles.size).toBe(0);
  });
});

describe('key slots', () => {
  it('are added, changed and removed, and the last passphrase stays', async () => {
    const vault = await create();
    await add(vault, 1);
    const first = vault.slots[0]?.id ?? '';
    await vault.addSlot({ kind: 'passphrase', passphrase: 'second' });
    expect(names(await open('open sesamy'))).toEqual(['Server 1']);
    expect(names(await open('second'))).toEqual(['Server 1']);
    await vault.changePassphrase(first, 'first anew');
    expect(await codeOf(open('open sesamy'))).toBe('wrong-passphrase');
    expect(vault.slots[0]?.id).toBe(first);
    await open('first anew');
    await vault.removeSlot(first);
    expect(await codeOf(open('first anew'))).toBe('wrong-passphrase');
    await vault.addSlot({ kind: 'device', keyring: fakeKeyring() });
    expect(await codeOf(vault.removeSlot(vault.slots[0]?.id ?? ''))).toBe('last-passphrase');
    expect(names(await open('second'))).toEqual(['Server 1']);
    expect(vault.slots.map(({ kind }) => kind)).toEqual(['passphrase', 'device']);
  });

  it('are changed by whoever knows their own passphrase, where that is asked for', async () => {
    const vault = await create();
    const first = vault.slots[0]?.id ?? '';
    await vault.addSlot({ kind: 'passphrase', passphrase: 'second' });
    for (const wrong of ['', 'open sesame', 'second'])
      expect(await codeOf(vault.changePassphrase(first, 'anew', wrong))).toBe('wrong-passphrase');
    await open('open sesamy');
    await vault.changePassphrase(first, 'anew', 'open sesamy');
    expect(await codeOf(open('open sesamy'))).toBe('wrong-passphrase');
    await open('anew');
  });

  it('are checked as they are now, and not as they were', async () => {
    const vault = await create();
    const first = vault.slots[0]?.id ?? '';
    await (await open()).changePassphrase(first, 'by another program');
    expect(await codeOf(vault.changePassphrase(first, 'anew', 'open sesamy'))).toBe('wrong-passphrase');
    await vault.changePassphrase(first, 'anew', 'by another program');
    await open('anew');
  });

  it('that are changed while their passphrase is checked stay as they were changed', async () => {
    // A slot that takes far longer to check than the other program takes to change it.
    const vault = await createVaultWith(
      { ...CHEAP_OPTIONS, cost: { N: 2 ** 16, r: 8, p: 1 } },
      location,
      'open sesamy',
    );
    const other = await open();
    const first = vault.slots[0]?.id ?? '';
    const failure = failureOf(vault.changePassphrase(first, 'anew', 'open sesamy'));
    await other.changePassphrase(first, 'quicker');
    expect(await failure).toMatchObject({
      code: 'wrong-passphrase',
      message: expect.stringContaining('by another program meanwhile') as string,
    });
    await open('quicker');
  });

  it('of another process are preserved by a change', async () => {
    const first = await create();
    const second = await open();
    await second.addSlot({ kind: 'passphrase', passphrase: 'second' });
    await add(first, 1);
    expect(names(await open('second'))).toEqual(['Server 1']);
    expect(first.slots).toHaveLength(2);
  });

  it('that are not there, or have no passphrase, cannot be changed', async () => {
    const vault = await create(fakeKeyring());
    const device = vault.slots.find(({ kind }) => kind === 'device')?.id ?? '';
    expect(await codeOf(vault.changePassphrase(device, 'x'))).toBe('bad-input');
    expect(await codeOf(vault.changePassphrase(device, 'x', 'open sesamy'))).toBe('bad-input');
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await codeOf(vault.changePassphrase(nobody, 'x'))).toBe('bad-input');
    expect(await codeOf(vault.removeSlot(nobody))).toBe('bad-input');
  });

  it('are eight at most', async () => {
    const vault = await create();
    for (let slot = 1; slot < 8; slot++) await vault.addSlot({ kind: 'device', keyring: fakeKeyring() });
    const before = readFileSync(location.file);
    expect(await codeOf(vault.addSlot({ kind: 'device', keyring: fakeKeyring() }))).toBe('bad-input');
    expect(readFileSync(location.file)).toEqual(before);
    await open();
  });
});

describe('the device key', () => {
  it('opens the vault', async () => {
    await add(await create(fakeKeyring()), 1);
    expect(names(await openByDevice())).toEqual(['Server 1']);
  });

  it('is not there unless it was made', async () => {
    await create();
    expect(await codeOf(openByDevice())).toBe('device-key-unavailable');
  });

  it('of another keyring is refused with both names, and the passphrase still works', async () => {
    await create(fakeKeyring('gnome_libsecret'));
    const failure = await failureOf(openByDevice(fakeKeyring('kwallet5')));
    expect(failure.code).toBe('device-key-unavailable');
    expect(failure.info.cause).toMatch(/gnome_libsecret.*kwallet5/);
    await open();
  });

  it('that the keyring does not open is refused with its name and reason', async () => {
    await create(fakeKeyring('kwallet5', 1));
    const failure = await failureOf(openByDevice(fakeKeyring('kwallet5', 2)));
    expect(failure.code).toBe('device-key-unavailable');
    expect(failure.info.cause).toMatch(/kwallet5.*it was sealed elsewhere\.$/);
  });

  it.each([
    ['a key of the wrong length', Buffer.alloc(16)],
    ['another key', Buffer.alloc(32)],
  ])('is refused when the keyring gives %s', async (_what, key) => {
    await create(fakeKeyring());
    expect(await codeOf(openByDevice({ ...fakeKeyring(), unseal: () => key }))).toBe('device-key-unavailable');
  });

  it('of two computers stands side by side', async () => {
    const vault = await create(fakeKeyring('gnome_libsecret', 1));
    await vault.addSlot({ kind: 'device', keyring: fakeKeyring('gnome_libsecret', 2) });
    await openByDevice(fakeKeyring('gnome_libsecret', 1));
    await openByDevice(fakeKeyring('gnome_libsecret', 2));
  });

  it.each([
    ['protects nothing', fakeKeyring('basic_text')],
    ['forgets', { ...fakeKeyring(), unseal: () => Buffer.alloc(32) }],
    [
      'makes the key too long to keep',
      {
        ...fakeKeyring(),
        seal: (key: Buffer) => Buffer.concat([Buffer.of(0x5a), key.map((byte) => byte ^ 0x5a), Buffer.alloc(9000)]),
        unseal: (sealed: Buffer) => Buffer.from(sealed.subarray(1, 33).map((byte) => byte ^ 0x5a)),
      },
    ],
  ])('is not made by a keyring that %s', async (_what, keyring) => {
    const vault = await create();
    expect(await codeOf(vault.addSlot({ kind: 'device', keyring }))).toBe('device-key-unavailable');
    expect(vault.slots).toHaveLength(1);
  });
});
