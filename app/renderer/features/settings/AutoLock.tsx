import type { Settings } from '../../../shared/contract';
import { CheckboxInput } from '../../components/CheckboxInput';
import { SelectInput } from '../../components/SelectInput';
import { lockChoices, minutesOf, NEVER } from './lock-choices';
import styles from './settings.module.css';

interface Props {
  readonly settings: Settings;
  readonly onChange: (part: Partial<Settings>) => void;
}

export function AutoLock({ settings, onChange }: Props) {
  const { lockAfterMinutes, lockOnSleep, lockOnScreenLock } = settings;
  return (
    <section aria-labelledby="settings-security" className={styles['section']}>
      <h3 id="settings-security" className={styles['title']}>
        Security
      </h3>
      <SelectInput
        label="Lock when nobody uses the window for"
        value={lockAfterMinutes === null ? NEVER : String(lockAfterMinutes)}
        choices={lockChoices(lockAfterMinutes)}
        onChange={(id) => {
          onChange({ lockAfterMinutes: minutesOf(id) });
        }}
      />
      <CheckboxInput
        checked={lockOnSleep}
        onChange={(checked) => {
          onChange({ lockOnSleep: checked });
        }}
      >
        Lock when the computer goes to sleep
      </CheckboxInput>
      <CheckboxInput
        checked={lockOnScreenLock}
        onChange={(checked) => {
          onChange({ lockOnScreenLock: checked });
        }}
      >
        Lock when the screen is locked
      </CheckboxInput>
    </section>
  );
}
