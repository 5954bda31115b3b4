import type { FieldReporter } from './field-reporter';
import { modeForm } from './mode-forms';
import type { ModeDraft } from './mode-forms';

interface Props {
  readonly draft: ModeDraft;
  readonly onChange: (draft: ModeDraft) => void;
  readonly report: FieldReporter;
}

/** The fields of the chosen mode. */
export function ModeEditor({ draft, onChange, report }: Props) {
  const { Fields } = modeForm(draft.kind);
  return (
    <Fields
      draft={draft.drafts[draft.kind]}
      onChange={(changed) => {
        onChange({ ...draft, drafts: { ...draft.drafts, [draft.kind]: changed } });
      }}
      report={report}
    />
  );
}
