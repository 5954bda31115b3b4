import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { SesamyError } from '../domain/errors';
import { backupInfo, restoreBackupWith } from './backup';
import { steppingFiles } from './faults/stepping';
import type { Step } from './faults/stepping';
import { REAL_FILES } from './file-system';
import type { FileSystem } from './file-system';
import { lockFileOf } from './lock';
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

const create = () => createVaultWith(CHEAP_OPTIONS, location, 'open sesamy', fakeKeyring());
const open = (files: FileSystem = REAL_FILES) =>
  openVaultWith({ ...CHEAP_OPTIONS, files }, location, { kind: 'device', keyring: fakeKeyring() });
const add = (vault: OpenVault, number: number) =>
  vault.change([{ kind: 'save', profile: numberedProfile(number), base: null }]);
const count = async () => (await open()).profiles.size;
/** A disk that fails once, and what failed: null for nothing. */
function failingFiles(at: number, code: string) {
  const failed: { step: Step | null } = { step: null };
  const files = steppingFiles((step, number) => {
    if (number !== at) return;
    failed.step = step;
    throw systemError(code);
  });
  return { files, failed };
}

const systemError = (code: string) => Object.assign(new Error(`${code}: as the disk says`), { code });

/** The error of what may fail. */
const settled = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown: unknown) => {
      if (thrown instanceof SesamyError) return thrown;
      throw thrown;
    },
  );

/** The lock of a living process stays when it cannot be removed; it would go with the process. */
function removeLocks(): void {
  for (const name of readdirSync(location.folder))
    if (name.startsWith('profiles.vault.lock')) rmSync(`${location.folder}/${name}`);
}

describe('a disk that fails', () => {
  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EROFS', 'the file system is read-only'],
    ['EACCES', 'this user is not allowed to'],
    ['EIO', 'the disk reported an error'],
    ['EWHATEVER', 'EWHATEVER'],
  ])('with %s at any step leaves the vault as it was, or as it was to be', async (code, words) => {
    await add(await create(), 1);
    for (let at = 0; ; at++) {
      const before = readFileSync(location.file);
      const backup = readFileSync(location.backup);
      const { files, failed } = failingFiles(at, code);
      const vault = await open(files);
      const profiles = vault.profiles.size;
      const state = await settled(add(vault, at + 2));
      if (failed.step === null) {
        expect(state).toBeNull();
        expect(at).toBeGreaterThan(12);
        break;
      }
      const now = await count();
      if (failed.step === 'remove') {
        // What cannot be removed is swept later; nobody has to hear of it.
        expect(state).toBeNull();
        expect(now).toBe(profiles + 1);
      } else if (failed.step === 'syncFolder') {
        expect(state?.info.cause).toContain('was saved, but the disk did not confirm it');
        expect(now).toBe(profiles + 1);
      } else {
        expect(state?.code, failed.step).toBe('vault-not-writable');
        expect(state?.info.cause).toContain(words);
        expect(state?.info.cause).toContain(location.file);
        expect(readFileSync(location.file)).toEqual(before);
        expect(vault.profiles.size).toBe(profiles);
        expect([backup, before]).toContainEqual(readFileSync(location.backup));
      }
      if (failed.step === 'remove') removeLocks();
      else expect(readdirSync(location.folder).sort()).toEqual(['profiles.vault', 'profiles.vault.backup']);
    }
  });

  it('on restoring leaves both files', async () => {
    await add(await create(), 1);
    writeFileSync(location.file, 'damaged');
    for (let at = 0; ; at++) {
      const backup = readFileSync(location.backup);
      const { files, failed } = failingFiles(at, 'ENOSPC');
      await settled(restoreBackupWith(files, location));
      expect(readFileSync(location.backup)).toEqual(backup);
      if (failed.step === null || failed.step === 'syncFolder' || failed.step === 'remove') {
        expect(readFileSync(location.file)).toEqual(backup);
        writeFileSync(`${location.folder}/damaged`, 'damaged');
        renameSync(`${location.folder}/damaged`, location.file);
      } else expect(readFileSync(location.file, 'utf8')).toBe('damaged');
      removeLocks();
      if (failed.step === null) break;
    }
  });
});

describe('a saver that was taken for dead', () => {
  it('starts its change again on what the other one saved', async () => {
    const first = await create();
    let intruded = false;
    // Right before the backup is made, another process takes the lock over and saves.
    const slow = await open({
      ...REAL_FILES,
      async link(file, name) {
        if (name.endsWith('.old') && !intruded) {
          intruded = true;
          rmSync(lockFileOf(location));
          await add(first, 1);
        }
        await REAL_FILES.link(file, name);
      },
    });
    await add(slow, 2);
    expect(intruded).toBe(true);
    expect([...(await open()).profiles.values()].map(({ name }) => name)).toEqual(['Server 1', 'Server 2']);
    expect(readdirSync(location.folder).sort()).toEqual(['profiles.vault', 'profiles.vault.backup']);
  });

  it('starts again when it was swept right before its commit', async () => {
    await create();
    let swept = false;
    const slow = await open({
      ...REAL_FILES,
      async rename(from, to) {
        if (from.endsWith('.new') && !swept) {
          swept = true;
          rmSync(from);
        }
        await REAL_FILES.rename(from, to);
      },
    });
    await add(slow, 1);
    expect(swept).toBe(true);
    expect(await count()).toBe(1);
  });

  it('gives up in words when it happens again and again', async () => {
    await create();
    const slow = await open({
      ...REAL_FILES,
      async link(file, name) {
        if (name.endsWith('.old')) rmSync(lockFileOf(location));
        await REAL_FILES.link(file, name);
      },
    });
    expect(await codeOf(add(slow, 1))).toBe('vault-busy');
    expect(await count()).toBe(0);
  });
});

