/**
 * The server's side of a count-window knock: the rules of the original Open Sesamy script, as iptables arguments, for
 * any number of bursts. The order of the rules is part of the method.
 */

export interface CountWindowRules {
  /** One digit a burst, as the client's --sequence. */
  readonly sequence: string;
  /** The rules count whole seconds. */
  readonly windowSeconds: number;
  readonly knockPort: number;
  readonly servicePort: number;
}

type Arguments = readonly string[];

/** Nothing comes in but answers and the host's own: the state from which each method opens its door. */
export function closedFirewall(): readonly Arguments[] {
  return [
    ['-P', 'INPUT', 'DROP'],
    ['-A', 'INPUT', '-i', 'lo', '-j', 'ACCEPT'],
    ['-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'ESTABLISHED', '-j', 'ACCEPT'],
  ];
}

/** Neighbour discovery, without which no IPv6 packet finds its way on a link. */
export const NEIGHBOUR_DISCOVERY: readonly Arguments[] = ['neighbour-solicitation', 'neighbour-advertisement'].map(
  (type) => ['-A', 'INPUT', '-p', 'icmpv6', '--icmpv6-type', type, '-j', 'ACCEPT'],
);

/**
 * The original's `portKnockListener`, one array of iptables arguments for each rule.
 *
 * @param rules what the server expects
 * @param chain the chain to add to; also the tag in the names of the helper chains and of the list
 */
export function countWindowRules(rules: CountWindowRules, chain = 'INPUT'): readonly Arguments[] {
  const bursts = Array.from(rules.sequence, Number);
  const sum = bursts.reduce((total, knocks) => total + knocks, 0);
  const check = `CHECKKNOCKS_${chain}`;
  const reset = `RESETKNOCKS_${chain}`;
  const list = ['--name', `knocks_${chain}`];
  const knockPort = String(rules.knockPort);
  const servicePort = String(rules.servicePort);
  const seconds = (windows: number): Arguments => ['--seconds', String(windows * rules.windowSeconds)];
  const hits = (knocks: number): Arguments => ['--hitcount', String(knocks)];
  const toService = ['-A', check, '-p', 'tcp', '--dport', servicePort, '-m', 'recent'];

  const exactCounts: Arguments[] = [];
  let expected = 0;
  for (let windows = 1; windows < bursts.length; windows++) {
    expected += bursts[bursts.length - windows] ?? 0;
    exactCounts.push(
      [...toService, '!', '--rcheck', ...seconds(windows), ...hits(expected), ...list, '-j', reset],
      [...toService, '--rcheck', ...seconds(windows), ...hits(expected + 1), ...list, '-j', reset],
    );
  }

  return [
    ['-N', check],
    ['-N', reset],
    ['-A', chain, '-p', 'tcp', '--dport', servicePort, '-j', check],
    // Too many hits, in sight or ever: start again.
    ['-A', chain, '-m', 'recent', '--rcheck', ...hits(sum + 1), ...seconds(bursts.length), ...list, '-j', reset],
    ['-A', chain, '-m', 'recent', '--rcheck', ...hits(2 * sum + 1), ...list, '-j', reset],
    ['-A', chain, '-p', 'udp', '--dport', knockPort, '-m', 'recent', '--set', ...list, '-j', 'DROP'],
    ['-A', chain, '-p', 'tcp', '--syn', '--dport', knockPort, '-m', 'recent', '--set', ...list, '-j', 'DROP'],
    ['-A', reset, '-m', 'recent', '--remove', ...list, '-j', 'DROP'],
    // Not all knocks are there yet. No reset: where the ports are equal, the knocks themselves come this way.
    ['-A', check, '-m', 'recent', '!', '--rcheck', ...seconds(bursts.length), ...hits(sum), ...list, '-j', 'RETURN'],
    ...exactCounts,
    ['-A', check, '-m', 'recent', '--remove', ...list, '-j', 'ACCEPT'],
  ];
}
