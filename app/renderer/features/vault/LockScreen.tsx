import { useEffect, useRef, useState } from 'react';
import { toErrorInfo } from '../../../domain/errors';
import type { ErrorInfo } from '../../../domain/errors';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { ErrorCard } from '../../components/ErrorCard';
import { PassphraseInput } from '../../components/PassphraseInput';
import { Screen } from './Screen';
import { useTask } from './use-task';
import styles from './Screen.module.css';
import { say } from '../../../text/say';

interface Props {
  readonly deviceUnlock: boolean;
  readonly notice: ErrorInfo | null;
}

export function LockScreen({ deviceUnlock, notice }: Props) {
  const [shown, setShown] = useState(false);
  const [missing, setMissing] = useState(false);
  const [asked, setAsked] = useState<'passphrase' | 'device'>('passphrase');
  const input = useRef<HTMLInputElement>(null);
  const { busy, error, run } = useTask();
  const wrong = error?.code === 'wrong-passphrase' ? error : null;

  // A frame later than `autoFocus` would: a dialog that was open when the vault was locked holds on to the focus till then.
  useEffect(() => {
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => {
      cancelAnimationFrame(frame);
    };
  }, []);

  // Ready to be typed over.
  useEffect(() => {
    if (wrong === null) return;
    input.current?.focus();
    input.current?.select();
  }, [wrong]);

  const unlock = (): void => {
    const field = input.current;
    if (field === null || busy) return;
    setMissing(field.value === '');
    if (field.value === '') {
      field.focus();
      return;
    }
    setAsked('passphrase');
    run(() => unlockWith(field));
  };
  const problem = missing
    ? 'Type your passphrase.'
    : wrong === null
      ? null
      : `${say(wrong.title)}. ${say(wrong.steps[0] ?? '')}`;
  return (
    <Screen title="Unlock your profiles">
      {notice === null ? null : <ErrorCard error={notice} tone="warn" />}
      {error === null || wrong !== null ? null : <ErrorCard error={error} />}
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          unlock();
        }}
      >
        <PassphraseInput
          label="Passphrase"
          inputRef={input}
          shown={shown}
          onShow={setShown}
          problem={problem}
          readOnly={busy}
        />
        <div className={styles['buttons']}>
          <Button look="primary" big submit disabled={busy}>
            Unlock
          </Button>
          {deviceUnlock ? (
            <Button
              big
              disabled={busy}
              onPress={() => {
                setMissing(false);
                setAsked('device');
                run(async () => {
                  await request('vault.unlockWithDevice', {});
                });
              }}
            >
              Unlock with this device
            </Button>
          ) : null}
        </div>
        <p role="status" aria-label="Progress" className={styles['busy']}>
          {!busy
            ? ''
            : asked === 'device'
              ? 'Asking this device’s keyring…'
              : 'Checking the passphrase. This takes a moment on purpose: it makes guessing slow.'}
        </p>
      </form>
    </Screen>
  );
}

/** A wrong passphrase stays in the field, to be corrected; after any other answer it is gone. */
async function unlockWith(field: HTMLInputElement): Promise<void> {
  try {
    await request('vault.unlock', { passphrase: field.value });
    field.value = '';
  } catch (thrown) {
    if (toErrorInfo(thrown).code !== 'wrong-passphrase') field.value = '';
    throw thrown;
  }
}
