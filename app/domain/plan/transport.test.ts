import { describe, expect, it } from 'vitest';
import { say } from '../../text/say';
import { toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import { chooseTransport, TRANSPORT_NAMES } from './transport';
import type { TransportChoice, TransportName, TransportNeeds, TransportState, TransportWish } from './transport';

const FIX = { text: 'Install it:', command: 'sudo install' };
/** A computer on which these work. */
const computer = (...working: readonly TransportName[]): readonly TransportState[] =>
  TRANSPORT_NAMES.map((name) =>
    working.includes(name)
      ? { name, works: true, detail: 'works', fix: null }
      : { name, works: false, detail: `no ${name}`, fix: name === 'helper' ? FIX : null },
  );
const needs = (wish: TransportWish, interfaceName: string | null, sourceMac: string | null): TransportNeeds => ({
  wish,
  interface: interfaceName,
  sourceMac,
  syn: 'plain',
});
/** A choice as a person reads it. */
const said = ({ name, reason, warnings }: TransportChoice) => ({
  name,
  reason: say(reason),
  warnings: warnings.map(say),
});

function refusalOf(choosing: () => TransportChoice): ErrorInfo {
  try {
    choosing();
  } catch (error) {
    return toErrorInfo(error);
  }
  throw new Error('Nothing was refused');
}

const MAC = '02:00:00:00:00:01';
const EVERYTHING = computer('sockets', 'helper', 'pcap');

describe('the automatic choice', () => {
  it('takes no more privilege than is needed', () => {
    expect(said(chooseTransport(needs('auto', null, null), EVERYTHING))).toEqual({
      name: 'sockets',
      reason: 'no privilege needed',
      warnings: [],
    });
    expect(chooseTransport(needs('auto', null, null), []).name).toBe('sockets');
  });

  it.each([
    ['eth0', null, EVERYTHING, 'helper', 'needed for interface eth0'],
    [null, MAC, EVERYTHING, 'helper', `needed for source MAC ${MAC}`],
    ['eth0', MAC, EVERYTHING, 'helper', `needed for interface eth0 and source MAC ${MAC}`],
    ['eth0', null, computer('sockets', 'pcap'), 'pcap', 'needed for interface eth0'],
  ])('for interface %s and MAC %s is raw where that works', (name, mac, states, expected, reason) => {
    expect(said(chooseTransport(needs('auto', name, mac), states))).toEqual({ name: expected, reason, warnings: [] });
  });

  it('falls back to plain sockets, and says what is lost and what would mend it', () => {
    const { name, warnings } = said(chooseTransport(needs('auto', 'eth0', MAC), computer('sockets')));
    expect(name).toBe('sockets');
    expect(warnings).toHaveLength(1);
    for (const word of ['eth0', MAC, 'sudo install']) expect(warnings[0]).toContain(word);

    const [onlyMac] = said(chooseTransport(needs('auto', null, MAC), [])).warnings;
    expect(onlyMac).toContain(MAC);
    expect(onlyMac).not.toContain('routing table');
  });
});

describe('a transport asked for by name', () => {
  it.each(TRANSPORT_NAMES)('%s is taken, needed or not', (name) => {
    expect(said(chooseTransport(needs(name, null, null), EVERYTHING))).toEqual({
      name,
      reason: 'chosen in the profile',
      warnings: [],
    });
  });

  it('that does not work is refused, never replaced', () => {
    const refusal = (wish: TransportWish, states: readonly TransportState[]) =>
      refusalOf(() => chooseTransport(needs(wish, 'eth0', null), states));
    const refused = refusal('helper', computer('sockets', 'pcap'));
    expect(refused).toMatchObject({ code: 'transport-unavailable', action: { kind: 'open-permissions' } });
    expect(say(refused.cause)).toContain('no helper');
    expect(refused.steps.map(say)).toEqual(['Install it: sudo install']);
    // Where nothing can be done the steps of the code itself are shown.
    expect(refusal('pcap', computer('sockets')).steps.map(say).join()).toContain('sesamy doctor');
    expect(refusal('pcap', []).code).toBe('transport-unavailable');
  });

  it('sockets, does what it can and warns of the rest', () => {
    const choice = said(chooseTransport(needs('sockets', 'eth0', null), EVERYTHING));
    expect(choice.name).toBe('sockets');
    expect(choice.warnings[0]).toContain('eth0');
  });
});

describe('for a SYN whose fields are the knock', () => {
  const chosen = (wish: TransportWish, syn: 'chosen' | 'adopted') => ({ ...needs(wish, null, null), syn });
  const state = (name: 'sockets' | 'helper' | 'pcap', works: boolean): TransportState => ({
    name,
    works,
    detail: `${name} ${works ? 'works' : 'is absent'}.`,
    fix: works ? null : { text: `Install ${name}:`, command: `install ${name}` },
  });
  const both = [state('sockets', true), state('helper', true), state('pcap', true)];
  const onlyPcap = [state('sockets', true), state('helper', false), state('pcap', true)];

  it('takes a raw transport, and only the helper where the SYN becomes the connection', () => {
    expect(chooseTransport(chosen('auto', 'chosen'), both).name).toBe('helper');
    expect(chooseTransport(chosen('auto', 'chosen'), onlyPcap).name).toBe('pcap');
    expect(chooseTransport(chosen('auto', 'adopted'), both).name).toBe('helper');
  });

  it.each([
    ['auto', 'helper is absent.'],
    ['pcap', 'only the helper can'],
    ['sockets', 'only the helper can'],
  ] as const)('never falls back to what cannot do it: %s', (wish, why) => {
    const refused = refusalOf(() => chooseTransport(chosen(wish, 'adopted'), onlyPcap));
    expect(refused.code).toBe('transport-unavailable');
    expect(say(refused.cause)).toContain(why.trim());
  });

  it('says that a source MAC and an interface are not used for a connection', () => {
    const wanted = { interface: 'eth1', sourceMac: '02:00:00:00:00:01' };
    const { warnings } = said(chooseTransport({ ...chosen('auto', 'adopted'), ...wanted }, both));
    expect(warnings.join()).toContain('02:00:00:00:00:01 is not used');
    expect(warnings.join()).toContain('asked for: eth1');
  });
});
