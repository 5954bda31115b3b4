/** The forms of all modes, as the editor uses them. */
import { MODES } from '../../../domain/modes/registry';
import type { Mode, ModeKind } from '../../../domain/modes/registry';
import type { ModeForm } from './mode-form';
import { MODE_FORMS } from './modes/forms';

type AnyModeForm = ModeForm<ModeKind, unknown>;

/** The form behind a mode's name. Drafts come from `toDraft` of the same form, which is what makes the cast right. */
export function modeForm(kind: ModeKind): AnyModeForm {
  return MODE_FORMS[kind] as unknown as AnyModeForm;
}

/** The chosen mode, and a draft for each mode: to look at another mode and come back loses nothing. */
export interface ModeDraft {
  readonly kind: ModeKind;
  readonly drafts: Readonly<Record<string, unknown>>;
}

/** @param modes what to start from where it is not the modes' own defaults; the first is the chosen one */
export function modeDraft(modes: readonly Mode[]): ModeDraft {
  const starts = MODES.map((definition) => modes.find((mode) => mode.kind === definition.kind) ?? definition.defaults);
  return {
    kind: modes[0]?.kind ?? MODES[0].kind,
    drafts: Object.fromEntries(starts.map((mode) => [mode.kind, modeForm(mode.kind).toDraft(mode)])),
  };
}

/** What the schema is to judge of it. */
export function modeInput(draft: ModeDraft): unknown {
  return modeForm(draft.kind).toInput(draft.drafts[draft.kind]);
}
