import { useState } from 'react';
import styles from './Field.module.css';
import { TextInput } from './TextInput';
import type { TextInputProps } from './TextInput';

/** A form's field whose value nobody who looks over a shoulder is to read. */
export function SecretInput({
  children,
  ...props
}: Omit<TextInputProps, 'type' | 'lines' | 'bare' | 'list' | 'numeric'>) {
  const [shown, setShown] = useState(false);
  return (
    <TextInput {...props} type={shown ? 'text' : 'password'}>
      <button
        type="button"
        className={styles['show']}
        aria-label={`Show ${props.label.toLowerCase()}`}
        aria-pressed={shown}
        onClick={() => {
          setShown(!shown);
        }}
      >
        {shown ? 'Hide' : 'Show'}
      </button>
      {children}
    </TextInput>
  );
}
