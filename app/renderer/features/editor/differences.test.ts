import { expect, test } from 'vitest';
import { MODES } from '../../../domain/modes/registry';
import { newProfile } from '../../../domain/profile/profile';
import { differences } from './differences';

const profile = newProfile('00000000-0000-4000-8000-000000000001', {
  name: 'home',
  host: 'home.example.org',
  mode: MODES[0].defaults,
});

test('the same profile has none', () => {
  expect(differences(profile, { ...profile })).toEqual([]);
});

test('each part that differs is named once, with both values', () => {
  const theirs = { ...profile, host: '192.0.2.1', transport: 'helper' as const, tags: ['work'], notes: '' };
  expect(differences(profile, theirs)).toEqual([
    { label: 'Host', mine: 'home.example.org', theirs: '192.0.2.1' },
    { label: 'Transport', mine: 'auto', theirs: 'helper' },
    { label: 'Tags', mine: 'none', theirs: 'work' },
  ]);
});

test('a secret that no line may show is named, and not shown', () => {
  const mode = {
    kind: 'tcp-stealth',
    secret: 'one',
    timestamps: false,
    integrityLength: 0,
    use: 'connection',
  } as const;
  expect(differences({ ...profile, mode }, { ...profile, mode: { ...mode, secret: 'two' } })).toEqual([
    { label: 'Secret of the knock', mine: 'yours', theirs: 'another one' },
  ]);
});
