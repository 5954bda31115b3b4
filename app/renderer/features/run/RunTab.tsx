import { connectionKnocks } from '../../../domain/plan/knock-plan';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import type { RunState } from '../../../shared/contract';
import { say } from '../../../text/say';
import { text } from '../../../text/text';
import { Card } from '../../components/Card';
import { cx } from '../../components/cx';
import { describeRun, latestTry, planOf, progressLine, timelineInWords } from './describe-run';
import { LogCard } from './LogCard';
import { PlanNotes } from './PlanNotes';
import { PlanRefusal } from './PlanRefusal';
import { RunClock, RunCountdown } from './RunClock';
import { RunFailure } from './RunFailure';
import { useSecondsLeft } from './use-seconds-left';
import { StepList } from './StepList';
import { UsedUp } from './UsedUp';
import { Timeline } from './Timeline';
import styles from './RunTab.module.css';

interface Props {
  readonly profileId: string;
  /** How many of the profile's one-time secrets are used up. */
  readonly used: number;
  /** What the next run would do, as things are now. */
  readonly planned: KnockPlan;
  readonly run: RunState | null;
}

export function RunTab({ profileId, used, planned, run }: Props) {
  const plan = planOf(run, planned);
  const idle = run === null || run.done;
  const description = describeRun(run, plan);
  const events = run?.events ?? [];
  // A connection that is the knock belongs to every run.
  const connects = run === null || run.purpose === 'session' || connectionKnocks(plan);
  return (
    <div className={styles['tab']}>
      {description.error === null || run === null ? null : <RunFailure error={description.error} run={run} />}
      {idle && planned.refusal !== null && description.error?.code !== 'knock-refused' ? (
        <PlanRefusal refusal={planned.refusal} />
      ) : null}
      <Card>
        <div className={styles['state']}>
          <p role="status" aria-label="Run status" className={styles['status']}>
            <b className={cx(styles['word'], styles[description.tone])}>{description.word}</b>{' '}
            <span className={styles['sentence']}>
              {description.sentence}
              {description.moving && description.zeroUnixMs !== null && description.next !== null ? (
                <RunCountdown
                  label={description.next.label}
                  atUnixMs={description.zeroUnixMs + description.next.atMs}
                />
              ) : null}
              {description.beginsUnixMs === null ? null : (
                <RunCountdown label={say(text('run.begins'))} atUnixMs={description.beginsUnixMs} />
              )}
            </span>
          </p>
          <RunClock description={description} />
        </div>
        <Timeline
          plan={plan}
          events={latestTry(events)}
          zeroUnixMs={description.zeroUnixMs}
          moving={description.moving}
          connects={connects}
          words={timelineInWords(plan, description, connects)}
        />
        <p className={styles['line']}>{progressLine(description, plan)}</p>
        <RetryAdvice run={run} />
        {idle ? <PlanNotes plan={planned} /> : null}
        {idle && (planned.spent !== null || used > 0) ? <UsedUp profileId={profileId} used={used} /> : null}
        {description.warnings.map((warning) => (
          <p key={warning} className={styles['warning']}>
            {warning}
          </p>
        ))}
      </Card>
      <div className={styles['columns']}>
        <Card title="Steps" className={styles['column']}>
          <StepList steps={description.steps} />
        </Card>
        <LogCard events={events} className={styles['column']} />
      </div>
    </div>
  );
}

/** Why the big button waits. */
function RetryAdvice({ run }: { readonly run: RunState | null }) {
  const waiting = useSecondsLeft(run?.retryNotBeforeMs ?? 0) > 0;
  if (!waiting) return null;
  return (
    <p className={styles['line']}>
      Wait before the next try: the server may still remember these knocks, and would count them with the new ones.
    </p>
  );
}
