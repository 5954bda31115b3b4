import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../../domain/network-interface';
import type { TransportState } from '../../../domain/plan/transport';
import { interfaceChoices } from './interface-choices';
import { modeDraft } from './mode-forms';
import { offeredMac, transportChoices, transportHint } from './transport-choice';

const ETH0: NetworkInterface = {
  index: 1,
  name: 'eth0',
  mac: '02:00:00:00:00:01',
  addresses: ['192.0.2.1', '2001:db8::1'],
  loopback: false,
  up: true,
  defaultRoute: true,
  kernelIndex: 2,
};
const ETH1: NetworkInterface = {
  ...ETH0,
  index: 2,
  name: 'eth1',
  mac: '02:00:00:00:00:02',
  addresses: [],
  up: false,
  defaultRoute: false,
};
const INTERFACES = [ETH0, ETH1];
const MODE = { kind: 'count-window', sequence: '12', windowMs: 500, knockPort: null, protocol: 'tcp' } as const;
const ANY = { transport: 'auto', interface: null, sourceMac: '', servicePort: '22', mode: modeDraft([MODE]) };

const SOCKETS: TransportState = { name: 'sockets', works: true, detail: 'No privilege.', fix: null };
const HELPER: TransportState = { name: 'helper', works: true, detail: 'Installed.', fix: null };
const NO_HELPER: TransportState = {
  name: 'helper',
  works: false,
  detail: 'The helper is not installed.',
  fix: { text: 'Install it:', command: 'npm run helper:install' },
};

describe('the hint under the Network card', () => {
  test('without an interface or a MAC no privilege is needed', () => {
    expect(transportHint(INTERFACES, [SOCKETS, NO_HELPER], ANY)).toEqual({
      text: 'Plain sockets: no privilege needed.',
      tone: 'calm',
    });
  });

  test('says what the helper is needed for, with the interface by its name', () => {
    for (const wanted of ['eth0', '1'])
      expect(transportHint(INTERFACES, [SOCKETS, HELPER], { ...ANY, interface: wanted })).toEqual({
        text: 'Helper: needed for interface eth0.',
        tone: 'calm',
      });
  });

  test('warns of what will not be done where nothing raw works, and says what mends it', () => {
    const draft = { ...ANY, interface: 'eth0', sourceMac: '00-0e-35-0e-77-b0' };
    const { text, tone } = transportHint(INTERFACES, [SOCKETS, NO_HELPER], draft);
    expect(tone).toBe('warn');
    expect(text).toContain('00:0E:35:0E:77:B0 is not used');
    expect(text).toContain('npm run helper:install');
  });

  test('warns when the transport that is asked for does not work here', () => {
    const { text, tone } = transportHint(INTERFACES, [SOCKETS, NO_HELPER], { ...ANY, transport: 'helper' });
    expect(tone).toBe('warn');
    expect(text).toContain('The helper is not installed.');
  });

  test('warns of an interface that is down or not there, whatever the transport', () => {
    const warned = (wanted: string) => transportHint(INTERFACES, [SOCKETS, HELPER], { ...ANY, interface: wanted });
    expect(warned('eth1')).toMatchObject({ tone: 'warn', text: expect.stringContaining('eth1 is down') as string });
    expect(warned('ppp7')).toMatchObject({
      tone: 'warn',
      text: expect.stringContaining('no interface ppp7') as string,
    });
  });

  test('leaves a MAC that is not finished to its field', () => {
    expect(transportHint(INTERFACES, [SOCKETS, NO_HELPER], { ...ANY, sourceMac: '00:0E:35' }).tone).toBe('calm');
  });
});

test('the MAC of the chosen interface is offered until the field has it', () => {
  expect(offeredMac(INTERFACES, ANY)).toBeNull();
  expect(offeredMac(INTERFACES, { ...ANY, interface: 'eth0' })).toBe('02:00:00:00:00:01');
  expect(offeredMac(INTERFACES, { ...ANY, interface: '2', sourceMac: '00:0E:35:0E:77:B0' })).toBe('02:00:00:00:00:02');
  expect(offeredMac(INTERFACES, { ...ANY, interface: 'eth0', sourceMac: '02-00-00-00-00-01' })).toBeNull();
  expect(offeredMac([{ ...ETH0, name: 'lo', mac: null }], { ...ANY, interface: 'lo' })).toBeNull();
});

test('the choices say which transports do not work here, once that is known', () => {
  const details = (states: readonly TransportState[] | null) =>
    transportChoices(states).map(({ id, detail = '' }) => [id, detail.startsWith('does not work here')]);
  expect(details(null)).toEqual(['auto', 'sockets', 'helper', 'pcap'].map((id) => [id, false]));
  expect(details([SOCKETS, NO_HELPER])).toEqual([
    ['auto', false],
    ['sockets', false],
    ['helper', true],
    ['pcap', true],
  ]);
});

test('the interfaces say which one is down and which one has the default route', () => {
  expect(interfaceChoices(INTERFACES, null).map((choice) => choice.detail)).toEqual([
    'the way to the host decides',
    'default route · 192.0.2.1, 2001:db8::1',
    'down · no address',
  ]);
});
