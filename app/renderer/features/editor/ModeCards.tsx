import { RadioButton, RadioField, RadioGroup, Text } from 'react-aria-components';
import { MODES } from '../../../domain/modes/registry';
import { say } from '../../../text/say';
import type { Sentence } from '../../../text/text';
import type { ModeKind } from '../../../domain/modes/registry';
import { cx } from '../../components/cx';
import { modeForm } from './mode-forms';
import styles from './ModeCards.module.css';

interface Props {
  readonly kind: ModeKind;
  /** Which there are to choose from; all of them when it is left out. */
  readonly modes?: readonly { readonly kind: ModeKind; readonly label: Sentence; readonly description: Sentence }[];
  readonly onChange: (kind: ModeKind) => void;
}

/** One card for each way of knocking, of which one is chosen. */
export function ModeCards({ kind, modes = MODES, onChange }: Props) {
  return (
    <RadioGroup
      aria-label="Way of knocking"
      className={cx(styles['cards'])}
      value={kind}
      onChange={(value) => {
        const chosen = modes.find((mode) => mode.kind === value);
        if (chosen !== undefined) onChange(chosen.kind);
      }}
    >
      {modes.map((mode) => {
        const { Glyph } = modeForm(mode.kind);
        return (
          <RadioField key={mode.kind} value={mode.kind} className={cx(styles['card'])}>
            <span className={styles['glyph']}>
              <Glyph />
            </span>
            <RadioButton className={cx(styles['label'])}>{say(mode.label)}</RadioButton>
            <Text slot="description" className={cx(styles['description'])}>
              {say(mode.description)}
            </Text>
          </RadioField>
        );
      })}
    </RadioGroup>
  );
}
