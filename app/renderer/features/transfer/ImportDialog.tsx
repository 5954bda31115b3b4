import { useRef, useState } from 'react';
import type { ImportItem } from '../../../shared/contract';
import { assertNever } from '../../assert-never';
import { Button } from '../../components/Button';
import { CheckboxInput } from '../../components/CheckboxInput';
import { Modal } from '../../components/Modal';
import { PassphraseInput } from '../../components/PassphraseInput';
import { useCapped } from '../../components/use-capped';
import { confirmImport, discardImport, openBundle } from '../../state/transfer';
import { useUi } from '../../state/ui';
import type { Importing } from '../../state/ui';
import { useTask } from '../vault/use-task';
import { unticked as moved, usableIndexes } from './import-selection';
import styles from './transfer.module.css';
import { say } from '../../../text/say';

export function ImportDialog() {
  const importing = useUi((ui) => ui.importing);
  return importing === null ? null : <Preview importing={importing} />;
}

/** What was found in the files. Nothing is imported until it is confirmed here. */
function Preview({ importing }: { readonly importing: Importing }) {
  const { items } = importing.preview;
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const usable = usableIndexes(items);
  const chosen = usable.filter((index) => !left.has(index));
  const { shown, rest, showMore } = useCapped(items);
  const locked = items.some((item) => item.content.kind === 'sealed-bundle');

  const tick = (index: number, ticked: boolean): void => {
    const next = new Set(left);
    if (ticked) next.delete(index);
    else next.add(index);
    setLeft(next);
  };
  const onOpened = (index: number, grownBy: number): void => {
    setLeft(moved(left, index, grownBy));
    // The field that had the focus is gone; what has come in its place goes on from there.
    requestAnimationFrame(() => {
      list.current?.querySelector<HTMLElement>(`[data-index="${index}"] input`)?.focus();
    });
  };
  return (
    <Modal
      title="Import profiles"
      medium
      onClose={discardImport}
      buttons={
        <>
          <Button onPress={discardImport}>Cancel</Button>
          <Button
            look="primary"
            disabled={chosen.length === 0}
            onPress={() => {
              confirmImport(chosen);
            }}
          >
            {chosen.length === 1 ? 'Import 1 profile' : `Import ${chosen.length} profiles`}
          </Button>
        </>
      }
    >
      <p>
        {usable.length === 0 && !locked
          ? 'None of these files can be imported.'
          : 'Look at what was found. Only what is ticked is imported.'}
      </p>
      {usable.length < 2 ? null : (
        <div className={styles['tools']}>
          <span className={styles['count']}>
            {chosen.length} of {usable.length} ticked
          </span>
          <Button
            onPress={() => {
              setLeft(new Set());
            }}
          >
            All
          </Button>
          <Button
            onPress={() => {
              setLeft(new Set(usable));
            }}
          >
            None
          </Button>
        </div>
      )}
      <ul ref={list} className={styles['rows']} aria-label="Found in the files">
        {shown.map((item) => (
          <li key={item.index} data-index={item.index} className={styles['row']}>
            <Item item={item} ticked={!left.has(item.index)} onTick={tick} onOpened={onOpened} />
          </li>
        ))}
        {importing.refused.map(({ file, error }, position) => (
          <li key={`refused ${position}`} className={styles['row']}>
            <Unusable file={file} cause={say(error.cause)} />
          </li>
        ))}
        {rest === 0 ? null : (
          <li className={styles['row']}>
            <Button onPress={showMore}>Show more ({rest} left)</Button>
          </li>
        )}
      </ul>
    </Modal>
  );
}

interface ItemProps {
  readonly item: ImportItem;
  readonly ticked: boolean;
  readonly onTick: (index: number, ticked: boolean) => void;
  /** A bundle was opened: by how many items the preview has grown. */
  readonly onOpened: (index: number, grownBy: number) => void;
}

function Item({ item, ticked, onTick, onOpened }: ItemProps) {
  const { content, file, index } = item;
  switch (content.kind) {
    case 'profile': {
      const { name, host, servicePort, outline, remarks } = content;
      return (
        <CheckboxInput
          checked={ticked}
          onChange={(next) => {
            onTick(index, next);
          }}
          label={`Import ${name}`}
        >
          <span className={styles['line']}>
            <b>{name}</b> <span className={styles['file']}>{file}</span>
          </span>
          <span className={styles['dim']}>
            {host === name ? '' : `${host}, `}port {servicePort} · {say(outline)}
          </span>
          {remarks.map(say).map((remark) => (
            <span key={remark} className={styles['remark']}>
              {remark}
            </span>
          ))}
        </CheckboxInput>
      );
    }
    case 'sealed-bundle':
      return (
        <SealedBundle
          file={file}
          index={index}
          onOpened={(grownBy) => {
            onOpened(index, grownBy);
          }}
        />
      );
    case 'unusable':
      return <Unusable file={file} cause={say(content.error.cause)} />;
    default:
      return assertNever(content);
  }
}

function Unusable({ file, cause }: { readonly file: string; readonly cause: string }) {
  return (
    <div className={styles['beside']}>
      <span className={styles['cross']} aria-hidden="true">
        ×
      </span>
      <div>
        <span className={styles['line']}>
          <b>{file}</b> <span className={styles['bad']}>cannot be imported</span>
        </span>
        <span className={styles['dim']}>{cause}</span>
      </div>
    </div>
  );
}

interface SealedBundleProps {
  readonly file: string;
  readonly index: number;
  readonly onOpened: (grownBy: number) => void;
}

function SealedBundle({ file, index, onOpened }: SealedBundleProps) {
  const [passphrase, setPassphrase] = useState('');
  const [shown, setShown] = useState(false);
  const { busy, error, run } = useTask();
  const open = (): void => {
    if (passphrase === '') return;
    const before = useUi.getState().importing?.preview.items.length ?? 0;
    setPassphrase('');
    run(async () => {
      await openBundle(index, passphrase);
      onOpened((useUi.getState().importing?.preview.items.length ?? before) - before);
    });
  };
  return (
    <form
      className={styles['sealed']}
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <span className={styles['line']}>
        <b>{file}</b> <span className={styles['dim']}>an encrypted bundle, with a passphrase of its own</span>
      </span>
      <div className={styles['open']}>
        <PassphraseInput
          label={`Passphrase of ${file}`}
          value={passphrase}
          onChange={setPassphrase}
          shown={shown}
          onShow={setShown}
          readOnly={busy}
          problem={
            error === null ? null : error.code === 'wrong-passphrase' ? 'The passphrase is wrong.' : say(error.cause)
          }
        />
        <Button submit label={`Open ${file}`} disabled={busy || passphrase === ''}>
          {busy ? 'Opening…' : 'Open'}
        </Button>
      </div>
    </form>
  );
}
