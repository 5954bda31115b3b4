import { describe, expect, it } from 'vitest';
import { looksLikeBundle, openBundle, sealBundleWith } from './bundle';
import { sealContainer } from './container';
import { RULES } from './rules';
import { passphraseSlot } from './slots';
import { CHEAP, codeOf, failureOf, numberedProfile } from './testing';

const profiles = [numberedProfile(1), numberedProfile(2)];
const seal = () => sealBundleWith(CHEAP, profiles, 'for the laptop');

/** A bundle by somebody who knows the format and means harm. */
async function hostileBundle(kind: 'vault' | 'bundle', content: string): Promise<string> {
  const dataKey = Buffer.alloc(32, 1);
  const slots = [await passphraseSlot(dataKey, 'x', CHEAP)];
  const { bytes } = sealContainer(kind, dataKey, { slots, savedUnixMs: 0, plaintext: Buffer.from(content) });
  return `-----BEGIN OPEN SESAMY BUNDLE-----\n${bytes.toString('base64')}\n-----END OPEN SESAMY BUNDLE-----`;
}

describe('a bundle', () => {
  it('brings the profiles to whoever has its passphrase', async () => {
    const text = await seal();
    expect(text).not.toContain('example.org');
    expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect(looksLikeBundle(text)).toBe(true);
    expect(await openBundle(text, 'for the laptop')).toEqual(profiles);
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
    expect(await openBundle(text, 'for the laptop')).toEqual(profiles);
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
    expect(failure.info.steps.join()).not.toContain('backup');
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
    const text = await hostileBundle('bundle', JSON.stringify({ rules: RULES, profiles: [profile] }));
    const failure = await failureOf(openBundle(text, 'x'));
    expect(failure.code).toBe('bad-input');
    expect(failure.info.cause).toMatch(cause);
  });

  it('cannot be a vault under another name', async () => {
    const text = await hostileBundle('vault', JSON.stringify({ profiles }));
    expect((await failureOf(openBundle(text, 'x'))).info.cause).toContain('is not an Open Sesamy bundle');
  });

  it('needs a profile and a passphrase', async () => {
    expect(await codeOf(sealBundleWith(CHEAP, [], 'x'))).toBe('bad-input');
    expect(await codeOf(sealBundleWith(CHEAP, profiles, ''))).toBe('bad-input');
  });

  it.each(['', 'host=1', '-----BEGIN OPENSSH PRIVATE KEY-----', 'x -----BEGIN OPEN SESAMY BUNDLE-----'])(
    'is not what %j looks like',
    (text) => {
      expect(looksLikeBundle(text)).toBe(false);
    },
  );
});
