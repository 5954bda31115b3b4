import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkBuilt, Home } from './sesamy';

const PASSPHRASE = 'a käse and seven bells';
const LAB = ['lab', '--mode', 'tcp-stealth', '--host', '192.0.2.9', '--secret', 'seven seals'];

let home: Home;
beforeAll(checkBuilt);
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await home.remove();
});

it('prints what the server needs, and what to know about it apart from that', async () => {
  const inline = await home.unattended(['recipe', ...LAB.slice(1)]);
  expect(inline.code).toBe(0);
  expect(inline.stdout).toMatch(/^# TCP Stealth for port 22, IPv4\.[^]*\n\}\n$/);
  expect(inline.stdout).not.toContain('seven seals');
  expect(inline.stderr).toMatch(/^# nftables, IPv4: .*\n# To load it on the server, as root: nft -f FILE\n$/);

  await home.holding(PASSPHRASE, LAB);
  const saved = await home.sesamy(['recipe', 'lab'], [PASSPHRASE]);
  expect(saved.stdout).toBe(inline.stdout);
  const other = await home.sesamy(['recipe', 'lab', '--family', '6'], [PASSPHRASE]);
  expect(other.code).toBe(5);
  expect(other.stderr).toContain('192.0.2.9 has no IPv6 address');
  expect((await home.sesamy(['recipe', 'lab', '--family', '5'], [PASSPHRASE])).stderr).toContain('--family: ');
});

it('writes a file for this user alone, and replaces one only when told to', async () => {
  const file = home.path('lab.nft');
  const write = (...more: readonly string[]) => home.unattended(['recipe', ...LAB.slice(1), '--output', file, ...more]);
  const written = await write();
  expect(written).toMatchObject({ code: 0, stdout: '' });
  expect(written.stderr).toContain(`nft -f ${file}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, 'mine');
  expect(await write()).toMatchObject({ code: 2 });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(await write('--force')).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('says where there is none', async () => {
  const other = await home.unattended([
    ...['recipe', '--mode', 'count-window', '--host', '192.0.2.9', '--sequence', '12', '--window', '1000'],
  ]);
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toContain('no recipe yet for servers of the mode count-window');
  const stamped = await home.unattended(['recipe', ...LAB.slice(1), '--timestamps', 'on']);
  expect(stamped).toMatchObject({ code: 2, stdout: '' });
  expect(stamped.stderr).toContain('no fixed rule');
  const practised = await home.unattended(['practice', '--mode', 'tcp-stealth', '--secret', 's']);
  expect(practised.code).toBe(2);
  expect(practised.stderr).toContain('tcp-stealth cannot be practised on');
});
