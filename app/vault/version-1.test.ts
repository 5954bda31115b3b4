/** Files that the last program of format 1 wrote (fixtures/README.md): nobody loses a profile by an update. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Profile } from '../domain/profile/profile';
import { openBundle } from './bundle';
import { createVaultWith, openVaultWith } from './open';
import { CHEAP_OPTIONS, numberedProfile, temporaryVault } from './testing';

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, 'fixtures', name));
const VAULT = fixture('version-1.vault');
const PASSPHRASE = 'the first version';
const BUNDLE_PASSPHRASE = 'the first bundle';
const PROFILES = JSON.parse(fixture('version-1.json').toString()) as readonly Profile[];

let place: ReturnType<typeof temporaryVault>;
beforeEach(async () => {
  place = temporaryVault();
  await createVaultWith(CHEAP_OPTIONS, place.location, 'another');
  writeFileSync(place.location.file, VAULT);
});
afterEach(() => place.dispose());

const open = () => openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: PASSPHRASE });

it('a vault of version 1 opens with every profile, and opening writes nothing', async () => {
  const vault = await open();
  // Later rules may add a field with its default; what was there is there.
  expect([...vault.profiles.values()]).toMatchObject(PROFILES);
  expect(readFileSync(place.location.file)).toEqual(VAULT);
});

it('a bundle of version 1 opens with every profile', async () => {
  expect(await openBundle(fixture('version-1.sesamy').toString(), BUNDLE_PASSPHRASE)).toMatchObject(PROFILES);
});

it('the next save keeps every profile, and the file of version 1 as the backup', async () => {
  const vault = await open();
  await vault.change([{ kind: 'save', profile: numberedProfile(1), base: null }]);
  expect([...(await open()).profiles.values()]).toMatchObject([...PROFILES, numberedProfile(1)]);
  expect(readFileSync(place.location.backup)).toEqual(VAULT);
});
