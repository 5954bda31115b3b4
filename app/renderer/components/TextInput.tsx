import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components';
import type { FieldReporter } from '../features/editor/field-reporter';
import { cx } from './cx';
import styles from './Field.module.css';

export interface TextInputProps {
  readonly label: string;
  /** The field's path for its reporter. */
  readonly path: string;
  readonly report: FieldReporter;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Short words under the field, when nothing is wrong with it. */
  readonly hint?: string;
  /** What the value counts, or what an empty one means; stands in the field at its right. */
  readonly suffix?: string;
  readonly numeric?: boolean;
  readonly lines?: number;
  /** The label is for those who do not see: what the field is stands beside it. */
  readonly bare?: boolean;
  /** The field holds a list as one text. */
  readonly list?: boolean;
  readonly type?: 'text' | 'password';
  /** Buttons at the right inside the field. */
  readonly children?: ReactNode;
  readonly className?: string | undefined;
}

export function TextInput(props: TextInputProps) {
  const { label, path, report, value, onChange, hint, suffix, numeric, lines, bare, list, type, children, className } =
    props;
  const problem = list === true ? report.problemWithin(path) : report.problem(path);
  const input = { className: cx(styles['input']), spellCheck: false, autoComplete: 'off', autoCapitalize: 'off' };
  return (
    <TextField
      className={cx(styles['field'], className)}
      name={report.name(path)}
      type={type ?? 'text'}
      value={value}
      onChange={onChange}
      onBlur={() => {
        report.touch(path);
      }}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      {...(bare === true ? { 'aria-label': label } : {})}
      {...(numeric === true ? { inputMode: 'numeric' as const } : {})}
    >
      {bare === true ? null : <Label className={cx(styles['label'])}>{label}</Label>}
      <span className={styles['box']}>
        {lines === undefined ? <Input {...input} /> : <TextArea {...input} rows={lines} spellCheck />}
        {suffix === undefined ? null : <span className={styles['suffix']}>{suffix}</span>}
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
