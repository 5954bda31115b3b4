import type { Settings } from '../../../shared/contract';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { ErrorCard } from '../../components/ErrorCard';
import { Modal } from '../../components/Modal';
import { SelectInput } from '../../components/SelectInput';
import { useApp } from '../../state/mirror';
import { openDialog, showPermissions } from '../../state/ui';
import { useTask } from '../vault/use-task';
import { AgentLog } from './AgentLog';
import { AutoLock } from './AutoLock';
import { Keys } from './Keys';
import styles from './settings.module.css';

/** No terminal has an empty name. */
const AUTOMATIC = '';

export function SettingsDialog() {
  const terminals = useApp((app) => app.info.terminals);
  const settings = useApp((app) => app.settings);
  const { error, run } = useTask();
  const chosen = settings.terminal;
  const first = terminals[0];
  const close = (): void => {
    openDialog(null);
  };
  const change = (part: Partial<Settings>): void => {
    run(async () => {
      await request('settings.save', { ...settings, ...part });
    });
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
      medium
      onClose={close}
      buttons={
        <Button look="primary" onPress={close}>
          Done
        </Button>
      }
    >
      {error === null ? null : <ErrorCard error={error} />}
      <section aria-labelledby="settings-sessions" className={styles['section']}>
        <h3 id="settings-sessions" className={styles['title']}>
          Sessions
        </h3>
        <SelectInput
          label="Terminal"
          value={chosen ?? AUTOMATIC}
          choices={[automatic, ...terminals.map((name) => ({ id: name, label: name })), ...gone]}
          onChange={(id) => {
            change({ terminal: id === AUTOMATIC ? null : id });
          }}
          hint={
            first === undefined
              ? 'No terminal program was found on this computer. Install one, such as xterm, and start the app again.'
              : 'Opens with ssh in it when the big button knocks.'
          }
        />
      </section>
      <section aria-labelledby="settings-permissions" className={styles['section']}>
        <h3 id="settings-permissions" className={styles['title']}>
          Permissions
        </h3>
        <div className={styles['line']}>
          <p className={styles['words']}>
            Which ways of sending knocks work on this computer, and what the others lack.
          </p>
          <Button
            onPress={() => {
              showPermissions(true);
            }}
          >
            Permissions…
          </Button>
        </div>
      </section>
      <AutoLock settings={settings} onChange={change} />
      <Keys />
      <AgentLog />
    </Modal>
  );
}
