import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { networkInterfaceSchema } from '../domain/network-interface';
import { addressOf, defaultRoutes, interfaceOf, interfacesFrom, listInterfaces, sourceAddressFor } from './interfaces';
import type { InterfaceFacts } from './interfaces';

const entry = (address: string, mac: string, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac,
  internal,
  cidr: null,
});
const LISTED = {
  lo: [entry('127.0.0.1', '00:00:00:00:00:00', true)],
  eth1: [entry('192.0.2.1', '02:00:00:00:00:0a'), entry('2001:db8::1', '02:00:00:00:00:0a')],
};
const LINKS: InterfaceFacts['links'] = [
  { name: 'wlan0', kernelIndex: 5, mac: '02:00:00:00:00:0c', flags: 0x1002, state: 'down' },
  { name: 'eth1', kernelIndex: 3, mac: '02:00:00:00:00:0a', flags: 0x1003, state: 'up' },
  { name: 'eth0', kernelIndex: 2, mac: '02:00:00:00:00:0b', flags: 0x1003, state: 'up' },
  { name: 'tun0', kernelIndex: 7, mac: '', flags: 0x10d1, state: 'unknown' },
  { name: 'eth9', kernelIndex: 9, mac: '02:00:00:00:00:0d', flags: 0x1003, state: 'lowerlayerdown' },
  { name: 'lo', kernelIndex: 1, mac: '00:00:00:00:00:00', flags: 0x9, state: 'unknown' },
];

describe('the interfaces', () => {
  it('keep the numbers that settings files know; those without an address come after them', () => {
    const all = interfacesFrom({ listed: LISTED, links: LINKS, isDefault: (name) => name === 'eth1' });
    expect(all.map(({ index, name, kernelIndex, up }) => [index, name, kernelIndex, up])).toEqual([
      [0, 'lo', 1, true],
      [1, 'eth1', 3, true],
      [2, 'eth0', 2, true],
      [3, 'wlan0', 5, false],
      [4, 'tun0', 7, true],
      [5, 'eth9', 9, false],
    ]);
    expect(all[1]).toEqual({
      index: 1,
      name: 'eth1',
      mac: '02:00:00:00:00:0A',
      addresses: ['192.0.2.1', '2001:db8::1'],
      loopback: false,
      up: true,
      defaultRoute: true,
      kernelIndex: 3,
    });
    expect(all.filter((each) => each.defaultRoute)).toHaveLength(1);
    expect(all.map(({ mac }) => mac === null)).toEqual([true, false, false, false, true, false]);
  });

  it('have no kernel number where the system does not tell', () => {
    const isDefault: InterfaceFacts['isDefault'] = (_, addresses) => addresses.includes('192.0.2.1');
    const all = interfacesFrom({ listed: LISTED, links: [], isDefault });
    expect(all.map(({ name, kernelIndex, defaultRoute }) => [name, kernelIndex, defaultRoute])).toEqual([
      ['lo', null, false],
      ['eth1', null, true],
    ]);
  });

  it('of this computer begin with those that Node lists', async () => {
    const all = await listInterfaces();
    const names = Object.keys(networkInterfaces());
    expect(networkInterfaceSchema.array().parse(all)).toEqual(all);
    expect(all.slice(0, names.length).map(({ name }) => name)).toEqual(names);
    for (const each of all.slice(0, names.length)) {
      expect(each.up).toBe(true);
      if (process.platform === 'linux') expect(each.kernelIndex).toBeGreaterThan(0);
      expect(await interfaceOf(each.name)).toEqual(each);
      expect(await interfaceOf(String(each.index))).toMatchObject({ index: each.index });
    }
  });
});

describe('the default routes', () => {
  const ROUTE_4 = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth1\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth2\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0',
    'eth3\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    '*\t00000000\t00000000\t0200\t0\t0\t100\t00000000\t0\t0\t0',
    '',
  ].join('\n');
  const zeros = '0'.repeat(32);
  const row = (to: string, length: string, flags: string, name: string): string =>
    `${to} ${length} ${zeros} 00 ${zeros} 00000400 00000001 00000000 ${flags}     ${name}`;
  const ROUTE_6 = [
    row(zeros, '00', '00000003', 'wlan0'),
    row(zeros, '00', '00200200', 'lo'),
    row(`2001${'0'.repeat(28)}`, '20', '00000003', 'eth4'),
    row(zeros, '01', '00000003', 'eth5'),
  ].join('\n');

  it('are read from the kernel’s tables, of either family, without those that refuse', () => {
    expect([...defaultRoutes(ROUTE_4, ROUTE_6)]).toEqual(['eth1', 'wlan0']);
  });

  it.each(['', '\n', 'x', 'Iface Destination\n\0\n', '00000000 00000000'])('are none in %j', (text) => {
    expect([...defaultRoutes(text, text)]).toEqual([]);
  });
});

describe('the address of an interface', () => {
  const eth = interfacesFrom({ listed: LISTED, links: LINKS, isDefault: () => false });
  it('is one of the family', () => {
    expect(eth[1] && [addressOf(eth[1], 4), addressOf(eth[1], 6)]).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it.each([
    [0, /lo has no IPv6 address/],
    [2, /eth0 has no IPv6 address/],
    [3, /wlan0 is down/],
  ])('is missing (%#)', (index, message) => {
    const chosen = eth[index];
    expect(() => chosen && addressOf(chosen, 6)).toThrow(message);
  });
});

describe('the source address for a host', () => {
  it('is the one that packets to it come from, and nothing is sent to find it', async () => {
    const heard: Buffer[] = [];
    const socket = createSocket('udp4', (message) => heard.push(message));
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    expect(await sourceAddressFor('127.0.0.1', 4)).toBe('127.0.0.1');
    expect(heard).toEqual([]);
    socket.close();
  });

  it('is a plain error where there is no way', async () => {
    await expect(sourceAddressFor('255.255.255.255', 4)).rejects.toMatchObject({
      code: expect.stringMatching(/^(no-route|not-permitted)$/) as string,
    });
  });
});
