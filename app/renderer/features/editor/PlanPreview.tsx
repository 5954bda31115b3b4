import { check } from '../../../domain/fields';
import { modeSchema, planKnock } from '../../../domain/modes/registry';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { Card } from '../../components/Card';
import { timelineInWords } from '../run/describe-run';
import { Timeline } from '../run/Timeline';
import { typedNumber } from './mode-form';
import { modeInput } from './mode-forms';
import type { ModeDraft } from './mode-forms';
import { previewSentence } from './preview-sentence';
import styles from './PlanPreview.module.css';

interface Props {
  readonly mode: ModeDraft;
  readonly servicePort: string;
}

/** The plan of what is typed, as soon as the mode's own part of it is right. */
function planOfDraft(mode: ModeDraft, servicePort: string): KnockPlan | null {
  const checked = check(modeSchema, modeInput(mode));
  const port = typedNumber(servicePort);
  const valid = typeof port === 'number' && port >= 1 && port <= 65535;
  return checked.ok && valid ? planKnock(checked.value, { servicePort: port }) : null;
}

export function PlanPreview({ mode, servicePort }: Props) {
  const plan = planOfDraft(mode, servicePort);
  return (
    <Card title="What will be sent">
      {plan === null ? (
        <p className={styles['missing']}>
          The timeline appears here as soon as the knock and the service port are right.
        </p>
      ) : (
        <>
          <Timeline
            plan={plan}
            events={[]}
            zeroUnixMs={null}
            moving={false}
            connects
            words={timelineInWords(plan, null)}
          />
          <p className={styles['sentence']}>{previewSentence(plan)}</p>
        </>
      )}
    </Card>
  );
}
