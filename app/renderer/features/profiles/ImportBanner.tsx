import type { ImportOutcome } from '../../../shared/contract';
import { Button } from '../../components/Button';
import { closeImport } from '../../state/transfer';
import styles from './ImportBanner.module.css';
import { say } from '../../../text/say';

export function ImportBanner({ outcome }: { readonly outcome: ImportOutcome }) {
  const { imported, failed } = outcome;
  const remarked = imported.filter((entry) => entry.remarks.length > 0);
  return (
    <section className={styles['banner']} aria-label="Import result" aria-live="polite">
      <div className={styles['words']}>
        <h2 className={styles['title']}>
          Imported {imported.length} of {imported.length + failed.length}
        </h2>
        <ul className={styles['list']}>
          {failed.map(({ file, error }, position) => (
            <li key={`${file} ${position}`}>
              <b>{file}</b>: <span className={styles['failed']}>{say(error.title)}.</span> {say(error.cause)}
            </li>
          ))}
          {remarked.map(({ id, name, remarks }) => (
            <li key={id}>
              <b>{name}</b>: {remarks.map(say).join(' ')}
            </li>
          ))}
        </ul>
      </div>
      <Button look="quiet" label="Close import result" onPress={closeImport}>
        ×
      </Button>
    </section>
  );
}
