/** One-time state and attachments: what lies in the vault beside the settings of a profile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { attachmentDigest, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS } from './attachments';
import { sealContainer, parseContainer } from './container';
import { encodeContent } from './content';
import { createVaultWith, openVaultWith } from './open';
import { openWithDevice } from './slots';
import {
  CHEAP_OPTIONS,
  codeOf,
  failureOf,
  fakeKeyring,
  keyFile,
  numberedProfile,
  profileWithKey,
  temporaryVault,
} from './testing';
import type { OpenVault, ProfileEdit, VaultLocation } from './vault';

let place: ReturnType<typeof temporaryVault>;
let location: VaultLocation;
let vault: OpenVault;
beforeEach(async () => {
  place = temporaryVault();
  location = place.location;
  vault = await createVaultWith(CHEAP_OPTIONS, location, 'open sesamy', fakeKeyring());
});
afterEach(() => {
  vault.close();
  place.dispose();
});

const open = () => openVaultWith(CHEAP_OPTIONS, location, { kind: 'device', keyring: fakeKeyring() });
const profile = numberedProfile(1);
const { id } = profile;
const add = (...numbers: readonly number[]) =>
  vault.change(numbers.map((number) => ({ kind: 'save', profile: numberedProfile(number), base: null })));
const use = (used: number, base: number | 'any', of = id): ProfileEdit => ({ kind: 'state', id: of, used, base });
const save = (bytes: Buffer, number = 1): ProfileEdit => ({
  kind: 'save',
  profile: profileWithKey(number, bytes),
  base: 'any',
});
const attach = (bytes: Uint8Array): ProfileEdit => ({ kind: 'attach', bytes });
/** Compared as bytes: the assertions look at one element after the other, which takes a second for 1 MiB. */
const same = (found: Uint8Array | null, bytes: Buffer) => found !== null && bytes.equals(found);
const sees = (which: OpenVault, bytes: Buffer) => same(which.attachment(attachmentDigest(bytes)), bytes);

describe('the state of a profile', () => {
  it('is kept beside it, and is there for everybody who opens the vault', async () => {
    await add(1, 2);
    expect(vault.states.size).toBe(0);
    await vault.change([use(3, 0)]);
    expect([...vault.states]).toEqual([[id, { used: 3 }]]);
    expect([...(await open()).states]).toEqual([[id, { used: 3 }]]);
    expect(vault.profiles.get(id)).toEqual(profile);
  });

  it('does not collide with an editor that has the profile open', async () => {
    await add(1);
    const other = await open();
    await other.change([use(1, 0)]);
    // The editor saves what it began with, and knows nothing of the run.
    await vault.change([{ kind: 'save', profile: { ...profile, notes: 'edited' }, base: profile }]);
    expect(vault.profiles.get(id)?.notes).toBe('edited');
    expect(vault.states.get(id)).toEqual({ used: 1 });
    await other.change([use(2, 1)]);
    expect(other.profiles.get(id)?.notes).toBe('edited');
  });

  it('is refused from a stale view, by name, and nothing else of the change is made', async () => {
    await add(1);
    const other = await open();
    await other.change([use(1, 0)]);
    const failure = await failureOf(
      vault.change([{ kind: 'save', profile: numberedProfile(2), base: null }, use(1, 0)]),
    );
    expect(failure.code).toBe('profile-changed');
    expect(failure.info.cause).toEqual({
      id: 'vault.state-changed',
      values: { name: 'Server 1', base: 0, used: 1 },
    });
    expect(vault.profiles.size).toBe(1);
    expect(vault.states.get(id)).toEqual({ used: 1 });
    await vault.change([use(7, 'any')]);
    expect(vault.states.get(id)).toEqual({ used: 7 });
  });

  it('lets two that use one sequence at once have no secret in common', async () => {
    await add(1);
    const taken: number[] = [];
    const takeFrom = async (which: OpenVault) => {
      for (let mine = 0; mine < 10;) {
        const used = which.states.get(id)?.used ?? 0;
        try {
          await which.change([use(used + 1, used)]);
          taken.push(used);
          mine++;
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'profile-changed' });
        }
      }
    };
    await Promise.all([takeFrom(vault), takeFrom(await open())]);
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it('goes with its profile, and comes back with it when the removal is undone', async () => {
    await add(1);
    await vault.change([use(5, 0)]);
    await vault.change([{ kind: 'remove', id, base: profile }]);
    expect(vault.states.size).toBe(0);
    expect((await open()).states.size).toBe(0);
    await vault.change([{ kind: 'save', profile, base: null }, use(5, 0)]);
    expect((await open()).states.get(id)).toEqual({ used: 5 });
    await vault.change([
      { kind: 'remove', id, base: profile },
      { kind: 'save', profile, base: null },
    ]);
    expect(vault.states.size).toBe(0);
  });

  it('that says nothing is none, and saying it again saves nothing', async () => {
    await add(1);
    const before = readFileSync(location.file);
    await vault.change([use(0, 0)]);
    expect(readFileSync(location.file)).toEqual(before);
    await vault.change([use(1, 0)]);
    const used = readFileSync(location.file);
    await vault.change([use(1, 1)]);
    expect(readFileSync(location.file)).toEqual(used);
    await vault.change([use(0, 1)]);
    expect(vault.states.size).toBe(0);
    expect((await open()).states.size).toBe(0);
  });

  it('needs its profile, and a number that can be', async () => {
    expect(await codeOf(vault.change([use(1, 'any')]))).toBe('profile-changed');
    await add(1);
    for (const used of [-1, 0.5, NaN, Infinity, 2 ** 53])
      expect(await codeOf(vault.change([use(used, 0)])), String(used)).toBe('bad-input');
    expect(vault.states.size).toBe(0);
  });

  it('is forgotten when the vault is closed', async () => {
    await add(1);
    await vault.change([use(1, 0)]);
    vault.close();
    expect(vault.states.size).toBe(0);
    expect(await codeOf(vault.change([use(2, 1)]))).toBe('vault-locked');
  });
});