describe('the backup', () => {
  it('is the version before the last save', async () => {
    const vault = await create();
    expect(await backupInfo(location)).toBeNull();
    const earliest = Date.now();
    await add(vault, 1);
    const first = readFileSync(location.file);
    await add(vault, 2);
    expect(readFileSync(location.backup)).toEqual(first);
    const { savedUnixMs } = (await backupInfo(location)) ?? { savedUnixMs: 0 };
    expect(savedUnixMs).toBeGreaterThanOrEqual(earliest);
    expect(savedUnixMs).toBeLessThanOrEqual(Date.now());
  });

  it('comes back, and the damaged file is kept under another name each time', async () => {
    const vault = await create();
    await add(vault, 1);
    await add(vault, 2);
    const kept = new Set<string>();
    for (const damage of ['first', 'second', 'third']) {
      writeFileSync(`${location.folder}/damage`, damage);
      renameSync(`${location.folder}/damage`, location.file);
      expect(await codeOf(vaultStatus(location))).toBe('vault-damaged');
      const { damagedKeptAs } = await restoreBackupWith(REAL_FILES, location);
      expect(readFileSync(damagedKeptAs ?? '', 'utf8')).toBe(damage);
      kept.add(damagedKeptAs ?? '');
      expect(await count()).toBe(1);
    }
    expect(kept.size).toBe(3);
    await vault.refresh();
    expect(vault.profiles.size).toBe(1);
    await add(vault, 3);
    await add(vault, 4);
    expect(readdirSync(location.folder).filter((name) => !name.includes('damaged'))).toEqual([
      'profiles.vault',
      'profiles.vault.backup',
    ]);
  });

  it('comes back when the vault is missing', async () => {
    await add(await create(), 1);
    rmSync(location.file);
    expect(await restoreBackupWith(REAL_FILES, location)).toEqual({ damagedKeptAs: null });
    expect(await count()).toBe(0);
  });

  it('is not offered, and not put in place, when it is not whole', async () => {
    await add(await create(), 1);
    const whole = readFileSync(location.file);
    writeFileSync(location.backup, readFileSync(location.backup).subarray(1));
    expect(await backupInfo(location)).toBeNull();
    expect(await codeOf(restoreBackupWith(REAL_FILES, location))).toBe('vault-damaged');
    rmSync(location.backup);
    expect(await codeOf(restoreBackupWith(REAL_FILES, location))).toBe('vault-absent');
    expect(readFileSync(location.file)).toEqual(whole);
  });
});

describe('privacy', () => {
  const modeOf = (file: string) => statSync(file).mode & 0o777;

  it('is there from the start', async () => {
    await add(await create(), 1);
    expect([location.folder, location.file, location.backup].map(modeOf)).toEqual([0o700, 0o600, 0o600]);
  });

  it('is mended', async () => {
    await add(await create(), 1);
    chmodSync(location.folder, 0o755);
    chmodSync(location.file, 0o644);
    chmodSync(location.backup, 0o666);
    await vaultStatus(location);
    expect([location.folder, location.file, location.backup].map(modeOf)).toEqual([0o700, 0o600, 0o600]);
  });

  it.each(['folder', 'file', 'backup'] as const)('that somebody else could end is refused (%s)', async (part) => {
    await add(await create(), 1);
    // Only root can give files away; anybody else cannot have a stranger's file to test with, but sees root's.
    const root = process.getuid?.() === 0;
    if (root) chownSync(location[part], 12_345, 12_345);
    const stranger = root ? location : { ...location, [part]: part === 'folder' ? '/usr' : '/etc/passwd' };
    for (const work of [
      () => vaultStatus(stranger),
      () => openVaultWith(CHEAP_OPTIONS, stranger, { kind: 'passphrase', passphrase: 'x' }),
      () => backupInfo(stranger),
      () => createVaultWith(CHEAP_OPTIONS, stranger, 'x'),
    ]) {
      const failure = await failureOf(work());
      expect(failure.code).toBe('vault-unsafe');
      expect(failure.info.cause).toContain(`${stranger[part]} belongs to user`);
    }
  });

  it.each(['folder', 'file', 'backup'] as const)('behind a symbolic link is refused (%s)', async (part) => {
    await add(await create(), 1);
    renameSync(location[part], `${place.base}/elsewhere`);
    symlinkSync(`${place.base}/elsewhere`, location[part]);
    const failure = await failureOf(vaultStatus(location));
    expect(failure.code).toBe('vault-unsafe');
    expect(failure.info.cause).toContain(`${location[part]} is a symbolic link`);
  });

  it.each(['file', 'backup'] as const)('of something that is no file is refused (%s)', async (part) => {
    await add(await create(), 1);
    rmSync(location[part]);
    mkdirSync(location[part]);
    expect(await codeOf(vaultStatus(location))).toBe('vault-unsafe');
  });

  it('of a file where the folder should be is refused', async () => {
    writeFileSync(location.folder, '');
    expect(await codeOf(vaultStatus(location))).toBe('vault-unsafe');
    expect(await codeOf(create())).toBe('vault-unsafe');
  });

  it('holds for a file that was copied here', async () => {
    await create();
    copyFileSync(location.file, `${location.folder}/copy`);
    chmodSync(`${location.folder}/copy`, 0o644);
    renameSync(`${location.folder}/copy`, location.file);
    await open();
    expect(modeOf(location.file)).toBe(0o600);
  });
});
