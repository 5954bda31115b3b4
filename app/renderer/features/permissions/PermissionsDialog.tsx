import { Fragment, useEffect, useId } from 'react';
import type { TransportState } from '../../../domain/plan/transport';
import { say } from '../../../text/say';
import { Button } from '../../components/Button';
import { CopyButton } from '../../components/CopyButton';
import { cx } from '../../components/cx';
import { ErrorCard } from '../../components/ErrorCard';
import { Modal } from '../../components/Modal';
import { checkTransports, useTransports } from '../../state/transports';
import { showPermissions } from '../../state/ui';
import { resultSentence, TRANSPORT_WORDS } from './transport-words';
import styles from './PermissionsDialog.module.css';

/** Which transports work on this computer, why the others do not, and what mends them. */
export function PermissionsDialog() {
  const { states, checking, error } = useTransports();
  useEffect(checkTransports, []);
  const close = (): void => {
    showPermissions(false);
  };
  return (
    <Modal
      title="Permissions"
      medium
      onClose={close}
      buttons={
        <>
          <Button onPress={checkTransports}>Check again</Button>
          <Button look="primary" onPress={close}>
            Done
          </Button>
        </>
      }
    >
      <p>
        A knock leaves this computer by the way that needs the least privilege. Only a knock from a chosen interface or
        source MAC needs the helper or libpcap, and a connection whose own SYN is the knock needs the helper.
      </p>
      <p role="status" aria-label="Result" className={styles['result']}>
        {checking ? 'Checking…' : states === null ? '' : resultSentence(states)}
      </p>
      {error === null || checking ? null : <ErrorCard error={error} />}
      {states === null ? (
        checking ? (
          <div className={styles['waiting']} aria-hidden="true" />
        ) : null
      ) : (
        <ul aria-label="Transports" aria-busy={checking} className={cx(styles['list'], checking && styles['old'])}>
          {states.map((state) => (
            <TransportRow key={state.name} state={state} />
          ))}
        </ul>
      )}
    </Modal>
  );
}

function TransportRow({ state: { name, works, detail, fix } }: { readonly state: TransportState }) {
  const id = useId();
  const words = TRANSPORT_WORDS[name];
  return (
    <li className={styles['row']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h3 id={id} className={styles['name']}>
          {words.name}
        </h3>
        <span className={styles['purpose']}>{words.purpose}</span>
        <b className={cx(styles['mark'], works ? styles['works'] : styles['fails'])}>
          <span aria-hidden="true">{works ? '✓ ' : '× '}</span>
          {works ? 'works' : 'does not work'}
        </b>
      </div>
      <p className={styles['detail']}>{say(detail)}</p>
      {fix === null ? null : (
        <div className={styles['fix']}>
          <p>{say(fix.text)}</p>
          {fix.command === null ? null : (
            <div className={styles['command']}>
              <pre className={styles['code']}>
                <code>
                  {fix.command.split(' ').map((word, position) => (
                    <Fragment key={position}>
                      {position === 0 ? '' : ' '}
                      <span className={styles['word']}>{word}</span>
                    </Fragment>
                  ))}
                </code>
              </pre>
              <CopyButton text={fix.command} label={`Copy the command for ${words.name}`} look="plain" />
            </div>
          )}
        </div>
      )}
    </li>
  );
}