describe('an attachment', () => {
  const key = keyFile(1);
  const other = keyFile(2);

  it('is kept for the profile that refers to it, and saving the profile never takes the bytes again', async () => {
    await vault.change([attach(key), save(key)]);
    await vault.change([{ kind: 'save', profile: profileWithKey(1, key, { host: 'a.example.org' }), base: 'any' }]);
    const opened = await open();
    expect(sees(opened, key)).toBe(true);
    await opened.change([{ kind: 'save', profile: profileWithKey(1, key, { host: 'b.example.org' }), base: 'any' }]);
    expect(sees(await open(), key)).toBe(true);
    expect(opened.attachment(attachmentDigest(other))).toBeNull();
  });

  it('waits for its profile, whatever is saved in between and by whom', async () => {
    await vault.change([attach(key)]);
    expect(sees(vault, key)).toBe(true);
    await add(2);
    await (await open()).change([{ kind: 'save', profile: numberedProfile(3), base: null }]);
    expect(sees(await open(), key), 'it is not written before').toBe(false);
    await vault.change([save(key)]);
    expect(sees(await open(), key)).toBe(true);
  });

  it('may come behind its profile in one change', async () => {
    await vault.change([save(key), attach(key)]);
    expect(sees(await open(), key)).toBe(true);
  });

  it('that no profile refers to any more leaves the file, and comes back when the removal is undone', async () => {
    await vault.change([attach(key), save(key)]);
    const size = readFileSync(location.file).length;
    await vault.change([{ kind: 'remove', id, base: 'any' }]);
    expect(readFileSync(location.file).length).toBeLessThan(size - key.length);
    await (await open()).change([{ kind: 'save', profile: numberedProfile(3), base: null }]);
    await vault.change([{ kind: 'save', profile: profileWithKey(1, key), base: null }]);
    expect(sees(await open(), key)).toBe(true);
  });

  it('stays for one profile when another one lets it go', async () => {
    await vault.change([attach(key), attach(other), save(key, 1), save(key, 2), save(other, 3)]);
    await vault.change([{ kind: 'remove', id, base: 'any' }, save(other, 2), save(key, 3)]);
    const opened = await open();
    expect([sees(opened, key), sees(opened, other)]).toEqual([true, true]);
  });

  it('that nobody has is named, and the profile that refers to it is not saved without it', async () => {
    await add(2);
    const before = readFileSync(location.file);
    const failure = await failureOf(vault.change([save(key)]));
    expect(failure.code).toBe('attachment-missing');
    expect(failure.info.cause).toEqual({ id: 'vault.attachment-missing', values: { name: 'Server 1' } });
    expect(readFileSync(location.file)).toEqual(before);
  });

  it('is a copy, so that neither side changes the other’s', async () => {
    const bytes = Buffer.from(key);
    await vault.change([attach(bytes), save(key)]);
    bytes.fill(0);
    vault.attachment(attachmentDigest(key))?.fill(0);
    expect(sees(vault, key)).toBe(true);
    const copy = vault.attachment(attachmentDigest(key));
    vault.close();
    expect(same(copy, key)).toBe(true);
    expect(vault.attachment(attachmentDigest(key))).toBeNull();
  });

  it('of a change that fails is not kept', async () => {
    expect(await codeOf(vault.change([attach(key), use(1, 'any')]))).toBe('profile-changed');
    expect(sees(vault, key)).toBe(false);
  });

  it('is at most 1 MiB, and there are at most 64', async () => {
    const largest = keyFile(0, MAX_ATTACHMENT_BYTES);
    await vault.change([attach(largest), save(largest, 0)]);
    expect(sees(await open(), largest)).toBe(true);
    const failure = await failureOf(vault.change([attach(keyFile(1, MAX_ATTACHMENT_BYTES + 1))]));
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toMatchObject({ id: 'vault.attachment-too-large', values: { bytes: 1_048_577 } });
    const many = Array.from({ length: MAX_ATTACHMENTS }, (_, index) => keyFile(index + 1, 100));
    const edits = many.flatMap((bytes, index) => [attach(bytes), save(bytes, index + 1)]);
    expect(await failureOf(vault.change(edits))).toMatchObject({
      code: 'bad-input',
      info: { cause: { id: 'vault.attachments-too-many', values: { files: 65, limit: 64 } } },
    });
    expect(vault.profiles.size).toBe(1);
    await vault.change([{ kind: 'remove', id: numberedProfile(0).id, base: 'any' }, ...edits]);
    const opened = await open();
    expect(many.every((bytes) => sees(opened, bytes))).toBe(true);
  });

  it('that waits too long is forgotten for newer ones, but never one that is in use', async () => {
    await vault.change([attach(key), save(key)]);
    await vault.change([attach(other)]);
    for (let number = 0; number < 64; number++) await vault.change([attach(keyFile(number, 50))]);
    expect([sees(vault, key), sees(vault, other)]).toEqual([true, false]);
    expect([sees(vault, keyFile(0, 50)), sees(vault, keyFile(63, 50))]).toEqual([true, true]);
  });

  describe('that another program left out or altered', () => {
    /** A vault of two profiles with a key file each, of which one is spoilt; written with the right key. */
    const spoil = async (...attachments: readonly (readonly [string, Buffer])[]) => {
      await vault.change([attach(key), save(key, 1), attach(other), save(other, 2), use(4, 0)]);
      const { header } = parseContainer('vault', readFileSync(location.file));
      const dataKey = openWithDevice(header.slots, fakeKeyring());
      const { profiles, states } = vault;
      const plaintext = encodeContent({ profiles, states, attachments: new Map(attachments) });
      const content = { slots: header.slots, savedUnixMs: 1, plaintext };
      writeFileSync(location.file, sealContainer('vault', dataKey, content).bytes);
      vault.close();
      vault = await open();
    };
    const right = [attachmentDigest(other), other] as const;
    const altered = Buffer.from(key);
    altered.writeUInt8(altered.readUInt8(100) ^ 1, 100);

    it.each([
      ['left out', [right]],
      ['altered', [[attachmentDigest(key), altered] as const, right]],
    ])('(%s) is null, and everything else opens, is used and saved', async (_what, attachments) => {
      await spoil(...attachments);
      expect([...vault.profiles.values()].map(({ name }) => name)).toEqual(['Server 1', 'Server 2']);
      expect(vault.states.get(id)).toEqual({ used: 4 });
      expect(vault.attachment(attachmentDigest(key))).toBeNull();
      expect(sees(vault, other)).toBe(true);
      // Its profile can be edited and removed, and the removal be undone.
      const renamed = profileWithKey(1, key, { name: 'renamed' });
      await vault.change([{ kind: 'save', profile: renamed, base: profileWithKey(1, key) }, use(5, 4)]);
      await vault.change([{ kind: 'remove', id, base: renamed }]);
      await vault.change([{ kind: 'save', profile: renamed, base: null }]);
      const opened = await open();
      expect(opened.profiles.get(id)).toEqual(renamed);
      expect([sees(opened, key), sees(opened, other)]).toEqual([false, true]);
    });

    it('is mended by attaching it again', async () => {
      await spoil([attachmentDigest(key), altered], right);
      await vault.change([attach(key), { kind: 'save', profile: profileWithKey(1, key, { name: 'x' }), base: 'any' }]);
      const opened = await open();
      expect([sees(opened, key), sees(opened, other)]).toEqual([true, true]);
    });
  });
});
