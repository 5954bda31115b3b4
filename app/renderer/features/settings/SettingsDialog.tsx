import { attempt, request } from '../../client';
import { Button } from '../../components/Button';
import { Modal } from '../../components/Modal';
import { SelectInput } from '../../components/SelectInput';
import { useApp } from '../../state/mirror';
import { openDialog, showFailure } from '../../state/ui';

/** No terminal has an empty name. */
const AUTOMATIC = '';

export function SettingsDialog() {
  const terminals = useApp((app) => app.info.terminals);
  const chosen = useApp((app) => app.settings.terminal);
  const first = terminals[0];
  const close = (): void => {
    openDialog(null);
  };
  const automatic = {
    id: AUTOMATIC,
    label: 'Automatic',
    detail: first === undefined ? 'none was found' : `now ${first}`,
  };
  // A terminal that was chosen and has gone since stays on show, so that it is clear why it does not start.
  const gone =
    chosen !== null && !terminals.includes(chosen) ? [{ id: chosen, label: chosen, detail: 'not found' }] : [];
  return (
    <Modal
      title="Settings"
      onClose={close}
      buttons={
        <Button look="primary" onPress={close}>
          Done
        </Button>
      }
    >
      <SelectInput
        label="Terminal"
        value={chosen ?? AUTOMATIC}
        choices={[automatic, ...terminals.map((name) => ({ id: name, label: name })), ...gone]}
        onChange={(id) => {
          attempt(async () => {
            await request('settings.save', { terminal: id === AUTOMATIC ? null : id });
          }, showFailure);
        }}
        hint={
          first === undefined
            ? 'No terminal program was found on this computer. Install one, such as xterm, and start the app again.'
            : 'Opens with ssh in it when the big button knocks.'
        }
      />
    </Modal>
  );
}
