/** The vault's work on many profiles, in milliseconds. scripts/bench-vault.mjs bundles this. Not part of the product. */
import { randomBytes, scryptSync } from 'node:crypto';
import { statSync } from 'node:fs';
import { createVault, openVault, vaultLocation } from '../index';
import { SCRYPT_COST } from '../slots';
import { numberedProfile } from '../testing';

export const PASSPHRASE = 'open sesamy';

/** @param home the folder of the vault, which must not be there yet. @returns the size of its file in bytes */
export async function fill(home: string, profiles: number): Promise<number> {
  const vault = await createVault(locationIn(home), PASSPHRASE);
  await vault.change(
    Array.from({ length: profiles }, (_, number) => ({ kind: 'save', profile: numberedProfile(number), base: null })),
  );
  vault.close();
  return statSync(locationIn(home).file).size;
}

/** Unlocking as a program does it that has just started: nothing is warm. Run once a process. */
export async function measureUnlock(home: string): Promise<{ readonly unlockMs: number; readonly scryptMs: number }> {
  const scryptMs: number[] = [];
  const scryptAlone = () => {
    const started = performance.now();
    const { N, r, p } = SCRYPT_COST;
    scryptSync(PASSPHRASE, randomBytes(32), 32, { N, r, p, maxmem: 2 ** 28 });
    scryptMs.push(performance.now() - started);
  };
  // Before and after, so that a machine that grows slower meanwhile does not count against the vault.
  scryptAlone();
  const started = performance.now();
  const vault = await openVault(locationIn(home), { kind: 'passphrase', passphrase: PASSPHRASE });
  const unlockMs = performance.now() - started;
  scryptAlone();
  vault.close();
  return { unlockMs, scryptMs: scryptMs.reduce((sum, each) => sum + each, 0) / scryptMs.length };
}

/** One profile changed and saved, again and again. */
export async function measureSaves(home: string, times: number): Promise<number[]> {
  const vault = await openVault(locationIn(home), { kind: 'passphrase', passphrase: PASSPHRASE });
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const profile = numberedProfile(time, { servicePort: 1000 + time });
    const base = vault.profiles.get(profile.id) ?? null;
    const started = performance.now();
    await vault.change([{ kind: 'save', profile, base }]);
    took.push(performance.now() - started);
  }
  vault.close();
  return took;
}

const locationIn = (home: string) => vaultLocation({ env: { SESAMY_HOME: home }, platform: process.platform, home });
