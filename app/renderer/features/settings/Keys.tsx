import { useEffect, useRef, useState } from 'react';
import type { ErrorInfo } from '../../../domain/errors';
import type { KeySlot } from '../../../domain/key-slot';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { date } from '../../components/date-words';
import { ErrorCard } from '../../components/ErrorCard';
import { PassphraseInput } from '../../components/PassphraseInput';
import { useApp } from '../../state/mirror';
import { deviceRefusal, removalRefusal, slotName } from '../vault/key-slots';
import { isUsable, NewPassphrase, NO_PASSPHRASE } from '../vault/NewPassphrase';
import { useTask } from '../vault/use-task';
import styles from './settings.module.css';
import { say } from '../../../text/say';

/** What is being done with the keys: one thing at a time. */
type Doing =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'adding' }
  | { readonly kind: 'changing'; readonly slotId: string }
  | { readonly kind: 'removing'; readonly slotId: string };

const NOTHING: Doing = { kind: 'nothing' };

/** The ways into the vault. */
export function Keys() {
  const vault = useApp((app) => app.vault);
  const [doing, setDoing] = useState<Doing>(NOTHING);
  const [done, setDone] = useState('');
  const section = useRef<HTMLElement>(null);
  const { busy, error, run, clear } = useTask();
  if (vault.status !== 'open') return null;
  const { slots, device } = vault;
  const refusal = deviceRefusal(slots, device);
  const wrong = doing.kind === 'changing' && error?.code === 'wrong-passphrase' ? error : null;

  // What has the focus goes from the page here. Left alone, it would jump to the top of the dialog.
  const stop = (): void => {
    section.current?.focus({ preventScroll: true });
    setDoing(NOTHING);
  };
  const perform = (work: () => Promise<unknown>, words: string): void => {
    setDone('');
    run(async () => {
      await work();
      stop();
      setDone(words);
    });
  };
  const begin = (next: Doing): void => {
    setDone('');
    clear();
    setDoing(next);
  };
  return (
    <section ref={section} tabIndex={-1} aria-labelledby="settings-keys" className={styles['section']}>
      <h3 id="settings-keys" className={styles['title']}>
        Keys to the profiles
      </h3>
      <p>Each of these opens all the profiles on this computer.</p>
      {error === null || wrong !== null ? null : <ErrorCard error={error} />}
      <ul className={styles['slots']} aria-label="Keys">
        {slots.map((slot) => (
          <li key={slot.id} className={styles['slot']}>
            <Slot
              slots={slots}
              slot={slot}
              doing={'slotId' in doing && doing.slotId === slot.id ? doing.kind : 'nothing'}
              busy={busy}
              wrong={wrong}
              onDo={(kind) => {
                begin({ kind, slotId: slot.id });
              }}
              onStop={stop}
              onRemove={() => {
                perform(() => request('vault.removeSlot', { slotId: slot.id }), 'The key was removed.');
              }}
              onPassphrase={(passphrase, present) => {
                perform(
                  () => request('vault.changePassphrase', { slotId: slot.id, present, passphrase }),
                  'The passphrase was changed.',
                );
              }}
            />
          </li>
        ))}
      </ul>
      {doing.kind === 'adding' ? (
        <PassphraseForm
          action="Add"
          busy={busy}
          onStop={stop}
          onPassphrase={(passphrase) => {
            perform(() => request('vault.addPassphrase', { passphrase }), 'The passphrase was added.');
          }}
        />
      ) : (
        <div className={styles['adding']}>
          <Button
            disabled={busy}
            onPress={() => {
              begin({ kind: 'adding' });
            }}
          >
            Add passphrase
          </Button>
          <Button
            disabled={busy || refusal !== null}
            onPress={() => {
              perform(() => request('vault.addDevice', {}), 'This device’s keyring was added.');
            }}
          >
            Add this device
          </Button>
          {refusal === null ? null : <span className={styles['reason']}>{refusal}</span>}
        </div>
      )}
      <p role="status" aria-label="Result" className={styles['done']}>
        {done}
      </p>
    </section>
  );
}

