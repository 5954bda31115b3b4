import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { REAL_FILES } from './file-system';
import { lockFileOf, takeLock } from './lock';
import { sweep } from './save';
import { codeOf, failureOf, temporaryVault } from './testing';
import type { VaultLocation } from './vault';

let place: ReturnType<typeof temporaryVault>;
let location: VaultLocation;
let lockFile: string;
beforeEach(() => {
  place = temporaryVault();
  location = place.location;
  lockFile = lockFileOf(location);
  mkdirSync(location.folder);
});
afterEach(() => place.dispose());

const take = (waitMs = 50) => takeLock(REAL_FILES, location, { waitMs });

/** What a living holder writes, with some of it changed. */
async function leaveLock(change: object): Promise<string> {
  const lock = await take();
  const note = JSON.parse(readFileSync(lockFile, 'utf8')) as object;
  await lock.release();
  const text = JSON.stringify({ ...note, ...change });
  writeFileSync(lockFile, text);
  return text;
}

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

function makeOld(file: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(file, time, time);
}

describe('the lock', () => {
  it('is held by one at a time, and leaves nothing', async () => {
    const lock = await take();
    expect(await lock.isOurs()).toBe(true);
    const failure = await failureOf(take());
    expect(failure.code).toBe('vault-busy');
    expect(failure.info.cause).toContain(`process ${process.pid}`);
    await lock.release();
    expect(await lock.isOurs()).toBe(false);
    await (await take()).release();
    expect(readdirSync(location.folder)).toEqual([]);
  });

  it('is waited for', async () => {
    const first = await take();
    const second = take(10_000);
    await first.release();
    expect(await (await second).isOurs()).toBe(true);
  });

  it('excludes, whoever asks', async () => {
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const lock = await take(20_000);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inside--;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 30 }, visit));
    expect(most).toBe(1);
  });

  it('of a process that has ended is taken over at once', async () => {
    await leaveLock({ pid: await deadPid() });
    const lock = await take(0);
    expect(await lock.isOurs()).toBe(true);
    await lock.release();
    expect(readdirSync(location.folder)).toEqual([]);
  });

  it('of a dead process is taken over by many at once, and whoever loses it in between does not commit', async () => {
    for (let round = 0; round < 20; round++) {
      await leaveLock({ pid: await deadPid() });
      let version = 0;
      const visit = async (): Promise<void> => {
        for (;;) {
          const lock = await take(20_000);
          const seen = version;
          await new Promise((resolve) => setTimeout(resolve, 1));
          // As a saver does: the lock is ours still, and the file is the one that was read.
          const commits = (await lock.isOurs()) && version === seen;
          if (commits) version = seen + 1;
          await lock.release();
          if (commits) return;
        }
      };
      await Promise.all(Array.from({ length: 8 }, visit));
      expect(version).toBe(8);
      expect(readdirSync(location.folder)).toEqual([]);
    }
  });

  it('that was moved by mistake during its release is released all the same', async () => {
    const lock = await take();
    const aside = `${lockFile}.moved`;
    await REAL_FILES.rename(lockFile, aside);
    const released = lock.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await REAL_FILES.rename(aside, lockFile);
    await released;
    expect(readdirSync(location.folder)).toEqual([]);
  });

  it('that was put back is the living one again', async () => {
    const dead = await leaveLock({ pid: await deadPid() });
    const holderNote = dead.replace(/"token":"[^"]+"/, '"token":"living"').replace(/"pid":\d+/, `"pid":${process.pid}`);
    // Between the look at the dead lock and the rename, a living process takes the lock.
    const files = {
      ...REAL_FILES,
      async rename(from: string, to: string) {
        writeFileSync(lockFile, holderNote);
        await REAL_FILES.rename(from, to);
      },
    };
    expect(await codeOf(takeLock(files, location, { waitMs: 0 }))).toBe('vault-busy');
    expect(readFileSync(lockFile, 'utf8')).toBe(holderNote);
    expect(readdirSync(location.folder)).toEqual(['profiles.vault.lock']);
  });

  it('of a living process is not taken over, however old, where start times tell which process it is', async () => {
    await leaveLock({});
    // Elsewhere the age decides.
    makeOld(lockFile, existsSync('/proc/self/stat') ? 3600 : 0);
    expect(await codeOf(take())).toBe('vault-busy');
  });

  it('of an earlier process with the same number is taken over', async () => {
    await leaveLock({ started: '1' });
    expect(await (await take(0)).isOurs()).toBe(true);
  });

  it.each([
    ['of another computer', { place: `not ${hostname()}` }],
    ['of a system without start times', { started: null }],
  ])('%s is taken over when it is old, and not before', async (_what, note) => {
    await leaveLock(note);
    expect(await codeOf(take())).toBe('vault-busy');
    makeOld(lockFile, 31);
    expect(await (await take(0)).isOurs()).toBe(true);
  });

  it.each(['', '{', 'null', '{"pid":-1,"started":null,"place":""}', '{"pid":1,"started":1,"place":""}'])(
    'that holds nothing to go by (%j) is taken over when it is old, and not before',
    async (text) => {
      writeFileSync(lockFile, text);
      const failure = await failureOf(take());
      expect(failure.code).toBe('vault-busy');
      expect(failure.info.cause).toContain('another process');
      makeOld(lockFile, 31);
      expect(await (await take(0)).isOurs()).toBe(true);
    },
  );

  it('is waited for no longer than said when something else stands in its place', async () => {
    symlinkSync(`${location.folder}/nowhere`, lockFile);
    expect(await codeOf(take())).toBe('vault-busy');
    expect(readdirSync(location.folder)).toEqual(['profiles.vault.lock']);
  });

  it('that another has now is not removed by the one who lost it', async () => {
    const lost = await take();
    writeFileSync(lockFile, 'another');
    await lost.release();
    expect(readFileSync(lockFile, 'utf8')).toBe('another');
  });
});

describe('sweeping', () => {
  it('takes what killed savers left, and nothing that is wanted', async () => {
    const living = await leaveLock({});
    const dead = living.replace(/"pid":\d+/, `"pid":${await deadPid()}`);
    const wanted = [
      'profiles.vault',
      'profiles.vault.backup',
      'profiles.vault.damaged-20200101T000000Z',
      'profiles.vault.lock',
      'profiles.vault.new',
      'settings.json',
    ];
    const left = ['profiles.vault.0123456789abcdef.new', 'profiles.vault.0123456789abcdef.old'];
    const leftLocks = ['profiles.vault.lock.0123456789abcdef.stale', 'profiles.vault.lock.0123456789abcdef.tmp'];
    for (const name of [...wanted, ...left, ...leftLocks]) writeFileSync(`${location.folder}/${name}`, dead);
    writeFileSync(`${location.folder}/profiles.vault.lock.fedcba9876543210.tmp`, living);
    await sweep(REAL_FILES, location);
    expect(readdirSync(location.folder).sort()).toEqual([...wanted, 'profiles.vault.lock.fedcba9876543210.tmp'].sort());
  });

  it('of a proposal too early only makes it be written again', async () => {
    const first = await take();
    let links = 0;
    const files = {
      ...REAL_FILES,
      async link(file: string, name: string) {
        if (++links === 1) await REAL_FILES.remove(file);
        await REAL_FILES.link(file, name);
      },
    };
    const second = takeLock(files, location, { waitMs: 5_000 });
    await first.release();
    expect(await (await second).isOurs()).toBe(true);
  });
});
