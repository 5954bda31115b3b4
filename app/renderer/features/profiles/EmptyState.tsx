import { Button } from '../../components/Button';
import { importChosen } from '../../state/transfer';
import { newProfileDraft, select } from '../../state/ui';
import { DoorGlyph } from './DoorGlyph';
import styles from './EmptyState.module.css';

export function EmptyState() {
  return (
    <div className={styles['empty']}>
      <span className={styles['picture']}>
        <DoorGlyph />
      </span>
      <h1 className={styles['title']}>No profiles yet</h1>
      <p className={styles['sentence']}>
        A profile holds where a hidden server is and the secret knock that opens its door; make one, or bring in the
        settings that you have.
      </p>
      <div className={styles['buttons']}>
        <Button look="primary" big onPress={newProfileDraft}>
          New profile
        </Button>
        <Button big onPress={importChosen}>
          Import knocksettings.txt
        </Button>
        <Button
          big
          onPress={() => {
            select({ kind: 'practice' });
          }}
        >
          Try the practice door
        </Button>
      </div>
      <p className={styles['hint']}>Files can also be dropped anywhere on this window.</p>
    </div>
  );
}
