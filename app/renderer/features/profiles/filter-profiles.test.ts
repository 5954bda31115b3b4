import { expect, test } from 'vitest';
import type { ProfileSummary } from '../../../shared/contract';
import { filterProfiles } from './filter-profiles';

const base = { servicePort: 22, modeKind: 'count-window', outline: '', used: 0 } as const;
const profiles: readonly ProfileSummary[] = [
  { ...base, id: '1', name: 'Home', host: 'home.example.org', tags: ['own'] },
  { ...base, id: '2', name: 'mail gateway', host: 'mx.example.net', tags: ['work', 'mail'] },
];

test.each<[string, readonly string[]]>([
  ['', ['1', '2']],
  ['  ', ['1', '2']],
  ['HOME', ['1']],
  ['example', ['1', '2']],
  ['work mx', ['2']],
  ['own work', []],
])('%j finds %j', (search, ids) => {
  expect(filterProfiles(profiles, search).map((profile) => profile.id)).toEqual(ids);
});
