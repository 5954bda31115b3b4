import { expect, it } from 'vitest';
import { vaultLocation } from './location';

it.each([
  ['linux', {}, '/home/ali', '/home/ali/.local/share/open-sesamy'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/home/ali', '/data/open-sesamy'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ali', '/home/ali/.local/share/open-sesamy'],
  ['linux', { XDG_DATA_HOME: '' }, '/home/ali', '/home/ali/.local/share/open-sesamy'],
  ['freebsd', {}, '/home/ali', '/home/ali/.local/share/open-sesamy'],
  ['darwin', {}, '/Users/ali', '/Users/ali/Library/Application Support/Open Sesamy'],
  ['darwin', { XDG_DATA_HOME: '/data' }, '/Users/ali', '/Users/ali/Library/Application Support/Open Sesamy'],
  ['linux', { SESAMY_HOME: '/mine', XDG_DATA_HOME: '/data' }, '/home/ali', '/mine'],
  ['darwin', { SESAMY_HOME: '/mine' }, '/Users/ali', '/mine'],
  ['linux', { SESAMY_HOME: '' }, '/home/ali', '/home/ali/.local/share/open-sesamy'],
] as const)('on %s with %j it is in %s', (platform, env, home, folder) => {
  expect(vaultLocation({ platform, env, home })).toEqual({
    folder,
    file: `${folder}/profiles.vault`,
    backup: `${folder}/profiles.vault.backup`,
  });
});

it.each([
  [{ APPDATA: 'C:\\Users\\ali\\AppData\\Roaming' }, 'C:\\Users\\ali\\AppData\\Roaming\\Open Sesamy'],
  [{}, 'C:\\Users\\ali\\AppData\\Roaming\\Open Sesamy'],
  [{ SESAMY_HOME: 'D:\\mine', APPDATA: 'C:\\x' }, 'D:\\mine'],
] as const)('on Windows with %j it is in %s', (env, folder) => {
  expect(vaultLocation({ platform: 'win32', env, home: 'C:\\Users\\ali' })).toEqual({
    folder,
    file: `${folder}\\profiles.vault`,
    backup: `${folder}\\profiles.vault.backup`,
  });
});

it('takes a relative SESAMY_HOME from the current folder', () => {
  const { folder } = vaultLocation({ platform: 'linux', env: { SESAMY_HOME: 'mine' }, home: '/home/ali' });
  expect(folder).toBe(`${process.cwd()}/mine`);
});
