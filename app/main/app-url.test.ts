import { describe, expect, it } from 'vitest';
import { fileOf, isAppUrl, START_URL } from './app-url';

describe('fileOf', () => {
  it('gives files inside the folder', () => {
    expect(fileOf('/srv/renderer', START_URL)).toBe('/srv/renderer/index.html');
    expect(fileOf('/srv/renderer', 'app://sesamy/assets/a%20b.js?x#y')).toBe('/srv/renderer/assets/a b.js');
  });

  it.each([
    'app://sesamy/../secret.html',
    'app://sesamy/%2e%2e/secret.html',
    'app://sesamy/..%2fsecret.html',
    'app://sesamy/assets/..%2f..%2f..%2fetc/passwd',
    'app://sesamy/',
    'app://sesamy/%00.html',
    'app://sesamy/%ff',
    'app://other/index.html',
    'file:///srv/renderer/index.html',
    'https://sesamy/index.html',
  ])('gives nothing outside it for %s', (url) => {
    const file = fileOf('/srv/renderer', url);
    expect(file === null || file.startsWith('/srv/renderer/')).toBe(true);
    expect(file ?? '').not.toMatch(/passwd$|\.\.|\0/);
  });
});

describe('isAppUrl', () => {
  it('knows its own pages and nobody else’s', () => {
    expect(isAppUrl(START_URL)).toBe(true);
    for (const url of ['app://sesamyx/index.html', 'app://sesamy.evil/', 'https://sesamy/', 'about:blank', ''])
      expect(isAppUrl(url)).toBe(false);
  });
});
