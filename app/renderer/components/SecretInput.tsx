import { useState } from 'react';
import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextField } from 'react-aria-components';
import type { FieldReporter } from '../features/editor/field-reporter';
import { cx } from './cx';
import styles from './Field.module.css';

interface Props {
  readonly label: string;
  /** The field's path for its reporter. */
  readonly path: string;
  readonly report: FieldReporter;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Short words under the field, when nothing is wrong with it. */
  readonly hint?: string;
  /** Buttons at the right inside the field. */
  readonly children?: ReactNode;
  readonly className?: string | undefined;
}

/** A form's field whose value nobody who looks over a shoulder is to read. */
export function SecretInput({ label, path, report, value, onChange, hint, children, className }: Props) {
  const [shown, setShown] = useState(false);
  const problem = report.problem(path);
  return (
    <TextField
      className={cx(styles['field'], className)}
      name={report.name(path)}
      type={shown ? 'text' : 'password'}
      value={value}
      onChange={onChange}
      onBlur={() => {
        report.touch(path);
      }}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      autoComplete="off"
    >
      <Label className={cx(styles['label'])}>{label}</Label>
      <span className={styles['box']}>
        <Input className={cx(styles['input'])} spellCheck={false} autoCapitalize="off" />
        <button
          type="button"
          className={styles['show']}
          aria-label={`Show ${label.toLowerCase()}`}
          aria-pressed={shown}
          onClick={() => {
            setShown(!shown);
          }}
        >
          {shown ? 'Hide' : 'Show'}
        </button>
        {children}
      </span>
      {hint !== undefined && problem === undefined ? (
        <Text slot="description" className={cx(styles['hint'])}>
          {hint}
        </Text>
      ) : null}
      <FieldError className={cx(styles['problem'])}>{problem}</FieldError>
    </TextField>
  );
}
