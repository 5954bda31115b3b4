import { describe, expect, it } from 'vitest';
import type { Profile } from '../domain/profile/profile';
import { attachmentDigest } from './attachments';
import { looksLikeBundle, openBundleWith, sealBundleWith } from './bundle';
import { sealContainer } from './container';
import { encodeContent } from './content';
import { RULES } from './rules';
import { passphraseSlot } from './slots';
import { CHEAP, CHEAP_OPTIONS, codeOf, failureOf, keyFile, numberedProfile, profileWithKey } from './testing';

const profiles = [numberedProfile(1), numberedProfile(2)];
const sealAll = (
  chosen: readonly Profile[],
  passphrase: string,
  attachment: (digest: string) => Uint8Array | null = () => null,
) => sealBundleWith(CHEAP_OPTIONS, chosen, passphrase, attachment);
const seal = () => sealAll(profiles, 'for the laptop');
const openBundle = (text: string, passphrase: string) => openBundleWith(CHEAP_OPTIONS, text, passphrase);
const bundled = profiles.map((profile) => ({ profile, attachments: [] }));

/** What an open vault would say. */
function giving(keys: readonly Buffer[]): (digest: string) => Uint8Array | null {
  const all = new Map(keys.map((key) => [attachmentDigest(key), key]));
  return (digest) => {
    const found = all.get(digest);
    return found === undefined ? null : new Uint8Array(found);
  };
}

