import { Button } from '../../components/Button';
import { Modal } from '../../components/Modal';
import { keepBoth, saveMine, takeTheirs, useUi } from '../../state/ui';
import { differences } from './differences';
import styles from './ConflictDialog.module.css';

/** Asks which version to keep when another program has saved the profile since the editor loaded it. */
export function ConflictDialog() {
  const conflict = useUi((ui) => ui.conflict);
  if (conflict === null) return null;
  const { mine, theirs } = conflict;
  const found = theirs === null ? [] : differences(mine, theirs);
  return (
    <Modal
      role="alertdialog"
      title={
        theirs === null ? `“${mine.name}” was deleted elsewhere` : `“${mine.name}” was changed elsewhere meanwhile`
      }
      medium
      onClose={keepBoth}
      buttons={
        <>
          <Button autoFocus onPress={keepBoth}>
            Keep editing
          </Button>
          <Button onPress={takeTheirs}>Take theirs</Button>
          <Button look="primary" onPress={saveMine}>
            Save mine over it
          </Button>
        </>
      }
    >
      <p>
        {theirs === null
          ? 'Another program deleted this profile while you were editing it. Yours can be saved as it stands here, or given up.'
          : found.length === 0
            ? 'Another program saved it while you were editing. Both versions look the same.'
            : 'Another program saved it while you were editing. Only one of the two versions can be kept.'}
      </p>
      {found.length === 0 ? null : (
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Mine</th>
              <th scope="col">Theirs</th>
            </tr>
          </thead>
          <tbody>
            {found.map((part) => (
              <tr key={part.label}>
                <th scope="row">{part.label}</th>
                <td>{part.mine}</td>
                <td>{part.theirs}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Modal>
  );
}
