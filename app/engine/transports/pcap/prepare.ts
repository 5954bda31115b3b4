/** From a job and its way out to what the pcap process is asked for. */
import { SesamyError } from '../../../domain/errors';
import type { NetworkInterface } from '../../../domain/network-interface';
import { formatMac } from '../../../domain/packet/address';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { text } from '../../../text/text';
import { findNextHop } from '../../routes/next-hop';
import type { RouteSources } from '../../routes/next-hop';
import { rawJob, thisComputer as rawSurroundings, wayOut } from '../raw/job';
import type { RawJob, Surroundings } from '../raw/job';
import type { Link, Route } from '../transport';
import { routeSources } from './launch';
import type { SendRequest } from './messages';

export interface PcapSurroundings extends Surroundings {
  readonly routes: RouteSources;
}

export const thisComputer: PcapSurroundings = { ...rawSurroundings, routes: routeSources };

/** A knock that is ready for the pcap process, and its way out as far as the app knows it. */
export interface Prepared {
  readonly job: RawJob;
  readonly request: SendRequest;
  readonly link: Omit<Link, 'nextHopMac'>;
}

const ZERO_MAC = '00:00:00:00:00:00';

/** @throws SesamyError `bad-input`, `no-route`, `interface-not-found`, `transport-failed` */
export async function prepare(
  planned: readonly PlannedPacket[],
  route: Route,
  listenMs: number,
  surroundings: PcapSurroundings,
): Promise<Prepared> {
  const job = rawJob(planned, route, listenMs, surroundings);
  const way = await wayOut(job, surroundings);
  const out = way.to === 'itself' ? loopbackFor(job, way.owner, way.loopback) : way.interface;
  const link = way.to === 'itself' ? null : await linkOf(job, out, surroundings);
  return {
    job,
    request: sendRequest(job, out, link),
    link: {
      interface: out.name,
      sourceMac: link?.sourceMac ?? ZERO_MAC,
      nextHop: link?.nextHop ?? job.destination,
    },
  };
}

/**
 * @param out the interface that the frames leave through
 * @param link null on loopback
 */
export function sendRequest(job: RawJob, out: NetworkInterface, link: SendRequest['link']): SendRequest {
  return {
    job: 'send',
    family: job.ends.family,
    device: { name: out.name, addresses: [...out.addresses] },
    source: job.source,
    destination: job.destination,
    link,
    listenMs: job.listenMs,
    packets: job.packets.map(({ atNs, packet }) => ({ atNs: atNs.toString(), packet })),
  };
}

/** Packets to this computer itself never get to a link. */
function loopbackFor({ wanted }: RawJob, owner: NetworkInterface, loopback: NetworkInterface | null): NetworkInterface {
  if (loopback !== null && (wanted === null || wanted === loopback.name)) return loopback;
  throw new SesamyError('no-route', text('pcap.failed.itself', { owner: owner.name, wanted }));
}

async function linkOf(
  { ends, destination, sourceMac }: RawJob,
  { name, mac }: NetworkInterface,
  { routes }: PcapSurroundings,
): Promise<NonNullable<SendRequest['link']>> {
  if (mac === null)
    throw new SesamyError('transport-failed', text('pcap.failed.no-mac', { name }), {
      steps: [text('pcap.failed.other-way')],
    });
  const { address } = await findNextHop(destination, ends.family, name, routes);
  return { ownMac: mac, sourceMac: sourceMac === null ? mac : formatMac(sourceMac), nextHop: address };
}
