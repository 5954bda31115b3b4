import { useEffect, useEffectEvent } from 'react';
import { Keyboard } from 'react-aria-components';
import { Button } from '../../components/Button';
import { showBar, undoRemove, useUi } from '../../state/ui';
import styles from './BottomBar.module.css';

const SHOWN_MS = 10_000;

/** Says for a while what was just done, and offers the way back where there is one. */
export function BottomBar() {
  const bar = useUi((ui) => ui.bar);
  const undoable = bar?.kind === 'deleted';
  useEffect(() => {
    if (bar === null) return;
    const timer = setTimeout(() => {
      showBar(null);
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [bar]);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!undoable || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'z') return;
    // In a text field the same keys take back what was typed there.
    if (event.target instanceof Element && event.target.matches('input, textarea')) return;
    event.preventDefault();
    undoRemove();
  });
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <div className={styles['place']}>
      <div role="status" aria-label="Notice" className={styles['status']}>
        {bar === null ? null : (
          <div className={styles['bar']}>
            <span className={styles['words']}>{bar.kind === 'note' ? bar.text : `Deleted “${bar.name}”`}</span>
            {undoable ? (
              <Button look="plain" onPress={undoRemove}>
                Undo
                <Keyboard className={styles['key']} aria-hidden="true">
                  Ctrl Z
                </Keyboard>
              </Button>
            ) : null}
            <Button
              look="quiet"
              label="Close notice"
              onPress={() => {
                showBar(null);
              }}
            >
              ×
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
