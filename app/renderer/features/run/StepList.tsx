import { useEffect, useRef } from 'react';
import { duration } from '../../../text/words';
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
  const list = useRef<HTMLOListElement>(null);
  const active = steps.findIndex((step) => step.state === 'active' || step.state === 'failed');
  useEffect(() => {
    const element = list.current;
    const item = element?.children[active];
    if (element === null || !(item instanceof HTMLElement)) return;
    // Only the list scrolls: scrollIntoView would move the page as well.
    const below = item.offsetTop + item.offsetHeight - (element.scrollTop + element.clientHeight);
    if (below > 0) element.scrollTop += below + item.offsetHeight;
    else if (item.offsetTop < element.scrollTop) element.scrollTop = item.offsetTop;
  }, [active]);
  return (
    <ol ref={list} className={styles['steps']} tabIndex={0} aria-label="Steps of the run">
      {steps.map((step, position) => (
        <li
          key={position}
          className={cx(styles['step'], styles[step.state])}
          {...(step.state === 'active' ? { 'aria-current': 'step' as const } : {})}
        >
          <span className={styles['mark']} role="img" aria-label={MARKS[step.state].words}>
            {MARKS[step.state].mark}
          </span>
          <span className={styles['words']}>
            <span>{step.label}</span>
            {step.detail === null ? null : <small className={styles['detail']}>{step.detail}</small>}
          </span>
          {step.atMs === null ? null : <span className={styles['time']}>{duration(step.atMs)}</span>}
        </li>
      ))}
    </ol>
  );
}
