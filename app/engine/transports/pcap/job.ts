/** What the pcap process does: one job, told step by step. */
import { formatMac, parseAddress, parseMac } from '../../../domain/packet/address';
import { readAnswer } from '../../../domain/packet/answer';
import { buildPacket } from '../../../domain/packet/build';
import { emitEthernet, ETHER_TYPES, EthernetView } from '../../../domain/packet/ethernet';
import { askNeighbour, readNeighbour } from '../../../domain/packet/neighbour';
import type { Ends } from '../../../domain/packet/raw-packet';
import { listDevices, openDevice, PcapError } from './addon';
import type { CapAddon, Device, OpenDevice } from './addon';
import { MAX_PER_SECOND } from '../raw/limits';
import { MAX_ANSWERS, readRequest } from './messages';
import type { PcapReport, SendRequest } from './messages';

/** Asked again after 300 and 600 ms, given up after a second: a host that sleeps may take one question to wake. */
const ASK_AT_MS = [0, 300, 600] as const;
const GIVE_UP_MS = 1_000;
/** The report of the zero reaches the app before the first packet leaves, and what runs for the first time is slow. */
const LEAD_NS = 20_000_000n;
/** Timers are about a millisecond off; the rest of the way is spent looking at the clock. */
const SPIN_NS = 2_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

type Tell = (report: PcapReport) => void;

/** Does what a message asks for. Never throws: a failure is the last report. */
export async function runJob(message: unknown, load: () => CapAddon, tell: Tell): Promise<void> {
  try {
    const request = readRequest(message);
    if (typeof request === 'string') throw new PcapError('malformed', request);
    const addon = load();
    if (request.job === 'state') tryToOpen(addon);
    else await send(request, addon, tell);
    tell(request.job === 'state' ? { type: 'works' } : { type: 'done' });
  } catch (error) {
    const { reason, message: detail } =
      error instanceof PcapError
        ? error
        : new PcapError('internal', error instanceof Error ? error.message : 'unknown');
    tell({ type: 'failed', reason, detail });
  }
}

/** Opens one device. Loopback where it does, since a device that is opened goes into promiscuous mode. */
function tryToOpen(addon: CapAddon): void {
  const able = listDevices(addon).filter((device) => device.addresses.length > 0);
  const device = able.find(({ flags }) => flags === 'PCAP_IF_LOOPBACK') ?? able[0];
  if (device === undefined) throw new PcapError('no-device', 'No network interface has an address.');
  openDevice(addon, device.name, '');
}

function deviceFor(request: SendRequest, devices: readonly Device[]): Device {
  const { name, addresses } = request.device;
  const found =
    devices.find((device) => device.name === name) ??
    devices.find((device) => device.addresses.some(({ addr }) => addr !== undefined && addresses.includes(addr)));
  if (found === undefined) throw new PcapError('no-device', `libpcap has no device for the interface ${name}.`);
  return found;
}

/** Lets through what may be an answer to a knock, or to the question for the next hop. */
function filterFor({ family, destination }: SendRequest): string {
  return family === 4
    ? `arp or icmp or (tcp and src host ${destination})`
    : `icmp6 or (ip6 proto 6 and src host ${destination})`;
}

async function send(request: SendRequest, addon: CapAddon, tell: Tell): Promise<void> {
  const device = deviceFor(request, listDevices(addon));
  const open = openDevice(addon, device.name, filterFor(request));
  if (open.linkType !== 'ETHERNET')
    throw new PcapError(
      'not-ethernet',
      `The interface ${request.device.name} is not an Ethernet device (${open.linkType}).`,
    );

  const { family, link } = request;
  const ends: Ends = { family, source: addressBytes(request.source), destination: addressBytes(request.destination) };
  const nextHopMac = link === null ? new Uint8Array(6) : await findMac(open, ends, link);
  const sourceMac = link === null ? new Uint8Array(6) : macBytes(link.sourceMac);
  const etherType = family === 4 ? ETHER_TYPES.IPV4 : ETHER_TYPES.IPV6;
  const frames = request.packets.map(({ packet }) =>
    emitEthernet({ destination: nextHopMac, source: sourceMac, etherType, payload: buildPacket(ends, packet) }),
  );
  const packets = request.packets.map(({ packet }) => packet);
  const left: bigint[] = [];
  let answers = 0;
  open.onFrame((frame) => {
    const seenNs = process.hrtime.bigint().toString();
    const ethernet = EthernetView.over(frame);
    const answer = ethernet?.etherType === etherType ? readAnswer(ends, packets, ethernet.payload) : null;
    // What comes before its packet has left answers an earlier knock.
    if (answer === null || answer.packet >= left.length || answers === MAX_ANSWERS) return;
    answers += 1;
    tell({ type: 'answer', seenNs, ...answer });
  });

  const zero = process.hrtime.bigint() + LEAD_NS;
  tell({ type: 'armed', zeroNs: zero.toString(), nextHopMac: formatMac(nextHopMac) });
  for (const [position, frame] of frames.entries()) {
    const planned = zero + BigInt(request.packets[position]?.atNs ?? 0);
    // A late packet does not make those after it come too fast.
    const earliest = (left[position - MAX_PER_SECOND] ?? -NS_PER_SECOND) + NS_PER_SECOND;
    await waitUntil(planned > earliest ? planned : earliest);
    open.send(frame);
    const actual = process.hrtime.bigint();
    left.push(actual);
    tell({ type: 'sent', packet: position, plannedNs: planned.toString(), actualNs: actual.toString() });
  }
  await sleep(request.listenMs);
}

/**
 * The next hop's MAC address, by ARP or neighbour discovery. Asked with the interface's own MAC address, whatever the knocks
 * have: a chosen one must not get into the neighbour's table.
 */
async function findMac(open: OpenDevice, ends: Ends, link: NonNullable<SendRequest['link']>): Promise<Uint8Array> {
  const nextHop = addressBytes(link.nextHop);
  const question = askNeighbour(ends.family, { mac: macBytes(link.ownMac), address: ends.source }, nextHop);
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise((resolve, reject) => {
      const later = (ms: number, action: () => void): void => {
        const attempt = (): void => {
          try {
            action();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        timers.push(setTimeout(attempt, ms));
      };
      open.onFrame((frame) => {
        const mac = readNeighbour(ends.family, nextHop, frame);
        if (mac !== null) resolve(mac);
      });
      for (const ms of ASK_AT_MS)
        later(ms, () => {
          open.send(question);
        });
      later(GIVE_UP_MS, () => {
        throw new PcapError('next-hop-silent', `${link.nextHop} did not answer within ${GIVE_UP_MS / 1000} s.`);
      });
    });
  } finally {
    timers.forEach(clearTimeout);
  }
}

async function waitUntil(target: bigint): Promise<void> {
  for (;;) {
    const left = target - process.hrtime.bigint();
    if (left <= SPIN_NS) break;
    await sleep(Number((left - SPIN_NS) / NS_PER_MS));
  }
  while (process.hrtime.bigint() < target);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The request has been checked: all of its addresses can be read. */
function addressBytes(text: string): Uint8Array {
  return parseAddress(text) ?? new Uint8Array();
}

function macBytes(text: string): Uint8Array {
  return parseMac(text) ?? new Uint8Array();
}
