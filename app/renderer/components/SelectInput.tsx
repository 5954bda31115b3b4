import {
  Button,
  FieldError,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components';
import { cx } from './cx';
import styles from './Field.module.css';

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
}

interface Props {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (id: string) => void;
  readonly problem?: string | undefined;
  readonly hint?: string;
  readonly bare?: boolean;
  readonly className?: string | undefined;
}

export function SelectInput({ label, value, choices, onChange, problem, hint, bare, className }: Props) {
  return (
    <Select
      className={cx(styles['field'], className)}
      value={value}
      onChange={(id) => {
        onChange(String(id));
      }}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      {...(bare === true ? { 'aria-label': label } : {})}
    >
      {bare === true ? null : <Label className={cx(styles['label'])}>{label}</Label>}
      <Button className={cx(styles['box'], styles['select'])}>
        <SelectValue className={cx(styles['value'])}>{({ selectedText }) => selectedText}</SelectValue>
        <svg width="10" height="6" viewBox="0 0 10 6" aria-hidden="true" className={styles['chevron']}>
          <path d="M1 1l4 4 4-4" />
        </svg>
      </Button>
      {hint === undefined ? null : (
        <Text slot="description" className={cx(styles['hint'])}>
          {hint}
        </Text>
      )}
      <FieldError className={cx(styles['problem'])}>{problem}</FieldError>
      <Popover className={cx(styles['popover'])} offset={4}>
        <ListBox className={cx(styles['list'])} items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.id} textValue={choice.label} className={cx(styles['choice'])}>
              <span>{choice.label}</span>
              {choice.detail === undefined ? null : <span className={styles['detail']}>{choice.detail}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
