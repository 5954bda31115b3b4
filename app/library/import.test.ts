import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knockdOtp } from '../domain/modes/knockd-otp';
import type { Profile } from '../domain/profile/profile';
import { say } from '../text/say';
import type { OpenVault } from '../vault';
import { attachmentDigest } from '../vault';
import { sealBundleWith } from '../vault/bundle';
import { createVaultWith, openVaultWith } from '../vault/open';
import { CHEAP_OPTIONS, codeOf, keyFile, numberedProfile, profileWithKey, temporaryVault } from '../vault/testing';
import { openImport, readImport, saveImport } from './import';

const PASSPHRASE = 'for the laptop';
const seal = (...profiles: readonly Profile[]) => sealBundleWith(CHEAP_OPTIONS, profiles, PASSPHRASE, () => null);

describe('a file for import', () => {
  it('is a profile, with what the file does not say', () => {
    expect(readImport('door.txt', '192.0.2.16 22 1234 3000\n')).toMatchObject({
      kind: 'profile',
      profile: { name: '192.0.2.16', host: '192.0.2.16', servicePort: 22, mode: { protocol: 'tcp' } },
      remarks: expect.arrayContaining([expect.stringContaining('no interface')]) as string[],
    });
  });

  it('of a host that is too long for a name can be saved all the same', () => {
    const host = `${'long.'.repeat(20)}example.org`;
    expect(readImport('door.txt', `${host} 22 1234 3000`)).toMatchObject({
      profile: { name: host.slice(0, 80), host },
    });
  });

  it('is a bundle, sealed until its passphrase is given', async () => {
    const text = await seal(numberedProfile(1), numberedProfile(2));
    expect(readImport('all.sesamy', text)).toEqual({ kind: 'sealed-bundle', text });
    expect(await codeOf(openImport(text, 'another'))).toBe('wrong-passphrase');
    const found = await openImport(text, PASSPHRASE);
    expect(found.map(({ profile }) => profile)).toEqual([numberedProfile(1), numberedProfile(2)]);
    expect(await codeOf(openImport(text.slice(0, 300), PASSPHRASE))).toBe('bad-input');
  });

  it.each([
    [{ by: 'command' as const, command: ['touch', '/tmp/here'] }, 'touch /tmp/here'],
    [{ by: 'url' as const, url: 'https://tell.example/me' }, 'https://tell.example/me'],
  ])('of somebody else starts no program here and tells nobody of a knock: $by', async (source, asked) => {
    const { example } = knockdOtp;
    if (example.ports.from !== 'seed') throw new Error('the example has a seed');
    const ports = { ...example.ports, source };
    const [found] = await openImport(await seal(numberedProfile(1, { mode: { ...example, ports } })), PASSPHRASE);
    expect(found?.profile.mode).toEqual({ ...example, ports: { ...example.ports, source: { by: 'route' } } });
    expect(found?.remarks.map(say).join()).toContain(asked);
  });

  it('is of no use, and the error says which file and where', () => {
    expect(readImport('door.txt', '192.0.2.16\n22 1204 3000')).toMatchObject({
      kind: 'unusable',
      error: { code: 'bad-input', cause: expect.stringMatching(/^door\.txt, line 2, column 4: Sequence/) as string },
    });
  });
});

it('options of ssh that matter to whoever trusts a stranger are pointed out', async () => {
  const options = [
    { name: 'ForwardAgent', value: 'yes' },
    { name: 'IdentityFile', value: '~/.ssh/id_ed25519' },
    { name: 'RemoteForward', value: '8080 localhost:80' },
    { name: 'StrictHostKeyChecking', value: 'no' },
  ] as const;
  const text = await seal(numberedProfile(1, { ssh: { user: null, options: [...options] } }), numberedProfile(2));
  expect((await openImport(text, PASSPHRASE)).map(({ remarks }) => remarks)).toEqual([
    [
      'It sets ForwardAgent to yes.',
      'It sets RemoteForward to 8080 localhost:80.',
      'It sets StrictHostKeyChecking to no.',
    ],
    [],
  ]);
});

describe('what is chosen', () => {
  let place: ReturnType<typeof temporaryVault>;
  let vault: OpenVault;
  beforeEach(async () => {
    place = temporaryVault();
    vault = await createVaultWith(CHEAP_OPTIONS, place.location, 'open sesamy');
  });
  afterEach(() => {
    vault.close();
    place.dispose();
  });
  const saveTo = (where: OpenVault, ...profiles: readonly Profile[]) =>
    saveImport(
      profiles.map((profile) => ({ profile, attachments: [] })),
      (edits) => where.change(edits),
    );
  const names = () => [...vault.profiles.values()].map(({ name }) => name);

  it('never takes the place of a profile, whatever id it comes with', async () => {
    const mine = numberedProfile(1, { name: 'mine' });
    await vault.change([{ kind: 'save', profile: mine, base: null }]);
    const [saved] = await saveTo(vault, { ...mine, name: 'theirs' });
    expect(vault.profiles.get(mine.id)).toEqual(mine);
    expect(names()).toEqual(['mine', 'theirs']);
    expect(saved).toEqual({ profile: vault.profiles.get(saved?.profile.id ?? ''), attachments: [], note: null });
  });

  it('gets a number where its name is taken, by what is saved or by what comes with it', async () => {
    const home = numberedProfile(1, { name: 'home' });
    await vault.change([{ kind: 'save', profile: home, base: null }]);
    const saved = await saveTo(vault, home, home, numberedProfile(2, { name: 'work' }));
    expect(saved.map(({ note }) => note)).toEqual([
      'home is taken, so this one is called home 2.',
      'home is taken, so this one is called home 3.',
      null,
    ]);
    expect(names()).toEqual(['home', 'home 2', 'home 3', 'work']);
  });

  it('is named beside what another program saved in between', async () => {
    const other = await openVaultWith(CHEAP_OPTIONS, place.location, { kind: 'passphrase', passphrase: 'open sesamy' });
    await other.change([{ kind: 'save', profile: numberedProfile(1, { name: 'home' }), base: null }]);
    other.close();
    expect(names()).toEqual([]);
    const [saved] = await saveTo(vault, numberedProfile(2, { name: 'home' }));
    expect(saved?.profile.name).toBe('home 2');
    expect(names()).toEqual(['home', 'home 2']);
  });

  it('comes with its key files, in one change', async () => {
    const key = keyFile(1, 1000);
    const other = keyFile(2, 1000);
    await saveImport(
      [
        { profile: profileWithKey(1, key), attachments: [key] },
        { profile: profileWithKey(2, other), attachments: [other] },
      ],
      (edits) => vault.change(edits),
    );
    const opened = await openVaultWith(CHEAP_OPTIONS, place.location, {
      kind: 'passphrase',
      passphrase: 'open sesamy',
    });
    for (const bytes of [key, other]) expect(opened.attachment(attachmentDigest(bytes))).toEqual(new Uint8Array(bytes));
    opened.close();
  });

  it('is saved whole or not at all', async () => {
    const broken = { ...numberedProfile(2), servicePort: 0 };
    expect(await codeOf(saveTo(vault, numberedProfile(1), broken))).toBe('bad-input');
    expect(names()).toEqual([]);
  });
});
