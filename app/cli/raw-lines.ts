import { randomInt } from 'node:crypto';
import { toErrorInfo } from '../domain/errors';
import { planKnock } from '../domain/modes/registry';
import { parseAddress } from '../domain/packet/address';
import { describePacket } from '../domain/packet/describe';
import { knockPackets } from '../domain/packet/knock-packet';
import { needsLink, synNeed } from '../domain/plan/transport';
import type { Profile } from '../domain/profile/profile';
import { sourceAddressFor } from '../engine/interfaces';
import { prepareKnock } from '../engine/knock';
import { seconds } from './print';
import { say } from '../text/say';

/**
 * What raw packets of this knock look like, one a line; nothing for a knock that plain sockets do. The host is looked up, and
 * where that fails one line says why. Nothing is sent.
 */
export async function rawLines(profile: Profile): Promise<readonly string[]> {
  const { transport: wish, interface: name, sourceMac } = profile;
  const syn = synNeed(planKnock(profile.mode, { servicePort: profile.servicePort }));
  const plain = syn === 'plain' && !needsLink({ wish, interface: name, sourceMac, syn });
  if ((wish === 'sockets' && syn === 'plain') || (wish === 'auto' && plain)) return [];
  try {
    const { address, family, sourceAddress, plan } = await prepareKnock(profile, new AbortController().signal);
    const from = sourceAddress ?? (await sourceAddressFor(address, family));
    const [source, destination] = [from, address].map((text) => parseAddress(text));
    if (source == null || destination == null) return [];
    const packets = knockPackets(plan.packets, family, { below: (limit) => randomInt(limit) });
    const { stealth, atMs, port } = plan.connect;
    const adopted =
      stealth?.kind === 'isn'
        ? [
            `${seconds(atMs)}  SYN → ${address}:${port} seq ${stealth.isn}${stealth.tsval === null ? '' : ` TSval ${stealth.tsval}`}, all else as this system’s own`,
          ]
        : [];
    return [
      'As raw packets, with ports and numbers that are drawn anew each time:',
      ...adopted,
      ...packets.map(
        (packet, index) =>
          `${seconds(plan.packets[index]?.atMs ?? 0)}  ${describePacket({ family, source, destination }, packet)}`,
      ),
    ];
  } catch (error) {
    return [`The raw packets cannot be shown: ${say(toErrorInfo(error).cause)}`];
  }
}
