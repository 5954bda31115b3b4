import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toErrorInfo } from '../../../domain/errors';
import type { NetworkInterface } from '../../../domain/network-interface';
import { bareKnock } from '../../../domain/plan/knock-plan';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { encodeSend } from '../helper/protocol';
import { sendRequest as helperRequest } from '../helper/helper';
import { readRequest } from '../pcap/messages';
import { sendRequest as pcapRequest } from '../pcap/prepare';
import type { Route } from '../transport';
import { broadcastOf, rawJob, wayOut } from './job';
import type { RawJob } from './job';

const ROUTE: Route = {
  address: '10.77.0.1',
  family: 4,
  source: '10.77.0.2',
  bindSource: false,
  interface: null,
  sourceMac: null,
};
const ROUTE_6: Route = { ...ROUTE, address: 'fe80::1%eth0', family: 6, source: 'fe80::2%eth0' };
const here = { broadcasts: () => ['10.77.0.255'], chance: { below: (limit: number) => 7 % limit } };
const job = (planned: readonly PlannedPacket[], changes: Partial<Route> = {}, listenMs = 100): RawJob =>
  rawJob(planned, { ...ROUTE, ...changes }, listenMs, here);
const syn = bareKnock(0, 0, { protocol: 'tcp', port: 7000 });

function card(name: string, addresses: readonly string[], changes: Partial<NetworkInterface> = {}): NetworkInterface {
  const common = { index: 0, mac: '02:00:00:00:00:01', loopback: false, up: true, defaultRoute: false, kernelIndex: 7 };
  return { ...common, name, addresses, ...changes };
}
const LOOPBACK = card('lo', ['127.0.0.1', '::1'], { mac: null, loopback: true });
const ETH0 = card('eth0', ['10.77.0.2', 'fe80::2']);

