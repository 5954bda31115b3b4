import { count } from '../../../text/words';
import type { Choice } from '../../components/SelectInput';

export const NEVER = 'never';

const MINUTES = [1, 5, 15, 60] as const;

/** The choices for auto-lock. A time that was set in another way stays on show. */
export function lockChoices(now: number | null): readonly Choice[] {
  const minutes =
    now === null || MINUTES.some((one) => one === now) ? MINUTES : [...MINUTES, now].sort((a, b) => a - b);
  return [
    { id: NEVER, label: 'Never' },
    ...minutes.map((one) => ({ id: String(one), label: one === 60 ? '1 hour' : count(one, 'minute') })),
  ];
}

/** What a choice means for the settings. */
export function minutesOf(id: string): number | null {
  return id === NEVER ? null : Number(id);
}
