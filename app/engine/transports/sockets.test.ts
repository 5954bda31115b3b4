import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlannedPacket } from '../../domain/plan/knock-plan';
import { sockets } from './sockets';
import type { Route } from './transport';

const ROUTE: Route = {
  address: '127.0.0.1',
  family: 4,
  source: '127.0.0.1',
  bindSource: false,
  interface: null,
  sourceMac: null,
};

let server: Socket;
let heard: { readonly data: string; readonly from: string }[];
beforeEach(async () => {
  heard = [];
  server = createSocket('udp4', (message, { address }) => heard.push({ data: message.toString('hex'), from: address }));
  await new Promise<void>((resolve) => {
    server.bind(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  server.close();
});

async function send(packets: readonly PlannedPacket[], route = ROUTE): Promise<readonly string[]> {
  const reports: string[] = [];
  for await (const report of sockets.send(packets, route, 0, new AbortController().signal)) reports.push(report.type);
  return reports;
}

const datagram = (payload: string | null, index = 0): PlannedPacket => ({
  ...{ index, atMs: 0, protocol: 'udp', port: server.address().port },
  payload,
});

it('a datagram carries the payload of the plan, or one NUL byte', async () => {
  expect(await send([datagram('00ff10'), datagram(null, 1), datagram('', 2)])).toEqual([
    'armed',
    'sent',
    'sent',
    'sent',
  ]);
  await expect.poll(() => heard.map(({ data }) => data).sort()).toEqual(['', '00', '00ff10']);
});

it.runIf(process.platform === 'linux')('packets come from the chosen source address, where it is chosen', async () => {
  await send([datagram(null)], { ...ROUTE, source: '127.0.0.7', bindSource: true });
  await send([datagram(null)], { ...ROUTE, source: '127.0.0.8' });
  await expect.poll(() => heard.map(({ from }) => from).sort()).toEqual(['127.0.0.1', '127.0.0.7']);
});

it('nothing leaves of a knock that sockets cannot make whole, or that still waits for a fact', async () => {
  const fields = { sequence: 1, acknowledgment: 0, ipId: null, tsval: null };
  const tcp = { index: 1, atMs: 0, protocol: 'tcp', port: 7 } as const;
  for (const last of [datagram('later', 1), { ...tcp, syn: 'later' as const }, { ...tcp, syn: fields }])
    await expect(send([datagram(null), last])).rejects.toBeInstanceOf(RangeError);
  await send([datagram('aa')]);
  await expect.poll(() => heard).toHaveLength(1);
});
