import type { InterfaceInfo } from '../../../shared/contract';
import type { Choice } from '../../components/SelectInput';

/** The choice that leaves it to the routing table. No interface can have this name: it is empty. */
export const NO_INTERFACE = '';

/**
 * What may be chosen: automatic, each interface that this computer has, and what the profile asks for now even when this
 * computer has no such thing (profiles are imported from other computers, and may give a number instead of a name).
 */
export function interfaceChoices(interfaces: readonly InterfaceInfo[], current: string | null): readonly Choice[] {
  const choices: Choice[] = [
    { id: NO_INTERFACE, label: 'Automatic', detail: 'the way to the host decides' },
    ...interfaces.map(({ name, addresses }) => ({
      id: name,
      label: name,
      detail: addresses.join(', ') || 'no address',
    })),
  ];
  if (current === null || choices.some((choice) => choice.id === current)) return choices;
  const byNumber = interfaces.find(({ index }) => String(index) === current);
  return [
    ...choices,
    {
      id: current,
      label: byNumber === undefined ? current : `number ${current}`,
      detail: byNumber === undefined ? 'not on this computer' : `now ${byNumber.name}`,
    },
  ];
}
