import { useId, useMemo, useState } from 'react';
import { Button } from '../../components/Button';
import { CheckboxInput } from '../../components/CheckboxInput';
import { ErrorCard } from '../../components/ErrorCard';
import { Modal } from '../../components/Modal';
import { useCapped } from '../../components/use-capped';
import { useApp } from '../../state/mirror';
import { endExport, exportBundle, exportSettings } from '../../state/transfer';
import { useUi } from '../../state/ui';
import type { Exporting } from '../../state/ui';
import { filterProfiles } from '../profiles/filter-profiles';
import { isUsable, NewPassphrase, NO_PASSPHRASE } from '../vault/NewPassphrase';
import { useTask } from '../vault/use-task';
import styles from './transfer.module.css';

export function ExportDialog() {
  const exporting = useUi((ui) => ui.exporting);
  if (exporting === null) return null;
  return exporting.kind === 'settings' ? <InTheClear exporting={exporting} /> : <Bundle exporting={exporting} />;
}

function InTheClear({ exporting }: { readonly exporting: Exporting }) {
  return (
    <Modal
      role="alertdialog"
      title={`Export “${exporting.name}” in the clear?`}
      onClose={endExport}
      buttons={
        <>
          <Button autoFocus onPress={endExport}>
            Cancel
          </Button>
          <Button
            look="danger"
            onPress={() => {
              exportSettings(exporting);
            }}
          >
            Export in the clear
          </Button>
        </>
      }
    >
      <p>
        A knocksettings.txt is not encrypted. Whoever can read the file has the secret knock and can open the door:
        other programs and people on this computer, and every backup and sync service that copies it.
      </p>
      <p>To bring profiles to another computer, export an encrypted bundle.</p>
    </Modal>
  );
}

function Bundle({ exporting }: { readonly exporting: Exporting }) {
  const profiles = useApp((app) => app.profiles);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set([exporting.id]));
  const [passphrase, setPassphrase] = useState(NO_PASSPHRASE);
  const form = useId();
  const { busy, error, run } = useTask();
  const found = useMemo(() => filterProfiles(profiles, search), [profiles, search]);
  // The one that was on the page comes first, so that it is seen to be ticked.
  const sorted = useMemo(
    () => [...found.filter(({ id }) => id === exporting.id), ...found.filter(({ id }) => id !== exporting.id)],
    [found, exporting.id],
  );
  const { shown, rest, showMore } = useCapped(sorted);
  // Main may have taken one away since it was ticked.
  const ids = profiles.filter(({ id }) => chosen.has(id)).map(({ id }) => id);

  const tick = (some: readonly string[], ticked: boolean): void => {
    const next = new Set(chosen);
    for (const id of some) {
      if (ticked) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const begin = (): void => {
    if (busy || ids.length === 0) return;
    if (!isUsable(passphrase)) {
      setPassphrase({ ...passphrase, tried: true });
      return;
    }
    setPassphrase(NO_PASSPHRASE);
    run(async () => {
      if (await exportBundle(ids, passphrase.first)) endExport();
    });
  };
  return (
    <Modal
      title="Export an encrypted bundle"
      medium
      onClose={endExport}
      buttons={
        <>
          <p role="status" aria-label="Progress" className={styles['busy']}>
            {busy ? 'Encrypting…' : ''}
          </p>
          <Button onPress={endExport}>Cancel</Button>
          <Button look="primary" submit form={form} disabled={busy || ids.length === 0}>
            {ids.length === 1 ? 'Export 1 profile' : `Export ${ids.length} profiles`}
          </Button>
        </>
      }
    >
      {error === null ? null : <ErrorCard error={error} />}
      <p>A bundle brings profiles to another computer. It has a passphrase of its own, which is asked for there.</p>
      <fieldset className={styles['set']}>
        <legend className={styles['legend']}>Profiles</legend>
        <div className={styles['tools']}>
          <input
            type="search"
            className={styles['filter']}
            aria-label="Filter profiles"
            placeholder="Filter"
            value={search}
            spellCheck={false}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
          <Button
            onPress={() => {
              tick(
                found.map(({ id }) => id),
                true,
              );
            }}
          >
            All
          </Button>
          <Button
            onPress={() => {
              tick(
                found.map(({ id }) => id),
                false,
              );
            }}
          >
            None
          </Button>
        </div>
        <ul className={styles['list']} aria-label="Profiles to export">
          {shown.map(({ id, name, host }) => (
            <li key={id} className={styles['short']}>
              <CheckboxInput
                checked={chosen.has(id)}
                onChange={(ticked) => {
                  tick([id], ticked);
                }}
              >
                <b>{name}</b> <span className={styles['dim']}>{host}</span>
              </CheckboxInput>
            </li>
          ))}
          {rest === 0 ? null : (
            <li className={styles['short']}>
              <Button onPress={showMore}>Show more ({rest} left)</Button>
            </li>
          )}
          {shown.length === 0 ? <li className={styles['short']}>No profile matches.</li> : null}
        </ul>
      </fieldset>
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <NewPassphrase state={passphrase} onChange={setPassphrase} label="Passphrase of the bundle" readOnly={busy} />
      </form>
    </Modal>
  );
}
