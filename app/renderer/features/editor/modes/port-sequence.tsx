import { CheckboxButton, CheckboxField } from 'react-aria-components';
import { typedNumber } from '../../../../domain/modes/inline';
import { MAX_STEPS } from '../../../../domain/modes/port-sequence/schema';
import type { PortSequence, SequenceStep } from '../../../../domain/modes/port-sequence/schema';
import { Button } from '../../../components/Button';
import { cx } from '../../../components/cx';
import { SelectInput } from '../../../components/SelectInput';
import { TextInput } from '../../../components/TextInput';
import { within } from '../field-reporter';
import type { FieldReporter } from '../field-reporter';
import { defineModeForm } from '../mode-form';
import type { ModeFieldsProps } from '../mode-form';
import form from '../form.module.css';
import styles from './port-sequence.module.css';

interface StepDraft {
  readonly port: string;
  readonly protocol: string;
}

interface PortSequenceDraft {
  readonly steps: readonly StepDraft[];
  readonly delayMs: string;
  readonly closes: boolean;
  /** Kept while `closes` is off, so that switching it on again brings them back. */
  readonly closing: readonly StepDraft[];
}

const PROTOCOLS = [
  { id: 'tcp', label: 'TCP' },
  { id: 'udp', label: 'UDP' },
] as const;

function Glyph() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M4 18h5v-4h5v-4h5V6h1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

interface StepsProps {
  /** What one step is called, for example "Step". */
  readonly noun: string;
  readonly steps: readonly StepDraft[];
  readonly onChange: (steps: readonly StepDraft[]) => void;
  readonly report: FieldReporter;
  readonly path: string;
}

function Steps({ noun, steps, onChange, report, path }: StepsProps) {
  const change = (position: number, part: Partial<StepDraft>): void => {
    onChange(steps.map((step, other) => (other === position ? { ...step, ...part } : step)));
  };
  const listProblem = report.problem(path);
  return (
    <div className={styles['steps']}>
      <ol className={styles['list']}>
        {steps.map((step, position) => {
          const name = `${noun} ${position + 1}`;
          const inside = within(report, `${path}.${position}`);
          return (
            // Steps have no identity but their place.
            <li key={position} className={styles['step']}>
              <span className={styles['number']} aria-hidden="true">
                {position + 1}
              </span>
              <TextInput
                label={`${name} port`}
                bare
                path="port"
                report={inside}
                value={step.port}
                onChange={(port) => {
                  change(position, { port });
                }}
                className={styles['port']}
                numeric
              />
              <SelectInput
                label={`${name} protocol`}
                bare
                value={step.protocol}
                choices={PROTOCOLS}
                onChange={(protocol) => {
                  change(position, { protocol });
                }}
                problem={inside.problem('protocol')}
                className={styles['protocol']}
              />
              <Button
                look="quiet"
                label={`Remove ${name.toLowerCase()}`}
                disabled={steps.length === 1}
                onPress={() => {
                  onChange(steps.filter((_, other) => other !== position));
                }}
              >
                ×
              </Button>
            </li>
          );
        })}
        <li className={styles['add']}>
          <Button
            disabled={steps.length >= MAX_STEPS}
            onPress={() => {
              onChange([...steps, { port: '', protocol: steps.at(-1)?.protocol ?? 'tcp' }]);
            }}
          >
            Add {noun.toLowerCase()}
          </Button>
        </li>
      </ol>
      {listProblem === undefined ? null : <p className={form['problem']}>{listProblem}</p>}
    </div>
  );
}

function Fields({ draft, onChange, report }: ModeFieldsProps<PortSequenceDraft>) {
  const change = (part: Partial<PortSequenceDraft>): void => {
    onChange({ ...draft, ...part });
  };
  return (
    <div className={cx(styles['fields'], form['full'])}>
      <Steps
        noun="Step"
        path="steps"
        steps={draft.steps}
        report={report}
        onChange={(steps) => {
          change({ steps });
        }}
      />
      <div className={form['grid']}>
        <TextInput
          label="Delay between steps"
          path="delayMs"
          report={report}
          value={draft.delayMs}
          onChange={(delayMs) => {
            change({ delayMs });
          }}
          suffix="ms"
          numeric
        />
        <CheckboxField
          className={cx(styles['closes'])}
          isSelected={draft.closes}
          onChange={(closes) => {
            change({ closes });
          }}
        >
          <CheckboxButton className={cx(styles['check'])}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3.5 8.5l3 3 6-7" />
            </svg>
            Shut the door with another sequence when the session ends
          </CheckboxButton>
        </CheckboxField>
      </div>
      {draft.closes ? (
        <Steps
          noun="Closing step"
          path="closing"
          steps={draft.closing}
          report={report}
          onChange={(closing) => {
            change({ closing });
          }}
        />
      ) : null}
    </div>
  );
}

function draftSteps(steps: readonly SequenceStep[]): readonly StepDraft[] {
  return steps.map((step) => ({ port: String(step.port), protocol: step.protocol }));
}

function stepsInput(steps: readonly StepDraft[]): unknown {
  return steps.map((step) => ({ port: typedNumber(step.port), protocol: step.protocol }));
}

export const portSequenceForm = defineModeForm<'port-sequence', PortSequenceDraft>({
  kind: 'port-sequence',
  Glyph,
  toDraft: (mode: PortSequence) => ({
    steps: draftSteps(mode.steps),
    delayMs: String(mode.delayMs),
    closes: mode.closing !== null,
    // What shuts a knockd's door is, by custom, the opening sequence backwards.
    closing: draftSteps(mode.closing ?? mode.steps.toReversed()),
  }),
  toInput: (draft) => ({
    kind: 'port-sequence',
    steps: stepsInput(draft.steps),
    delayMs: typedNumber(draft.delayMs),
    closing: draft.closes ? stepsInput(draft.closing) : null,
  }),
  Fields,
});
