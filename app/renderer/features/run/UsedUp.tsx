import { useState } from 'react';
import { typedNumber } from '../../../domain/modes/inline';
import { say } from '../../../text/say';
import { text } from '../../../text/text';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { TextInput } from '../../components/TextInput';
import { perform } from '../../state/ui';
import { fieldReporter } from '../editor/field-reporter';
import styles from './UsedUp.module.css';

/** Nothing typed here is wrong for long: the button waits until it is a number. */
const SILENT = fieldReporter(
  [],
  () => false,
  () => undefined,
);

/**
 * How many of a profile's one-time secrets are used up, to be set by hand where the person knows better: the two sides have drifted
 * apart, or the door was opened without being looked at.
 */
export function UsedUp({ profileId, used }: { readonly profileId: string; readonly used: number }) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: number } | null>(null);
  // What was typed is forgotten when the number changes under it, as with a knock that opens the door.
  const shown = typed?.over === used ? typed.text : String(used);
  const number = typedNumber(shown);
  return (
    <div className={styles['row']}>
      <TextInput
        label={say(text('run.used-up'))}
        path="used"
        report={SILENT}
        value={shown}
        onChange={(value) => {
          setTyped({ text: value, over: used });
        }}
        numeric
        className={styles['number']}
      />
      <Button
        disabled={typeof number !== 'number' || number === used}
        onPress={() => {
          if (typeof number !== 'number') return;
          perform(async () => {
            await request('profile.setUsed', { id: profileId, used: number });
          });
        }}
      >
        {say(text('run.used-up.set'))}
      </Button>
    </div>
  );
}
