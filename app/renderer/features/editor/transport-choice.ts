/** What the Network card says of transports: what may be chosen, and what the choice comes to on this computer now. */
import { toErrorInfo } from '../../../domain/errors';
import type { NetworkInterface } from '../../../domain/network-interface';
import { chooseTransport, synNeed, TRANSPORT_NAMES } from '../../../domain/plan/transport';
import type { TransportNeeds, TransportState } from '../../../domain/plan/transport';
import { MAC_PATTERN, normaliseMac } from '../../../domain/profile/profile';
import type { Choice } from '../../components/SelectInput';
import { TRANSPORT_WORDS } from '../permissions/transport-words';
import type { Draft } from './draft';
import { meantInterface } from './interface-choices';
import { planOfDraft } from './plan-of-draft';
import { say } from '../../../text/say';

/** @param states null while nobody knows yet which ones work */
export function transportChoices(states: readonly TransportState[] | null): readonly Choice[] {
  return [
    { id: 'auto', label: 'Automatic', detail: 'the least privilege that does the job' },
    ...TRANSPORT_NAMES.map((id) => {
      const { name, purpose } = TRANSPORT_WORDS[id];
      const works = states === null || states.some((state) => state.name === id && state.works);
      return { id, label: name, detail: works ? purpose : `does not work here · ${purpose}` };
    }),
  ];
}

type NetworkDraft = Pick<Draft, 'transport' | 'interface' | 'sourceMac' | 'mode' | 'servicePort'>;

/** The interface's own MAC, where the field does not have it already. */
export function offeredMac(interfaces: readonly NetworkInterface[], draft: NetworkDraft): string | null {
  const mac = meantInterface(interfaces, draft.interface)?.mac ?? null;
  return mac === normaliseMac(draft.sourceMac) ? null : mac;
}

/** As a knock will ask for it. A MAC that is wrong still is not asked for: its field says what is wrong with it. */
function needsOf(interfaces: readonly NetworkInterface[], draft: NetworkDraft): TransportNeeds {
  const mac = normaliseMac(draft.sourceMac);
  const plan = planOfDraft(draft.mode, draft.servicePort);
  return {
    wish: TRANSPORT_NAMES.find((name) => name === draft.transport) ?? 'auto',
    interface: meantInterface(interfaces, draft.interface)?.name ?? draft.interface,
    sourceMac: MAC_PATTERN.test(mac) ? mac : null,
    syn: plan === null ? 'plain' : synNeed(plan),
  };
}

export interface TransportHint {
  readonly text: string;
  /** `warn`: a knock would fail, or go out otherwise than it is asked for. */
  readonly tone: 'calm' | 'warn';
}

/** What a knock would do if it were sent now. */
export function transportHint(
  interfaces: readonly NetworkInterface[],
  states: readonly TransportState[],
  draft: NetworkDraft,
): TransportHint {
  const chosen = meantInterface(interfaces, draft.interface);
  if (draft.interface !== null && chosen === null)
    return { text: `This computer has no interface ${draft.interface}: the knock would fail.`, tone: 'warn' };
  if (chosen?.up === false)
    return { text: `The interface ${chosen.name} is down: nothing can leave through it now.`, tone: 'warn' };
  try {
    const { name, reason, warnings } = chooseTransport(needsOf(interfaces, draft), states);
    if (warnings.length > 0) return { text: warnings.map(say).join(' '), tone: 'warn' };
    return { text: `${TRANSPORT_WORDS[name].name}: ${say(reason)}.`, tone: 'calm' };
  } catch (thrown) {
    return { text: say(toErrorInfo(thrown).cause), tone: 'warn' };
  }
}
