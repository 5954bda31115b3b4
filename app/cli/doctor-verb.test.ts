import { describe, expect, it } from 'vitest';
import type { TransportState } from '../domain/plan/transport';
import { findingLines, verdict } from './doctor-verb';
import { interfaceLines } from './interface-lines';

const SOCKETS: TransportState = { name: 'sockets', works: true, detail: 'Plain SYNs.', fix: null };
const HELPER: TransportState = {
  name: 'helper',
  works: false,
  detail: 'It is not installed.',
  fix: { text: 'Install it:', command: 'sudo npm run helper:install' },
};
const PCAP: TransportState = {
  name: 'pcap',
  works: false,
  detail: 'Npcap \u001b[31mis missing.',
  fix: { text: 'Install Npcap.', command: null },
};
const INTERFACES = [
  {
    index: 0,
    name: 'eth0',
    mac: '02:00:00:00:00:01',
    addresses: ['192.0.2.1', '2001:db8::1'],
    loopback: false,
    up: true,
    defaultRoute: true,
    kernelIndex: 2,
  },
  { index: 1, name: 'tun0', mac: null, addresses: [], loopback: false, up: false, defaultRoute: false, kernelIndex: 3 },
];

describe('the doctor', () => {
  it('says of each transport whether it works, why not, and the command that mends it', () => {
    const lines = findingLines({
      version: '1.2.3',
      runtime: 'Node 20.0.0',
      platform: 'linux x64',
      transports: [SOCKETS, HELPER, PCAP],
      interfaces: INTERFACES,
    });
    expect(lines).toEqual([
      'Open Sesamy 1.2.3, Node 20.0.0, linux x64',
      '',
      'sockets  works',
      '  Plain SYNs.',
      'helper   does not work',
      '  It is not installed.',
      '  Install it:',
      '    sudo npm run helper:install',
      'pcap     does not work',
      '  Npcap �[31mis missing.',
      '  Install Npcap.',
      '',
      ...interfaceLines(INTERFACES),
    ]);
  });

  it.each([
    [[SOCKETS, HELPER, PCAP], 0],
    [[SOCKETS, { ...HELPER, works: true }], 0],
    [[SOCKETS, { ...HELPER, broken: true }], 4],
    [
      [
        { ...SOCKETS, works: false },
        { ...HELPER, works: true },
      ],
      4,
    ],
    [[], 4],
  ])('finds fault with what is installed and does not work, and not with what is missing (%#)', (states, code) => {
    expect(verdict(states)).toBe(code);
  });
});

it('interfaces say whether they are up, and which one leads to the rest of the world', () => {
  expect(interfaceLines(INTERFACES)).toEqual([
    'index  name  state  route    MAC                addresses',
    '0      eth0  up     default  02:00:00:00:00:01  192.0.2.1, 2001:db8::1',
    '1      tun0  down   -        -',
  ]);
});
