import type { ReactNode } from 'react';
import styles from './PageHeader.module.css';

interface Props {
  readonly title: string;
  readonly summary: string;
  readonly action: ReactNode;
}

export function PageHeader({ title, summary, action }: Props) {
  return (
    <header className={styles['header']}>
      <div className={styles['words']}>
        <h1 className={styles['title']} title={title}>
          {title}
        </h1>
        <p className={styles['summary']} title={summary}>
          {summary}
        </p>
      </div>
      {action}
    </header>
  );
}
