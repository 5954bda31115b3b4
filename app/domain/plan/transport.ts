/** Which way packets leave this computer, and how one is chosen (docs/architecture.md, rule 7: the least privilege that does the job). */
import * as z from 'zod';
import { text } from '../../text/text';
import type { Sentence, Text } from '../../text/text';
import { SesamyError } from '../errors';
import type { KnockPlan } from './knock-plan';
import { TRANSPORT_NAMES } from './transport-names';
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
  readonly detail: Sentence;
  /** What mends it, null where it works or nothing can be done here. The command is for a shell, and the text ends before it. */
  readonly fix: { readonly text: Sentence; readonly command: string | null } | null;
}

/** What one knock needs of its transport. */
export const transportNeedsSchema = z.strictObject({
  wish: z.enum(['auto', ...TRANSPORT_NAMES]),
  /** The packets must leave through this interface; null: the routing table chooses. */
  interface: z.string().nullable(),
  /** The Ethernet source address that the packets must have; null: the interface's own. */
  sourceMac: z.string().nullable(),
  /**
   * `plain`: any SYN or datagram does. `chosen`: fields of a SYN are ours, which no socket can be told. `adopted`: that SYN
   * becomes the connection itself.
   */
  syn: z.enum(['plain', 'chosen', 'adopted']),
});
export type TransportNeeds = Readonly<z.infer<typeof transportNeedsSchema>>;

export interface TransportChoice {
  readonly name: TransportName;
  /** Why this one, in a few words. */
  readonly reason: Text;
  /** What the knock asks for and this transport does not do. */
  readonly warnings: readonly Text[];
}

interface LinkWish {
  readonly interface: string | null;
  readonly sourceMac: string | null;
}

/** What a plan's SYNs need of a transport. */
export function synNeed(plan: KnockPlan): TransportNeeds['syn'] {
  if (plan.connect.by === 'adopted') return 'adopted';
  return plan.packets.some((packet) => packet.protocol === 'tcp' && packet.syn !== null) ? 'chosen' : 'plain';
}

/** Whether nothing but a raw frame on the link does all that is asked for. */
export function needsLink(needs: TransportNeeds): boolean {
  return needs.interface !== null || needs.sourceMac !== null;
}

/** What asks for the link level, as values of a text. */
function linkWish({ interface: name, sourceMac }: TransportNeeds): LinkWish {
  return { interface: name, sourceMac };
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
      throw unavailable(
        asked === undefined
          ? text('transport.not-here', { wish })
          : text('transport.not-working', { wish, detail: asked.detail }),
        asked?.fix ?? null,
      );
    const warnings = wish === 'sockets' && needsLink(needs) ? [text('transport.warning.asked', linkWish(needs))] : [];
    return { name: wish, reason: text('transport.reason.profile'), warnings };
  }
  if (!needsLink(needs)) return { name: 'sockets', reason: text('transport.reason.no-privilege'), warnings: [] };
  for (const name of RAW_TRANSPORTS)
    if (state(name)?.works === true)
      return { name, reason: text('transport.reason.link', linkWish(needs)), warnings: [] };
  const fix = state('helper')?.fix ?? state('pcap')?.fix ?? null;
  return {
    name: 'sockets',
    reason: text('transport.reason.no-raw'),
    warnings: [text('transport.warning.no-raw', { ...linkWish(needs), fix: fix === null ? null : fixText(fix) })],
  };
}

/** A SYN whose fields are ours: there is no way around a raw transport, and only the helper can go on from such a SYN. */
function chooseForSyn(needs: TransportNeeds, states: readonly TransportState[]): TransportChoice {
  const adopted = needs.syn === 'adopted';
  const able = adopted ? (['helper'] as const) : RAW_TRANSPORTS;
  const wanted = able.filter((name) => needs.wish === 'auto' || needs.wish === name);
  const name = wanted.find((each) => states.some((state) => state.name === each && state.works));
  if (name !== undefined) {
    const warnings = adopted && needsLink(needs) ? [text('transport.warning.adopted', linkWish(needs))] : [];
    return { name, reason: text('transport.reason.syn'), warnings };
  }
  const lacking = states.filter((state) => wanted.some((each) => each === state.name));
  const [fix = null] = lacking.flatMap((state) => (state.fix === null ? [] : [state.fix]));
  const details = lacking.map(({ detail }) => detail);
  if (wanted.length === 0)
    throw unavailable(
      text(adopted ? 'transport.cannot-adopt' : 'transport.cannot-choose-syn', { wish: needs.wish }),
      fix,
    );
  throw unavailable(text(adopted ? 'transport.needs-helper' : 'transport.needs-raw', { details }), fix);
}

function unavailable(cause: Text, fix: TransportState['fix']): SesamyError {
  return new SesamyError('transport-unavailable', cause, {
    ...(fix === null ? {} : { steps: [fixText(fix)] }),
    action: { kind: 'open-permissions', label: text('action.permissions') },
  });
}

function fixText(fix: NonNullable<TransportState['fix']>): Text {
  return text('transport.fix', fix);
}
