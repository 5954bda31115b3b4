import { useId } from 'react';
import type { Ref } from 'react';
import { cx } from './cx';
import styles from './Field.module.css';

interface Props {
  readonly label: string;
  /** Left out: the element alone keeps the text, so that no copy of it lives in React's state. */
  readonly value?: string;
  readonly onChange?: (value: string) => void;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly shown: boolean;
  /** Given: the field has the button that shows what is typed. */
  readonly onShow?: (shown: boolean) => void;
  readonly problem?: string | null;
  readonly readOnly?: boolean;
  readonly autoFocus?: boolean;
  /** The id of what else describes the field. */
  readonly describedBy?: string;
}

export function PassphraseInput(props: Props) {
  const { label, value, onChange, inputRef, shown, onShow, problem, readOnly = false, autoFocus, describedBy } = props;
  const id = useId();
  const hasProblem = problem !== undefined && problem !== null;
  const described = cx(hasProblem && `${id}-problem`, describedBy);
  return (
    <div className={styles['field']} {...(hasProblem ? { 'data-invalid': true } : {})}>
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      <span className={styles['box']}>
        <input
          id={id}
          ref={inputRef}
          className={styles['input']}
          type={shown ? 'text' : 'password'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={1024}
          readOnly={readOnly}
          autoFocus={autoFocus}
          aria-invalid={hasProblem}
          {...(described === '' ? {} : { 'aria-describedby': described })}
          {...(value === undefined ? {} : { value })}
          onChange={(event) => {
            onChange?.(event.target.value);
          }}
        />
        {onShow === undefined ? null : (
          <button
            type="button"
            className={styles['show']}
            aria-label="Show passphrase"
            aria-pressed={shown}
            onClick={() => {
              onShow(!shown);
            }}
          >
            {shown ? 'Hide' : 'Show'}
          </button>
        )}
      </span>
      {/* Always there, so that what appears in it is read out. */}
      <span id={`${id}-problem`} className={styles['problem']} role="alert">
        {problem}
      </span>
    </div>
  );
}
