import { expect, it } from 'vitest';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { planKnock } from '../domain/modes/registry';
import { buildsPackets } from './dry-run';
import { rawLines } from './raw-lines';

const built = (of: Profile) => buildsPackets(of, planKnock(of.mode, { servicePort: of.servicePort }));

const profile = newProfile('00000000-0000-4000-8000-000000000000', {
  name: 'test',
  host: '127.0.0.1',
  transport: 'helper',
  mode: {
    kind: 'port-sequence',
    steps: [
      { port: 7000, protocol: 'tcp' },
      { port: 8000, protocol: 'udp' },
    ],
    delayMs: 200,
    closing: null,
  },
});

it('a dry run shows each raw packet, when it leaves and what is in it', async () => {
  const [, first, second, ...rest] = await rawLines(profile, 0);
  expect(first).toMatch(/^ {2}0\.000 s {2}SYN 127\.0\.0\.1:\d{5} → 127\.0\.0\.1:7000 seq \d+ win 64240 ttl 64 id \d+ /);
  expect(second).toMatch(/^ {2}0\.200 s {2}UDP 127\.0\.0\.1:\d{5} → 127\.0\.0\.1:8000 1 byte ttl 64 /);
  expect(rest).toEqual([]);
});

it('a dry run of a knock that plain sockets do shows none', () => {
  expect(built(profile)).toBe(true);
  expect(built({ ...profile, transport: 'auto', interface: 'eth0' })).toBe(true);
  expect(built({ ...profile, transport: 'sockets', interface: 'eth0' })).toBe(false);
  expect(built({ ...profile, transport: 'auto' })).toBe(false);
});

it('a dry run says why the raw packets are not known', async () => {
  const [line, ...rest] = await rawLines({ ...profile, transport: 'auto', interface: 'no-such-interface' }, 0);
  expect(line).toContain('no-such-interface');
  expect(rest).toEqual([]);
});
