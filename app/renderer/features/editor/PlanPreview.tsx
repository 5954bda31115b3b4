import { useMemo } from 'react';
import { say } from '../../../text/say';
import { Card } from '../../components/Card';
import { timelineInWords } from '../run/describe-run';
import { PlanNotes } from '../run/PlanNotes';
import { Timeline } from '../run/Timeline';
import { usePlan } from '../run/use-plan';
import type { ModeDraft } from './mode-forms';
import { planAtOfDraft } from './plan-of-draft';
import { previewSentence } from './preview-sentence';
import styles from './PlanPreview.module.css';

interface Props {
  readonly mode: ModeDraft;
  readonly servicePort: string;
}

export function PlanPreview({ mode, servicePort }: Props) {
  const plan = usePlan(useMemo(() => planAtOfDraft(mode, servicePort), [mode, servicePort]));
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
          <PlanNotes plan={plan} />
          {plan.refusal === null ? null : <p className={styles['refusal']}>{say(plan.refusal.cause)}</p>}
        </>
      )}
    </Card>
  );
}