/** Content as the format has it, with whatever JSON. */
function contentOf(json: object): Buffer {
  const text = Buffer.from(JSON.stringify({ states: {}, attachments: [], ...json }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/** A bundle by somebody who knows the format and means harm. */
async function hostileBundle(kind: 'vault' | 'bundle', content: object | Buffer): Promise<string> {
  const dataKey = Buffer.alloc(32, 1);
  const slots = [await passphraseSlot(dataKey, 'x', CHEAP)];
  const plaintext = Buffer.isBuffer(content) ? content : contentOf(content);
  const { bytes } = sealContainer(kind, dataKey, { slots, savedUnixMs: 0, plaintext });
  return `-----BEGIN OPEN SESAMY BUNDLE-----\n${bytes.toString('base64')}\n-----END OPEN SESAMY BUNDLE-----`;
}

describe('a bundle', () => {
  it('brings the profiles to whoever has its passphrase', async () => {
    const text = await seal();
    expect(text).not.toContain('example.org');
    expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect(looksLikeBundle(text)).toBe(true);
    expect(await openBundle(text, 'for the laptop')).toEqual(bundled);
    expect(await codeOf(openBundle(text, 'for the tablet'))).toBe('wrong-passphrase');
  });

  it.each([
    ['the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark and blanks around', (text: string) => `\ufeff \n${text}\n\n`],
    [
      'one long line',
      (text: string) => text.replace(/-\n([\s\S]*)\n-/, (_, body: string) => `-\n${body.replaceAll('\n', '')}\n-`),
    ],
    ['a greeting behind it', (text: string) => `${text}\nKind regards, Ali`],
  ])('survives %s', async (_what, change) => {
    const text = change(await seal());
    expect(looksLikeBundle(text)).toBe(true);
    expect(await openBundle(text, 'for the laptop')).toEqual(bundled);
  });

  it.each([
    ['is no bundle', () => '[profile]\nhost=1', /does not begin as a bundle does/],
    ['lost its end', (text: string) => text.slice(0, 300), /its last line is missing/],
    [
      'lost a line',
      (text: string) =>
        text
          .split('\n')
          .filter((_, line) => line !== 5)
          .join('\n'),
      /its checksum does not match/,
    ],
    ['has other characters', (text: string) => text.replace(/\n./, '\n!'), /no base64/],
    [
      'has a byte changed',
      (text: string) => text.replace(/\n(.{40})./, (_, start: string) => `\n${start}!`),
      /no base64/,
    ],
    ['is empty', () => '-----BEGIN OPEN SESAMY BUNDLE-----\n-----END OPEN SESAMY BUNDLE-----', /is empty/],
    ['is too large', (text: string) => text + ' '.repeat(64 * 1024 * 1024), /larger than any bundle/],
  ])('that %s is refused in words', async (_what, change, cause) => {
    const failure = await failureOf(openBundle(change(await seal()), 'for the laptop'));
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toMatch(cause);
    expect(JSON.stringify(failure.info.steps)).not.toContain('backup');
  });

  it.each([
    [
      'a profile that runs a program',
      { ...numberedProfile(1), ssh: { user: null, options: [{ name: 'ProxyCommand', value: 'x' }] } },
      /profile 1/,
    ],
    ['a host that is an option', numberedProfile(1, { host: '-oProxyCommand=x' }), /profile 1/],
    ['an unknown mode', { ...numberedProfile(1), mode: { kind: 'new' } }, /a later version made/],
    ['no profile at all', null, /profile 1/],
  ])('with %s is refused, whatever rules it names', async (_what, profile, cause) => {
    const text = await hostileBundle('bundle', { rules: RULES, profiles: [profile] });
    const failure = await failureOf(openBundle(text, 'x'));
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toMatch(cause);
  });

  it('brings the key files of its profiles, and no state', async () => {
    const keys = [keyFile(1), keyFile(2), keyFile(1)];
    const withKeys = keys.map((key, number) => profileWithKey(number, key));
    const text = await sealAll([...withKeys, numberedProfile(9)], 'x', giving(keys));
    const found = await openBundle(text, 'x');
    expect(found.map(({ profile }) => profile)).toEqual([...withKeys, numberedProfile(9)]);
    // By digest: comparing 64 KiB byte by byte would take the assertion a while.
    expect(found.map(({ attachments }) => attachments.map(attachmentDigest))).toEqual([
      ...keys.map((key) => [attachmentDigest(key)]),
      [],
    ]);
    // Each once, however many profiles refer to it.
    expect(text.length).toBeLessThan(2.5 * 65_536 * 1.4);
  });

  it('is not made without a key file of its profiles', async () => {
    const failure = await failureOf(sealAll([profileWithKey(1, keyFile(1))], 'x'));
    expect(failure).toMatchObject({ code: 'attachment-missing', info: { cause: { values: { name: 'Server 1' } } } });
  });

  it('is not made larger than it may be when it is opened', async () => {
    const long = (await seal()).length;
    const sealUpTo = (limit: number) => sealBundleWith(CHEAP_OPTIONS, profiles, 'x', () => null, limit);
    // It is reckoned before anything is encrypted, and so with some room.
    expect((await sealUpTo(long + 2000)).length).toBeLessThan(long + 10);
    const failure = await failureOf(sealUpTo(long - 1));
    expect(failure).toMatchObject({ code: 'bad-input', info: { cause: { id: 'bundle.too-large' } } });
  });

  const key = keyFile(1, 1000);
  const needy = { profiles: new Map([['', profileWithKey(1, key)]]), states: new Map() };
  it.each([
    ['lacks a key file', encodeContent({ ...needy, attachments: new Map() }), /lacks a key file of "Server 1"/],
    [
      'has another under its digest',
      encodeContent({ ...needy, attachments: new Map([[attachmentDigest(key), keyFile(2, 1000)]]) }),
      /holds an attachment that is not/,
    ],
  ])('that %s is refused', async (_what, content, cause) => {
    const failure = await failureOf(openBundle(await hostileBundle('bundle', content), 'x'));
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toMatch(cause);
  });

  it('cannot be a vault under another name', async () => {
    const text = await hostileBundle('vault', { profiles });
    expect((await failureOf(openBundle(text, 'x'))).info.cause).toContain('is not an Open Sesamy bundle');
  });

  it('needs a profile and a passphrase', async () => {
    expect(await codeOf(sealAll([], 'x'))).toBe('bad-input');
    expect(await codeOf(sealAll(profiles, ''))).toBe('bad-input');
  });

  it.each(['', 'host=1', '-----BEGIN OPENSSH PRIVATE KEY-----', 'x -----BEGIN OPEN SESAMY BUNDLE-----'])(
    'is not what %j looks like',
    (text) => {
      expect(looksLikeBundle(text)).toBe(false);
    },
  );
});
