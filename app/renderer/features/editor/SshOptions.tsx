import { SSH_OPTIONS } from '../../../domain/profile/ssh';
import { Button } from '../../components/Button';
import { SelectInput } from '../../components/SelectInput';
import { TextInput } from '../../components/TextInput';
import { within } from './field-reporter';
import type { FieldReporter } from './field-reporter';
import type { Draft } from './draft';
import styles from './SshOptions.module.css';

type Options = Draft['sshOptions'];

interface Props {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
  readonly report: FieldReporter;
}

const CHOICES = SSH_OPTIONS.map((id) => ({ id, label: id }));

export function SshOptions({ options, onChange, report }: Props) {
  const change = (position: number, part: Partial<Options[number]>): void => {
    onChange(options.map((option, other) => (other === position ? { ...option, ...part } : option)));
  };
  return (
    <div role="group" aria-label="SSH options" className={styles['group']}>
      {options.length === 0 ? null : (
        <ul className={styles['list']}>
          {options.map((option, position) => {
            const inside = within(report, `ssh.options.${position}`);
            return (
              <li key={position} className={styles['option']}>
                <SelectInput
                  label={`SSH option ${position + 1}`}
                  bare
                  value={option.name}
                  choices={CHOICES}
                  onChange={(name) => {
                    change(position, { name });
                  }}
                  problem={inside.problem('name')}
                />
                <TextInput
                  label={`Value of ${option.name}`}
                  bare
                  path="value"
                  report={inside}
                  value={option.value}
                  onChange={(value) => {
                    change(position, { value });
                  }}
                />
                <Button
                  look="quiet"
                  label={`Remove ${option.name}`}
                  onPress={() => {
                    onChange(options.filter((_, other) => other !== position));
                  }}
                >
                  ×
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <Button
        disabled={options.length >= 20}
        onPress={() => {
          onChange([...options, { name: 'IdentityFile', value: '' }]);
        }}
      >
        Add SSH option
      </Button>
    </div>
  );
}
