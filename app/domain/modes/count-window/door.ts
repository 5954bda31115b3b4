import type { ArrivedPacket, Door, DoorVerdict } from '../../plan/door';
import type { KnockProtocol, Port } from '../../plan/knock-plan';
import { burstsOf } from './schema';

/** What the firewall's rules are made from (the Open Sesamy document: KNOCKPORT, SECUREPORT, KNOCKWINDOW, SEQUENCE1..4). */
export interface CountWindowRule {
  readonly sequence: string;
  readonly windowMs: number;
  readonly knockPort: Port;
  readonly servicePort: Port;
}

/**
 * Open Sesamy's iptables rules, rule by rule, for one source address (the Open Sesamy document; docs/knock-modes.md §1).
 *
 * `recent --rcheck --seconds S --hitcount N` matches when at least N stamps are at most S old, both ends included
 * (xt_recent skips a stamp only when it is strictly older). The list is what `recent` keeps for the source.
 */
export function countWindowDoor(rule: CountWindowRule, stamps: readonly number[] = []): Door {
  const bursts = burstsOf(rule.sequence);
  const sum = bursts.reduce((total, knocks) => total + knocks, 0);
  const hitsWithin = (now: number, windows: number): number =>
    stamps.filter((stamp) => now - stamp <= windows * rule.windowMs).length;

  const next = (verdict: DoorVerdict, list: readonly number[]) => ({ verdict, door: countWindowDoor(rule, list) });

  /** The CHECKKNOCKS chain: null when it returns, because fewer than `sum` knocks are in sight. */
  function checkKnocks(now: number): DoorVerdict | null {
    if (hitsWithin(now, bursts.length) < sum) return null;
    let expected = 0;
    for (let windows = 1; windows < bursts.length; windows++) {
      expected += bursts[bursts.length - windows] ?? 0;
      if (hitsWithin(now, windows) !== expected) return 'reset';
    }
    return 'accept';
  }

  function receive(packet: ArrivedPacket) {
    if (packet.protocol === 'tcp' && packet.port === rule.servicePort) {
      const verdict = checkKnocks(packet.atMs);
      // Accepting and resetting both remove the source's list: the door is single-use.
      if (verdict !== null) return next(verdict, []);
    }
    // Residue: too many knocks in sight, or too many ever. Any packet of the source sets this off.
    if (hitsWithin(packet.atMs, bursts.length) > sum || stamps.length > 2 * sum) return next('reset', []);
    // The rules count both protocols on the knock port, whichever the client uses.
    if (packet.port === rule.knockPort) return next('count', [...stamps, packet.atMs]);
    return next('ignore', stamps);
  }

  const protocols: readonly KnockProtocol[] = ['tcp', 'udp'];
  const listens = [
    ...protocols.map((protocol) => ({ port: rule.knockPort, protocol })),
    ...(rule.knockPort === rule.servicePort ? [] : [{ port: rule.servicePort, protocol: 'tcp' as const }]),
  ];
  return { listens, counted: stamps.length, receive };
}
