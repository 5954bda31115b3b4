/** Files that the last program of format 1 wrote (e2e/fixtures/vault/README.md): nobody loses a profile by an update. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Profile } from '../domain/profile/profile';
import { attachmentDigest } from './attachments';
import { restoreBackupWith } from './backup';
import { openBundleWith } from './bundle';
import { createVaultWith, openVaultWith } from './open';
import { CHEAP_OPTIONS, keyFile, numberedProfile, profileWithKey, temporaryVault } from './testing';

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, '../../e2e/fixtures/vault', name));
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
  const found = await openBundleWith(CHEAP_OPTIONS, fixture('version-1.sesamy').toString(), BUNDLE_PASSPHRASE);
  expect(found).toMatchObject(PROFILES.map((profile) => ({ profile, attachments: [] })));
});

it('the next save is version 2 with every profile, and leaves the file of version 1 as the backup', async () => {
  const vault = await open();
  const key = keyFile(1, 1000);
  await vault.change([
    { kind: 'attach', bytes: key },
    { kind: 'save', profile: profileWithKey(1, key), base: null },
    { kind: 'state', id: PROFILES[0]?.id ?? '', used: 3, base: 0 },
  ]);
  expect(readFileSync(place.location.file).readUInt8(7)).toBe(2);
  expect(readFileSync(place.location.backup)).toEqual(VAULT);
  const migrated = await open();
  expect([...migrated.profiles.values()]).toMatchObject([...PROFILES, profileWithKey(1, key)]);
  expect([...migrated.states]).toEqual([[PROFILES[0]?.id, { used: 3 }]]);
  expect(migrated.attachment(attachmentDigest(key))).toEqual(new Uint8Array(key));
});

it('the backup of version 1 can be restored, and goes on from there', async () => {
  await (await open()).change([{ kind: 'remove', id: PROFILES[0]?.id ?? '', base: 'any' }]);
  await restoreBackupWith(CHEAP_OPTIONS.files, place.location);
  const vault = await open();
  expect([...vault.profiles.values()]).toMatchObject(PROFILES);
  await vault.change([{ kind: 'save', profile: numberedProfile(1), base: null }]);
  expect((await open()).profiles.size).toBe(PROFILES.length + 1);
});
