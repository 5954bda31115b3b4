import { typedNumber } from '../../../../domain/modes/inline';
import type { CountWindow } from '../../../../domain/modes/count-window/schema';
import { count, protocolName } from '../../../../text/words';
import { SelectInput } from '../../../components/SelectInput';
import { TextInput } from '../../../components/TextInput';
import { defineModeForm } from '../mode-form';
import type { ModeFieldsProps } from '../mode-form';

interface CountWindowDraft {
  readonly sequence: string;
  readonly windowMs: string;
  /** Empty: the knocks go to the service port. */
  readonly knockPort: string;
  readonly protocol: string;
}

function Glyph() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M4 13v5M9 10v8M12 10v8M17 6v12M20 6v12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </svg>
  );
}

/** Digits as the schema wants them: people write blanks, commas or hyphens between. */
function digits(sequence: string): string {
  return sequence.replace(/[\s,-]+/g, '');
}

function sequenceHint(sequence: string): string {
  const bursts = Array.from(digits(sequence), Number);
  if (bursts.length === 0 || bursts.some((knocks) => !(knocks >= 1))) return 'one digit for each burst';
  const knocks = bursts.reduce((total, burst) => total + burst, 0);
  return `${count(knocks, 'knock')} in ${count(bursts.length, 'burst')}`;
}

function Fields({ draft, onChange, report }: ModeFieldsProps<CountWindowDraft>) {
  const change = (part: Partial<CountWindowDraft>): void => {
    onChange({ ...draft, ...part });
  };
  return (
    <>
      <TextInput
        label="Sequence"
        path="sequence"
        report={report}
        value={draft.sequence}
        onChange={(sequence) => {
          change({ sequence });
        }}
        hint={sequenceHint(draft.sequence)}
        numeric
      />
      <TextInput
        label="Window"
        path="windowMs"
        report={report}
        value={draft.windowMs}
        onChange={(windowMs) => {
          change({ windowMs });
        }}
        suffix="ms"
        numeric
      />
      <TextInput
        label="Knock port"
        path="knockPort"
        report={report}
        value={draft.knockPort}
        onChange={(knockPort) => {
          change({ knockPort });
        }}
        {...(draft.knockPort.trim() === '' ? { suffix: 'same as service' } : {})}
        numeric
      />
      <SelectInput
        label="Protocol"
        value={draft.protocol}
        choices={(['tcp', 'udp'] as const).map((id) => ({ id, label: protocolName(id) }))}
        onChange={(protocol) => {
          change({ protocol });
        }}
        problem={report.problem('protocol')}
      />
    </>
  );
}

export const countWindowForm = defineModeForm<'count-window', CountWindowDraft>({
  kind: 'count-window',
  Glyph,
  toDraft: (mode: CountWindow) => ({
    sequence: mode.sequence.split('').join(' '),
    windowMs: String(mode.windowMs),
    knockPort: mode.knockPort === null ? '' : String(mode.knockPort),
    protocol: mode.protocol,
  }),
  toInput: (draft) => ({
    kind: 'count-window',
    sequence: digits(draft.sequence),
    windowMs: typedNumber(draft.windowMs),
    knockPort: typedNumber(draft.knockPort) ?? null,
    protocol: draft.protocol,
  }),
  Fields,
});
