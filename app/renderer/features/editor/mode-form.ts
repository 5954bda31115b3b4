import type { ComponentType } from 'react';
import type { Mode, ModeKind } from '../../../domain/modes/registry';
import type { FieldReporter } from './field-reporter';

export interface ModeFieldsProps<Draft> {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** Problems of the mode's own fields, by their path inside the mode. */
  readonly report: FieldReporter;
}

/**
 * A mode's part of the editor. Its draft keeps what was typed as text, valid or not; nothing is lost while it is wrong.
 * One folder entry makes one of these, and one line in `mode-forms.ts` lists it.
 */
export interface ModeForm<Kind extends ModeKind, Draft> {
  readonly kind: Kind;
  /** The mode's picture, 24 by 24, drawn in the current colour. */
  readonly Glyph: ComponentType;
  readonly toDraft: (mode: Extract<Mode, { kind: Kind }>) => Draft;
  /** What the mode's schema is to judge: not checked yet. */
  readonly toInput: (draft: Draft) => unknown;
  /** Its fields, as cells of the form's grid. */
  readonly Fields: ComponentType<ModeFieldsProps<Draft>>;
}

/** Gives a form its exact type. */
export function defineModeForm<Kind extends ModeKind, Draft>(form: ModeForm<Kind, Draft>): ModeForm<Kind, Draft> {
  return form;
}
