import type { NetworkInterface } from '../../../domain/network-interface';
import type { Choice } from '../../components/SelectInput';

/** The choice that leaves it to the routing table. No interface can have this name: it is empty. */
export const NO_INTERFACE = '';

/** The interface that a profile means on this computer, by name or by number, if there is one. */
export function meantInterface(
  interfaces: readonly NetworkInterface[],
  wanted: string | null,
): NetworkInterface | null {
  if (wanted === null) return null;
  return (
    interfaces.find(({ name }) => name === wanted) ?? interfaces.find(({ index }) => String(index) === wanted) ?? null
  );
}

function detailOf({ up, defaultRoute, addresses }: NetworkInterface): string {
  const parts = [up ? null : 'down', defaultRoute ? 'default route' : null, addresses.join(', ') || 'no address'];
  return parts.filter((part) => part !== null).join(' · ');
}

/**
 * What may be chosen: automatic, each interface that this computer has, and what the profile asks for now even when this
 * computer has no such thing (profiles are imported from other computers, and may give a number instead of a name).
 */
export function interfaceChoices(interfaces: readonly NetworkInterface[], current: string | null): readonly Choice[] {
  const choices: Choice[] = [
    { id: NO_INTERFACE, label: 'Automatic', detail: 'the way to the host decides' },
    ...interfaces.map((each) => ({ id: each.name, label: each.name, detail: detailOf(each) })),
  ];
  if (current === null || choices.some((choice) => choice.id === current)) return choices;
  const byNumber = meantInterface(interfaces, current);
  return [
    ...choices,
    {
      id: current,
      label: byNumber === null ? current : `number ${current}`,
      detail: byNumber === null ? 'not on this computer' : `now ${byNumber.name}`,
    },
  ];
}
