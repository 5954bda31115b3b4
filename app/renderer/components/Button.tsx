import type { ReactNode, Ref } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { cx } from './cx';
import styles from './Button.module.css';

interface Props {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  /** `primary`: the one thing to do here. `plain`: bordered. `quiet`: text only. `danger`: cannot be undone. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly big?: boolean;
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** Sends the form that it is in, or the one with the id `form`. */
  readonly submit?: boolean;
  readonly form?: string;
  /** The accessible name, where the text alone does not say enough. */
  readonly label?: string;
  readonly autoFocus?: boolean;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

export function Button({
  children,
  onPress,
  look = 'plain',
  big = false,
  small = false,
  disabled = false,
  submit = false,
  form,
  label,
  autoFocus,
  buttonRef,
}: Props) {
  return (
    <AriaButton
      className={cx(styles['button'], styles[look], big && styles['big'], small && styles['small'])}
      type={submit ? 'submit' : 'button'}
      isDisabled={disabled}
      {...(onPress === undefined ? {} : { onPress })}
      {...(form === undefined ? {} : { form })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(autoFocus === undefined ? {} : { autoFocus })}
      {...(buttonRef === undefined ? {} : { ref: buttonRef })}
    >
      {children}
    </AriaButton>
  );
}
