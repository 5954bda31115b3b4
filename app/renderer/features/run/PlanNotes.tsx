import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import styles from './PlanNotes.module.css';

/** What is worth knowing before this knock. */
export function PlanNotes({ plan }: { readonly plan: KnockPlan }) {
  return plan.notes.map(say).map((note) => (
    <p key={note} className={styles['note']}>
      {note}
    </p>
  ));
}
