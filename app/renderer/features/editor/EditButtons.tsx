import { Button } from '../../components/Button';
import { useShortcut } from '../../components/use-shortcut';
import { dropNewProfile, hasUnsavedChanges, revert, save } from '../../state/ui';
import type { Editing } from '../../state/ui';
import styles from './EditButtons.module.css';

export function EditButtons({ editing }: { readonly editing: Editing }) {
  const unsaved = hasUnsavedChanges(editing);
  useShortcut('s', () => {
    save();
  });
  return (
    <div className={styles['buttons']}>
      {editing.loaded === null ? (
        <Button look="quiet" onPress={dropNewProfile}>
          Discard
        </Button>
      ) : (
        <Button look="quiet" disabled={!unsaved} onPress={revert}>
          Revert
        </Button>
      )}
      <Button
        look="primary"
        big
        disabled={!unsaved && editing.loaded !== null}
        onPress={() => {
          save();
        }}
      >
        Save
      </Button>
    </div>
  );
}
