import type { ErrorInfo } from '../../../domain/errors';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { ErrorCard } from '../../components/ErrorCard';
import { dateAndTime } from '../../components/date-words';
import { Screen } from './Screen';
import { useTask } from './use-task';
import styles from './Screen.module.css';

interface Props {
  readonly error: ErrorInfo;
  /** In milliseconds since 1970; null: there is no backup. Offered for damage only: it mends nothing else. */
  readonly backupUnixMs: number | null;
}

export function DamagedScreen({ error, backupUnixMs }: Props) {
  const task = useTask();
  return (
    <Screen title="The profiles cannot be opened">
      <ErrorCard error={error} />
      {task.error === null ? null : <ErrorCard error={task.error} />}
      {error.code !== 'vault-damaged' ? null : backupUnixMs === null ? (
        <p className={styles['sentence']}>There is no backup that could be used.</p>
      ) : (
        <>
          <p className={styles['sentence']}>
            The backup is the store as it was one save earlier. What was changed after {dateAndTime(backupUnixMs)} is
            not in it. The damaged file is kept under another name.
          </p>
          <div className={styles['buttons']}>
            <Button
              look="primary"
              big
              autoFocus
              disabled={task.busy}
              onPress={() => {
                task.run(async () => {
                  await request('vault.restoreBackup', {});
                });
              }}
            >
              Restore the backup of {dateAndTime(backupUnixMs)}
            </Button>
          </div>
        </>
      )}
      <div className={styles['buttons']}>
        <Button
          big
          disabled={task.busy}
          onPress={() => {
            task.run(async () => {
              await request('vault.look', {});
            });
          }}
        >
          Look again
        </Button>
      </div>
    </Screen>
  );
}
