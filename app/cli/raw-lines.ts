import { randomInt } from 'node:crypto';
import { say } from '../text/say';
import { toErrorInfo } from '../domain/errors';
import { parseAddress } from '../domain/packet/address';
import { describePacket, describeSyn } from '../domain/packet/describe';
import { knockPackets } from '../domain/packet/knock-packet';
import { connectionKnocks } from '../domain/plan/knock-plan';
import type { Profile } from '../domain/profile/profile';
import { FIRST_TRY, NOTHING_KEPT, preparing } from '../engine/prepare';
import { seconds } from './print';

/**
 * What raw packets of a knock look like, one a line. The host is looked up, and
 * where that fails one line says why. Nothing is sent.
 * @param used how many of the profile's one-time secrets are used up
 */
export async function rawLines(profile: Profile, used: number): Promise<readonly string[]> {
  try {
    const prepare = preparing(profile, () => ({ ...NOTHING_KEPT, used }));
    const { address, family, source: from, plan } = await prepare(FIRST_TRY, new AbortController().signal);
    const [source, destination] = [from, address].map((text) => parseAddress(text));
    if (source == null || destination == null) return [];
    const { syn: own, atMs, port } = plan.connect;
    const adopted = connectionKnocks(plan)
      ? [`${seconds(atMs)}  SYN → ${address}:${port} ${describeSyn(own)}, all else as this system’s own`]
      : [];
    const packets =
      plan.awaits.length > 0 ? [] : knockPackets(plan.packets, family, { below: (limit) => randomInt(limit) });
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
