import type { DragEvent, ReactNode } from 'react';
import { DoorGlyph } from '../profiles/DoorGlyph';
import styles from './Screen.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

function refuse(event: DragEvent): void {
  event.preventDefault();
  event.dataTransfer.dropEffect = 'none';
}

/** What the window shows while the vault is not open: one thing to do, in the middle. */
export function Screen({ title, children }: Props) {
  return (
    // A file that is dropped here would otherwise take the app's place in the window.
    <main className={styles['screen']} onDragOver={refuse} onDrop={refuse}>
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
