import { useId } from 'react';
import type { ReactNode } from 'react';
import { cx } from './cx';
import styles from './Card.module.css';

interface Props {
  readonly title?: string;
  readonly children: ReactNode;
  /** Stands at the right of the title. */
  readonly extra?: ReactNode;
  readonly className?: string | undefined;
}

export function Card({ title, children, extra, className }: Props) {
  const id = useId();
  if (title === undefined) return <div className={cx(styles['card'], className)}>{children}</div>;
  return (
    <section className={cx(styles['card'], className)} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id} className={styles['title']}>
          {title}
        </h2>
        {extra === undefined ? null : <div className={styles['extra']}>{extra}</div>}
      </div>
      {children}
    </section>
  );
}
