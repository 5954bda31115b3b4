import type { ReactNode } from 'react';
import styles from './CheckboxInput.module.css';

interface Props {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  /** Short words under the label. */
  readonly hint?: string | undefined;
  /** The field's path, where something may lead to it. */
  readonly name?: string;
  /** The accessible name, where the text alone says too much or too little. */
  readonly label?: string;
}

/** A native checkbox: long lists of them have to be cheap. */
export function CheckboxInput({ children, checked, onChange, disabled = false, hint, name, label }: Props) {
  return (
    <div className={styles['field']}>
      <label className={styles['label']}>
        <input
          type="checkbox"
          className={styles['box']}
          checked={checked}
          disabled={disabled}
          onChange={(event) => {
            onChange(event.target.checked);
          }}
          {...(name === undefined ? {} : { name })}
          {...(label === undefined ? {} : { 'aria-label': label })}
        />
        <span className={styles['words']}>
          {children}
          {hint === undefined ? null : <span className={styles['hint']}>{hint}</span>}
        </span>
      </label>
    </div>
  );
}
