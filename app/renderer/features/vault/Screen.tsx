import type { ReactNode } from 'react';
import { DoorGlyph } from '../profiles/DoorGlyph';
import styles from './Screen.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** What the window shows while the vault is not open: one thing to do, in the middle. */
export function Screen({ title, children }: Props) {
  return (
    <main className={styles['screen']}>
      <div className={styles['column']}>
        <span className={styles['picture']}>
          <DoorGlyph />
        </span>
        <h1 className={styles['title']}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
