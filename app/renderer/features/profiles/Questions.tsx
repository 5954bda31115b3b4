import { Button } from '../../components/Button';
import { Modal } from '../../components/Modal';
import { leaveWithoutSaving, saveAndLeave, stay, useUi } from '../../state/ui';

/** The questions that stand between a person and the loss of something. */
export function Questions() {
  const leaving = useUi((ui) => ui.leaving);
  const name = useUi((ui) => ui.editing?.base.name ?? '');
  if (leaving === null) return null;
  return (
    <Modal
      role="alertdialog"
      title={name === '' ? 'Save the new profile?' : `Save the changes to “${name}”?`}
      onClose={stay}
      buttons={
        <>
          <Button onPress={leaveWithoutSaving}>Discard changes</Button>
          <Button onPress={stay}>Keep editing</Button>
          <Button look="primary" autoFocus onPress={saveAndLeave}>
            Save changes
          </Button>
        </>
      }
    >
      <p>What was typed is not saved yet.</p>
    </Modal>
  );
}
