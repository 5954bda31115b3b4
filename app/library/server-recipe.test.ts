import { expect, it } from 'vitest';
import type { Mode } from '../domain/modes/registry';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { serverRecipes } from './server-recipe';

const STEALTH: Mode = {
  kind: 'tcp-stealth',
  secret: 'open sesamy',
  timestamps: false,
  integrityLength: 0,
  use: 'connection',
};
const COUNTING: Mode = { kind: 'count-window', sequence: '12', windowMs: 1000, knockPort: null, protocol: 'tcp' };
const { signal } = new AbortController();

const recipes = (host: string, values: Partial<Profile> = {}) =>
  serverRecipes(
    newProfile('00000000-0000-4000-8000-000000000000', { name: 'n', host, mode: STEALTH, ...values }),
    signal,
  );
const files = async (host: string, values: Partial<Profile> = {}) =>
  (await recipes(host, values)).map((recipe) => recipe.fileName);

it('is for the address, and for the service port', async () => {
  expect(await files('192.0.2.1')).toEqual(['open_sesamy_22_ipv4.nft']);
  expect(await files('2001:db8::1', { servicePort: 443 })).toEqual(['open_sesamy_443_ipv6.nft']);
  const [one] = await recipes('192.0.2.1');
  const [other] = await recipes('192.0.2.2');
  expect(one?.text).not.toBe(other?.text);
});

it('is not for a family that the host does not have', async () => {
  await expect(files('192.0.2.1', { addressFamily: '6' })).rejects.toMatchObject({ code: 'no-address-of-family' });
});

it('does not exist yet for other knocks', async () => {
  await expect(files('192.0.2.1', { mode: COUNTING })).rejects.toMatchObject({
    code: 'bad-input',
    info: {
      cause: { id: 'recipe.none', values: { kind: 'count-window' } },
      steps: [{ id: 'recipe.none.advice', values: { kinds: ['tcp-stealth'] } }],
    },
  });
});

it('does not exist for a host that nobody knows', async () => {
  await expect(files('no-such-host.invalid')).rejects.toMatchObject({ code: 'name-not-found' });
});
