import { useEffect, useRef } from 'react';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import { Card } from '../../components/Card';
import { CopyButton } from '../../components/CopyButton';
import { cx } from '../../components/cx';
import { logLine, logText } from './log-lines';
import styles from './LogCard.module.css';

interface Props {
  readonly events: readonly KnockEvent[];
  readonly className: string | undefined;
}

/** How near to the end the log has to stand, in pixels, to go on following it. */
const NEAR_END = 24;

export function LogCard({ events, className }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);

  useEffect(() => {
    const element = box.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  }, [events]);

  return (
    <Card title="Log" className={className} extra={<CopyButton text={logText(events)} label="Copy log" />}>
      <div
        ref={box}
        className={styles['log']}
        role="log"
        aria-live="off"
        aria-label="Log of the run"
        tabIndex={0}
        onScroll={({ currentTarget: element }) => {
          follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
        }}
      >
        {events.length === 0 ? <p className={styles['empty']}>Nothing yet.</p> : null}
        {events.map((event, position) => {
          const line = logLine(event);
          return (
            <div key={position} className={cx(styles['line'], styles[line.tone])}>
              <span className={styles['time']}>{line.time}</span>
              <span>{line.text}</span>
              <span className={styles['offset']} title={line.timing}>
                {line.offset}
              </span>
            </div>
          );
        })}
      </div>
    </Card>
  );
}
