/** Which way packets leave this computer, and how one is chosen (architecture, rule 7: the least privilege that does the job). */
import { SesamyError } from '../errors';
import type { KnockPlan } from './knock-plan';
import type { TransportName } from './transport-names';

export { TRANSPORT_NAMES } from './transport-names';
export type { TransportName } from './transport-names';

/** What a profile asks for: one transport by name, or the least one that does the job. */
export type TransportWish = 'auto' | TransportName;

/** Those that build whole packets, in the order of preference. */
export const RAW_TRANSPORTS = ['helper', 'pcap'] as const satisfies readonly TransportName[];

/** Whether one transport works on this computer now. */
export interface TransportState {
  readonly name: TransportName;
  readonly works: boolean;
  /** It is installed and out of order; false or absent where it works or simply is not there. */
  readonly broken?: boolean;
  /** One sentence for a person: what it can do here, or why it does not work. */
  readonly detail: string;
  /** What mends it, null where it works or nothing can be done here. */
  readonly fix: { readonly text: string; readonly command: string | null } | null;
}

/** What one knock needs of its transport. */
export interface TransportNeeds {
  readonly wish: TransportWish;
  /** The packets must leave through this interface; null: the routing table chooses. */
  readonly interface: string | null;
  /** The Ethernet source address that the packets must have; null: the interface's own. */
  readonly sourceMac: string | null;
  /**
   * `plain`: any SYN or datagram does. `chosen`: a SYN has an ISN of ours, which no socket can be told. `adopted`: that SYN
   * becomes the connection itself.
   */
  readonly syn: 'plain' | 'chosen' | 'adopted';
}

export interface TransportChoice {
  readonly name: TransportName;
  /** Why this one, in a few words. */
  readonly reason: string;
  /** What the knock asks for and this transport does not do. */
  readonly warnings: readonly string[];
}

/** What a plan's SYNs need of a transport. */
export function synNeed(plan: KnockPlan): TransportNeeds['syn'] {
  if (plan.connect.stealth !== undefined) return 'adopted';
  return plan.packets.some(({ stealth }) => stealth !== undefined) ? 'chosen' : 'plain';
}

/** Whether nothing but a raw frame on the link does all that is asked for. */
export function needsLink(needs: TransportNeeds): boolean {
  return needs.interface !== null || needs.sourceMac !== null;
}

/** What a link-level knock is for, as part of a sentence. */
function linkWish({ interface: name, sourceMac }: TransportNeeds): string {
  const wishes = [name === null ? null : `interface ${name}`, sourceMac === null ? null : `source MAC ${sourceMac}`];
  return wishes.filter((wish) => wish !== null).join(' and ');
}

/**
 * Chooses. A transport asked for by name is taken or refused, never replaced. In automatic choice a knock that wants an
 * interface or a source MAC and finds no raw transport still goes out through sockets, with a warning: profiles from
 * knocksettings.txt always name both.
 * @param states of the transports of this computer, as far as they were asked
 * @throws SesamyError `transport-unavailable` when the one that is asked for by name does not work
 */
export function chooseTransport(needs: TransportNeeds, states: readonly TransportState[]): TransportChoice {
  const state = (name: TransportName): TransportState | undefined => states.find((each) => each.name === name);
  const { wish } = needs;
  if (needs.syn !== 'plain') return chooseForSyn(needs, states);
  if (wish !== 'auto') {
    const asked = state(wish);
    if (asked?.works !== true)
      throw new SesamyError(
        'transport-unavailable',
        `The profile asks for the transport ${wish}, which does not work here: ${asked?.detail ?? 'this platform has none.'}`,
        {
          ...(asked?.fix == null ? {} : { steps: [fixText(asked.fix)] }),
          action: { kind: 'open-permissions', label: 'Permissions' },
        },
      );
    const warnings =
      wish === 'sockets' && needsLink(needs)
        ? [`Plain sockets: ${withoutLink(needs)}; the profile asks for sockets`]
        : [];
    return { name: wish, reason: 'chosen in the profile', warnings };
  }
  if (!needsLink(needs)) return { name: 'sockets', reason: 'no privilege needed', warnings: [] };
  for (const name of RAW_TRANSPORTS)
    if (state(name)?.works === true) return { name, reason: `needed for ${linkWish(needs)}`, warnings: [] };
  const fix = state('helper')?.fix ?? state('pcap')?.fix ?? null;
  const why = `no raw transport works here${fix === null ? '' : `. ${fixText(fix)}`}`;
  return {
    name: 'sockets',
    reason: 'no raw transport works here',
    warnings: [`Plain sockets: ${withoutLink(needs)}; ${why}`],
  };
}

/** A SYN whose ISN is ours: there is no way around a raw transport, and only the helper can go on from such a SYN. */
function chooseForSyn(needs: TransportNeeds, states: readonly TransportState[]): TransportChoice {
  const able = needs.syn === 'adopted' ? (['helper'] as const) : RAW_TRANSPORTS;
  const wanted = able.filter((name) => needs.wish === 'auto' || needs.wish === name);
  const name = wanted.find((each) => states.some((state) => state.name === each && state.works));
  if (name !== undefined) {
    const warnings =
      needs.syn === 'adopted' && needsLink(needs)
        ? [`Helper: ${withoutLink(needs)}; the SYN becomes a connection of this computer’s`]
        : [];
    return { name, reason: 'needed for a SYN whose ISN is the knock', warnings };
  }
  const lacking = states.filter((state) => wanted.some((each) => each === state.name));
  const [fix] = lacking.flatMap((state) => (state.fix === null ? [] : [state.fix]));
  throw new SesamyError(
    'transport-unavailable',
    wanted.length === 0
      ? `The transport ${needs.wish} cannot choose a SYN’s ISN${needs.syn === 'adopted' ? ' and go on with the connection; only the helper can' : ''}.`
      : `TCP Stealth needs ${needs.syn === 'adopted' ? 'the helper' : 'a raw transport'}. ${lacking.map(({ detail }) => detail).join(' ')}`,
    {
      ...(fix === undefined ? {} : { steps: [fixText(fix)] }),
      action: { kind: 'open-permissions', label: 'Permissions' },
    },
  );
}

function fixText(fix: NonNullable<TransportState['fix']>): string {
  return fix.command === null ? fix.text : `${fix.text} ${fix.command}`;
}

/** What is left out above the link level, where the interface's address is all of it that is used. */
function withoutLink({ interface: name, sourceMac }: TransportNeeds): string {
  const lost = [
    name === null ? null : `the routing table, not the profile, chooses the way out (asked for: ${name})`,
    sourceMac === null ? null : `the source MAC ${sourceMac} is not used`,
  ];
  return lost.filter((each) => each !== null).join(', and ');
}
