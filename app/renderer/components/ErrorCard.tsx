import type { ReactNode } from 'react';
import type { ErrorInfo } from '../../domain/errors';
import { cx } from './cx';
import styles from './ErrorCard.module.css';
import { say } from '../../text/say';

interface Props {
  readonly error: ErrorInfo;
  /** `warn` for what is worth knowing but stops nobody. */
  readonly tone?: 'bad' | 'warn';
  /** Buttons that help, if there are any. */
  readonly children?: ReactNode;
}

/** A failure: what, why, and what to do next. */
export function ErrorCard({ error, tone = 'bad', children }: Props) {
  return (
    <section className={cx(styles['card'], tone === 'warn' && styles['warn'])} role="alert">
      <div className={styles['words']}>
        <h2 className={styles['title']}>{say(error.title)}</h2>
        <p>{say(error.cause)}</p>
        {error.steps.length === 0 ? null : (
          <ol className={cx(styles['steps'], error.steps.length === 1 && styles['one'])}>
            {error.steps.map(say).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        )}
      </div>
      {children === undefined ? null : <div className={styles['buttons']}>{children}</div>}
    </section>
  );
}