const uint32 = fc.nat(0xffffffff);
const fields = fc.record({
  sequence: uint32,
  acknowledgment: uint32,
  ipId: fc.option(fc.integer({ min: 1, max: 0xffff })),
  tsval: fc.option(uint32),
});
const port = fc.integer({ min: 1, max: 65_535 });
const payload = fc.uint8Array({ maxLength: 512 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const packet = (index: number): fc.Arbitrary<PlannedPacket> => {
  // 200 packets a second at most.
  const common = { index: fc.constant(index), atMs: fc.double({ min: 5 * index, max: 5 * index, noNaN: true }) };
  return fc.oneof(
    fc.record({ ...common, port, protocol: fc.constant('tcp' as const), syn: fc.option(fields) }),
    fc.record({ ...common, port, protocol: fc.constant('udp' as const), payload: fc.option(payload) }),
  );
};
const plans = fc
  .integer({ min: 1, max: 30 })
  .chain((length) => fc.tuple(...Array.from({ length }, (_, i) => packet(i))));

describe('a raw knock', () => {
  it('is the same packets at the same times, whoever sends them', () => {
    fc.assert(
      fc.property(plans, fc.constantFrom(ROUTE, ROUTE_6), (planned, route) => {
        const made = rawJob(planned, route, 100, here);
        const link = { ownMac: '02:00:00:00:00:01', sourceMac: '02:00:00:00:00:01', nextHop: made.destination };
        const [helper, pcap] = [helperRequest(made, ETH0), pcapRequest(made, ETH0, link)];
        // Both take it as it is.
        expect(readRequest(pcap)).toEqual(pcap);
        expect(encodeSend(helper).length).toBeGreaterThan(0);
        expect(pcap.packets.map(({ packet }) => packet)).toEqual(helper.packets.map(({ packet }) => packet));
        expect(pcap.packets.map(({ atNs }) => BigInt(atNs))).toEqual(helper.packets.map(({ atNs }) => atNs));
        expect(helper.packets).toHaveLength(planned.length);
        expect(pcap.listenMs).toBe(helper.listenMs);
      }),
    );
  });

  it('has the fields that the plan gives its SYN, and leaves the rest to chance', () => {
    const chosen = { sequence: 0x89abcdef, acknowledgment: 7, ipId: 9, tsval: 0x01020304 };
    const made = job([{ ...bareKnock(0, 0, { protocol: 'tcp', port: 7000 }), protocol: 'tcp', syn: chosen }, syn]);
    const [first, second] = made.packets.map(({ packet }) => packet);
    expect(first).toMatchObject({ sequence: 0x89abcdef, acknowledgment: 7, ipId: 9 });
    expect(second).toMatchObject({ sequence: 7, acknowledgment: 0, ipId: 8 });
  });

  it('knows its ends without their zone, which names the interface', () => {
    const { source, destination, wanted, ends } = rawJob([syn], ROUTE_6, 0, here);
    expect({ source, destination, wanted }).toEqual({ source: 'fe80::2', destination: 'fe80::1', wanted: 'eth0' });
    expect([ends.source.length, ends.destination.length]).toEqual([16, 16]);
  });

  it('rounds its times, and listens no longer than may be listened', () => {
    const made = job([syn, bareKnock(1, 5.25, { protocol: 'udp', port: 7001 })], {}, 60_000.5);
    expect(made.packets.map(({ atNs }) => atNs)).toEqual([0n, 5_250_000n]);
    expect(made.listenMs).toBe(2_000);
  });

  const crowd = (count: number, stepMs: number): readonly PlannedPacket[] =>
    Array.from({ length: count }, (_, index) => bareKnock(index, index * stepMs, { protocol: 'tcp', port: 7000 }));

  it.each([
    ['too many packets', crowd(1_001, 10), {}, 'bad-input'],
    ['too many packets a second', crowd(201, 4.9), {}, 'bad-input'],
    ['more than ten minutes', crowd(2, 600_001), {}, 'bad-input'],
    ['the address of all hosts', [syn], { address: '255.255.255.255' }, 'bad-input'],
    ['the address of a whole network', [syn], { address: '10.77.0.255' }, 'bad-input'],
    ['no host’s address', [syn], { address: '0.0.0.0' }, 'bad-input'],
    ['a group’s address', [syn], { address: 'ff02::1', family: 6, source: 'fe80::2' }, 'bad-input'],
    ['a source MAC of many devices', [syn], { sourceMac: '01:00:5E:00:00:01' }, 'bad-input'],
    ['a source MAC of none', [syn], { sourceMac: '00:00:00:00:00:00' }, 'bad-input'],
    ['an address of the other family', [syn], { address: 'fd77::1' }, 'no-route'],
    ['a source of the other family', [syn], { source: 'fd77::2' }, 'no-route'],
  ] as const)('is refused with %s', (_, planned, changes, code) => {
    let refusal: unknown = null;
    try {
      job(planned, changes);
    } catch (error) {
      refusal = error;
    }
    expect(toErrorInfo(refusal).code).toBe(code);
  });

  it('at its limits is made', () => {
    for (const planned of [crowd(1_000, 10), crowd(200, 1), crowd(201, 5), crowd(2, 600_000)])
      expect(job(planned).packets).toHaveLength(planned.length);
  });

  it('that still waits for a fact is a mistake of this program', () => {
    const waiting: readonly PlannedPacket[] = [
      { index: 0, atMs: 0, protocol: 'tcp', port: 7000, syn: 'later' },
      { index: 0, atMs: 0, protocol: 'udp', port: 7000, payload: 'later' },
    ];
    for (const planned of waiting) expect(() => job([planned])).toThrow(RangeError);
  });
});

describe('the way out', () => {
  const DOWN = card('eth1', [], { up: false });
  const way = (changes: Partial<Route>, all: readonly NetworkInterface[] = [LOOPBACK, ETH0, DOWN]) =>
    wayOut(job([syn], changes), { interfaces: () => Promise.resolve(all) });

  it('is the interface that is asked for, or else the one that has the source address', async () => {
    expect(await way({ interface: 'eth0' })).toEqual({ to: 'link', interface: ETH0 });
    expect(await way({})).toEqual({ to: 'link', interface: ETH0 });
  });

  it('to this computer itself is no link', async () => {
    expect(await way({ address: '10.77.0.2' })).toEqual({ to: 'itself', owner: ETH0, loopback: LOOPBACK });
    expect(await way({ address: '10.77.0.2' }, [ETH0])).toMatchObject({ to: 'itself', loopback: null });
  });

  it.each([
    ['an interface that is not there', { interface: 'eth9' }],
    ['an interface that is down', { interface: 'eth1' }],
    ['a source address of no interface', { source: '10.9.9.9' }],
  ])('is not there with %s', async (_, changes) => {
    await expect(way(changes)).rejects.toMatchObject({ code: 'interface-not-found' });
  });
});

it('knows the broadcast addresses of its networks', () => {
  expect(broadcastOf('10.77.0.2', '255.255.254.0')).toEqual(['10.77.1.255']);
  expect(broadcastOf('10.77.0.2', '255.255.255.254')).toEqual([]);
  expect(broadcastOf('fd77::2', 'ffff:ffff:ffff:ffff::')).toEqual([]);
});