interface SlotProps {
  readonly slots: readonly KeySlot[];
  readonly slot: KeySlot;
  readonly doing: 'nothing' | 'changing' | 'removing';
  readonly busy: boolean;
  /** The present passphrase was another one. */
  readonly wrong: ErrorInfo | null;
  readonly onDo: (kind: 'changing' | 'removing') => void;
  readonly onStop: () => void;
  readonly onRemove: () => void;
  readonly onPassphrase: (passphrase: string, present: string) => void;
}

function Slot({ slots, slot, doing, busy, wrong, onDo, onStop, onRemove, onPassphrase }: SlotProps) {
  const name = slotName(slots, slot);
  const refusal = removalRefusal(slots, slot);
  if (doing === 'changing')
    return <PassphraseForm action="Change" busy={busy} wrong={wrong} onStop={onStop} onPassphrase={onPassphrase} />;
  if (doing === 'removing')
    return (
      // A key of its own, or React would make these buttons of the ones before, with the focus that they had.
      <div key="removing" className={styles['line']}>
        <p className={styles['words']}>
          <b>Remove {name.toLowerCase()}?</b> It will not open the profiles any more.
        </p>
        <Button look="danger" disabled={busy} onPress={onRemove}>
          Remove key
        </Button>
        {/* Where Remove was: the second half of a double click changes nothing. */}
        <Button autoFocus onPress={onStop}>
          Keep
        </Button>
      </div>
    );
  return (
    <>
      <div className={styles['line']}>
        <p className={styles['words']}>
          <b>{name}</b>{' '}
          <span>
            {slot.backend === null ? '' : `${slot.backend}, `}since {date(slot.createdUnixMs)}
          </span>
        </p>
        {slot.kind === 'passphrase' ? (
          <Button
            disabled={busy}
            label={`Change ${name.toLowerCase()}`}
            onPress={() => {
              onDo('changing');
            }}
          >
            Change
          </Button>
        ) : null}
        <Button
          disabled={busy || refusal !== null}
          label={`Remove ${name.toLowerCase()}`}
          onPress={() => {
            onDo('removing');
          }}
        >
          Remove
        </Button>
      </div>
      {refusal === null ? null : <p className={styles['reason']}>{refusal}</p>}
    </>
  );
}

interface PassphraseFormProps {
  readonly action: 'Add' | 'Change';
  readonly busy: boolean;
  readonly wrong?: ErrorInfo | null;
  readonly onStop: () => void;
  /** @param present empty where the action does not ask for it */
  readonly onPassphrase: (passphrase: string, present: string) => void;
}

/** What is typed stays until it is done: one wrong word costs nobody the others. */
function PassphraseForm({ action, busy, wrong = null, onStop, onPassphrase }: PassphraseFormProps) {
  const [passphrase, setPassphrase] = useState(NO_PASSPHRASE);
  const [present, setPresent] = useState('');
  const [shown, setShown] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const asksPresent = action === 'Change';
  const missing = asksPresent && present === '';

  // Ready to be typed over.
  useEffect(() => {
    if (wrong === null) return;
    input.current?.focus();
    input.current?.select();
  }, [wrong]);

  const wrongWords = wrong === null ? null : `${say(wrong.title)}. ${say(wrong.steps[0] ?? '')}`;
  return (
    <form
      className={styles['form']}
      aria-label={`${action} passphrase`}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy) return;
        if (missing || !isUsable(passphrase)) {
          setPassphrase({ ...passphrase, tried: true });
          return;
        }
        onPassphrase(passphrase.first, present);
      }}
    >
      {asksPresent ? (
        <PassphraseInput
          label="Present passphrase"
          value={present}
          onChange={setPresent}
          inputRef={input}
          shown={shown}
          onShow={setShown}
          problem={passphrase.tried && missing ? 'Type the present passphrase.' : wrongWords}
          readOnly={busy}
          autoFocus
        />
      ) : null}
      <NewPassphrase
        state={passphrase}
        onChange={setPassphrase}
        label="New passphrase"
        readOnly={busy}
        autoFocus={!asksPresent}
      />
      <div className={styles['adding']}>
        <Button look="primary" submit disabled={busy}>
          {action === 'Add' ? 'Add passphrase' : 'Change passphrase'}
        </Button>
        <Button onPress={onStop}>Cancel</Button>
        <span role="status" aria-label="Progress">
          {busy ? 'Encrypting…' : ''}
        </span>
      </div>
    </form>
  );
}
