import { useState } from 'react';
import type { DeviceKeyState } from '../../../shared/contract';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { CheckboxInput } from '../../components/CheckboxInput';
import { ErrorCard } from '../../components/ErrorCard';
import { deviceHint } from './key-slots';
import { isUsable, NewPassphrase, NO_PASSPHRASE } from './NewPassphrase';
import { Screen } from './Screen';
import { useTask } from './use-task';
import styles from './Screen.module.css';

export function FirstRunScreen({ device }: { readonly device: DeviceKeyState }) {
  const [passphrase, setPassphrase] = useState(NO_PASSPHRASE);
  const [withDevice, setWithDevice] = useState(false);
  const { busy, error, run } = useTask();
  const create = (): void => {
    if (busy) return;
    if (!isUsable(passphrase)) {
      setPassphrase({ ...passphrase, tried: true });
      return;
    }
    setPassphrase(NO_PASSPHRASE);
    run(async () => {
      await request('vault.create', { passphrase: passphrase.first, device: withDevice });
    });
  };
  return (
    <Screen title="Choose a passphrase">
      <p className={styles['sentence']}>
        Your knock profiles are secrets, and are kept encrypted on this computer. This passphrase opens them, here and
        on the command line.
      </p>
      {error === null ? null : <ErrorCard error={error} />}
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <NewPassphrase state={passphrase} onChange={setPassphrase} readOnly={busy} autoFocus />
        <CheckboxInput
          checked={withDevice}
          onChange={setWithDevice}
          disabled={!device.usable}
          hint={deviceHint(device)}
        >
          Also unlock with this device’s keyring
        </CheckboxInput>
        <p>
          <b>A lost passphrase cannot be recovered.</b>{' '}
          <span className={styles['sentence']}>
            Nobody can reset it, and without it the profiles stay shut. Keep it in a safe place.
          </span>
        </p>
        <div className={styles['buttons']}>
          <Button look="primary" big submit disabled={busy}>
            Create encrypted store
          </Button>
          <p role="status" aria-label="Progress" className={styles['busy']}>
            {busy ? 'Encrypting…' : ''}
          </p>
        </div>
      </form>
    </Screen>
  );
}
