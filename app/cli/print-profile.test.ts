import { afterEach, describe, expect, it, vi } from 'vitest';
import { countWindow } from '../domain/modes/count-window';
import { portSequence } from '../domain/modes/port-sequence';
import { tcpStealth } from '../domain/modes/tcp-stealth';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { matches } from './list-verb';
import { printTable, profileJson, profileLines } from './print-profile';

const counting = newProfile('0f8fad5b-d9cb-469f-a165-708677289501', {
  name: 'home',
  host: 'home.example.org',
  transport: 'helper',
  tags: ['Family', 'b'],
  notes: 'first\nsecond',
  ssh: { user: 'alice', options: [{ name: 'LogLevel', value: 'ERROR' }] },
  mode: { ...countWindow.defaults, sequence: '97531', windowMs: 4321, knockPort: 8765, protocol: 'udp' },
});
const sequence = newProfile('0f8fad5b-d9cb-469f-a165-708677289502', {
  name: 'a longer name',
  host: '192.0.2.1',
  servicePort: 443,
  mode: { ...portSequence.defaults, steps: [{ port: 8765, protocol: 'udp' }], delayMs: 4321 },
});
const stealth = newProfile('0f8fad5b-d9cb-469f-a165-708677289503', {
  name: 'lab',
  host: '192.0.2.2',
  mode: { ...tcpStealth.defaults, secret: 'udp 4321', integrityLength: 87 },
});
const SECRETS = /97531|4321|87|udp/;

afterEach(() => {
  vi.restoreAllMocks();
});

function printed(profiles: readonly Profile[]): string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    text += String(line);
    return true;
  });
  printTable(profiles);
  return text;
}

describe.each([counting, sequence, stealth])('a profile (%#)', (profile) => {
  it('shows nothing of its knock but the kind', () => {
    for (const text of [profileJson(profile, false), profileLines(profile, false).join('\n'), printed([profile])]) {
      expect(text).toContain(profile.mode.kind);
      expect(text).not.toMatch(SECRETS);
    }
    expect((JSON.parse(profileJson(profile, false)) as Profile).mode).toEqual({ kind: profile.mode.kind });
  });

  it('shows all of it on request', () => {
    expect(JSON.parse(profileJson(profile, true))).toEqual(profile);
    const text = profileLines(profile, true).join('\n');
    for (const secret of ['4321', '87']) expect(text).toContain(secret);
  });
});

it('a profile’s other parts are shown', () => {
  const lines = profileLines(counting, false);
  expect(lines).toEqual(
    expect.arrayContaining([
      'host          home.example.org',
      'transport     helper',
      'SSH user      alice',
      'SSH option    LogLevel=ERROR',
      'tags          Family, b',
      'notes         first',
      'notes         second',
    ]),
  );
});

it('a table has its columns one under another', () => {
  expect(printed([counting, sequence])).toBe(
    [
      'name           host              port  mode           tags',
      'home           home.example.org  22    count-window   Family, b',
      'a longer name  192.0.2.1         443   port-sequence',
      '',
    ].join('\n'),
  );
});

it.each([
  ['', true],
  ['HOME', true],
  ['example', true],
  ['fam', true],
  ['97531', false],
  ['second', false],
])('a filter looks at name, host and tags: %j', (filter, expected) => {
  expect(matches(counting, filter)).toBe(expected);
});
