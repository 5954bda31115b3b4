import { duration } from '../../../domain/words';
import { cx } from '../../components/cx';
import type { RunStep } from './describe-run';
import styles from './StepList.module.css';

const MARKS: Record<RunStep['state'], { readonly mark: string; readonly words: string }> = {
  done: { mark: '✓', words: 'done' },
  active: { mark: '●', words: 'under way' },
  todo: { mark: '○', words: 'to come' },
  failed: { mark: '×', words: 'failed' },
};

export function StepList({ steps }: { readonly steps: readonly RunStep[] }) {
  return (
    <ol className={styles['steps']} tabIndex={0} aria-label="Steps of the run">
      {steps.map((step, position) => (
        <li
          key={position}
          className={cx(styles['step'], styles[step.state])}
          {...(step.state === 'active' ? { 'aria-current': 'step' as const } : {})}
        >
          <span className={styles['mark']} role="img" aria-label={MARKS[step.state].words}>
            {MARKS[step.state].mark}
          </span>
          <span>
            {step.label}
            {step.detail === null ? null : <small className={styles['detail']}>{step.detail}</small>}
          </span>
          {step.atMs === null ? null : <span className={styles['time']}>{duration(step.atMs)}</span>}
        </li>
      ))}
    </ol>
  );
}
