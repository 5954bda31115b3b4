/** What is only the window's own: what is chosen, what is typed and not saved, what is shown on top. */
import { create } from 'zustand';
import type { ErrorInfo } from '../../domain/errors';
import { parseProfile } from '../../domain/profile/profile';
import type { Profile } from '../../domain/profile/profile';
import { MODES } from '../../domain/modes/registry';
import type { ImportOutcome } from '../../shared/contract';
import { draftInput, draftOf, emptyDraft, sameDraft } from '../features/editor/draft';
import type { Draft } from '../features/editor/draft';
import { attempt, request } from '../client';
import { appState } from './mirror';

export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'profile'; readonly id: string }
  | { readonly kind: 'new' }
  | { readonly kind: 'practice' };

export type Tab = 'run' | 'edit';

/** The one profile that is being edited. */
export interface Editing {
  readonly isNew: boolean;
  readonly base: Draft;
  readonly draft: Draft;
  /** Fields that were visited: only their problems are shown. */
  readonly touched: ReadonlySet<string>;
  /** Save was tried: all problems are shown. */
  readonly tried: boolean;
}

interface Ui {
  readonly selection: Selection;
  readonly tab: Tab;
  readonly search: string;
  readonly editing: Editing | null;
  /** What waits for an answer to "save the changes?". */
  readonly leaving: (() => void) | null;
  readonly removing: { readonly id: string; readonly name: string } | null;
  readonly dialog: 'info' | 'settings' | null;
  readonly importOutcome: ImportOutcome | null;
  readonly failure: ErrorInfo | null;
}

export const useUi = create<Ui>(() => ({
  selection: { kind: 'nothing' },
  tab: 'run',
  search: '',
  editing: null,
  leaving: null,
  removing: null,
  dialog: null,
  importOutcome: null,
  failure: null,
}));

const set = useUi.setState;

export function showFailure(failure: ErrorInfo | null): void {
  set({ failure });
}

function perform(work: () => Promise<void>): void {
  set({ failure: null });
  attempt(work, showFailure);
}

export function hasUnsavedChanges(editing: Editing | null): boolean {
  return editing !== null && !sameDraft(editing.base, editing.draft);
}

/** Does `action`, but asks first where it would throw away what was typed. */
export function leave(action: () => void): void {
  if (hasUnsavedChanges(useUi.getState().editing)) set({ leaving: action });
  else action();
}

export function stay(): void {
  set({ leaving: null });
}

export function leaveWithoutSaving(): void {
  const { leaving } = useUi.getState();
  revert();
  set({ leaving: null });
  leaving?.();
}

export function saveAndLeave(): void {
  const { leaving } = useUi.getState();
  set({ leaving: null });
  save(() => leaving?.());
}

/** Chooses without asking. */
function choose(selection: Selection, tab: Tab = 'run'): void {
  set({ selection, tab, editing: null, failure: null });
}

export function select(selection: Selection): void {
  leave(() => {
    choose(selection);
  });
}

export function showTab(tab: Tab): void {
  set({ tab });
}

/** The profile in the list on which nothing else is chosen: the first, if there is one. */
export function chooseFirst(): void {
  const first = appState().profiles[0];
  choose(first === undefined ? { kind: 'nothing' } : { kind: 'profile', id: first.id });
}

export function newProfileDraft(): void {
  leave(() => {
    const draft = emptyDraft(crypto.randomUUID(), MODES[0].defaults);
    set({
      selection: { kind: 'new' },
      tab: 'edit',
      failure: null,
      editing: { isNew: true, base: draft, draft, touched: new Set(), tried: false },
    });
  });
}

/** Begins to edit what main has; keeps changes that are under way. */
export function beginEditing(profile: Profile): void {
  const { editing } = useUi.getState();
  const base = draftOf(profile);
  if (editing !== null && editing.draft.id === profile.id && hasUnsavedChanges(editing)) return;
  set({ editing: { isNew: false, base, draft: base, touched: new Set(), tried: false } });
}

export function editDraft(change: Partial<Draft>): void {
  const { editing } = useUi.getState();
  if (editing !== null) set({ editing: { ...editing, draft: { ...editing.draft, ...change } } });
}

export function touchField(path: string): void {
  const { editing } = useUi.getState();
  if (editing !== null && !editing.touched.has(path))
    set({ editing: { ...editing, touched: new Set([...editing.touched, path]) } });
}

export function revert(): void {
  const { editing } = useUi.getState();
  if (editing !== null) set({ editing: { ...editing, draft: editing.base, touched: new Set(), tried: false } });
}

/** Puts the focus on the field with this path, once it is on the page. */
export function focusField(path: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[name="${CSS.escape(path)}"]`)?.focus();
  });
}

/** Saves what is being edited, or shows what is wrong with it and goes to the first such field. */
export function save(then: () => void = () => undefined): void {
  const { editing } = useUi.getState();
  if (editing === null) return;
  const checked = parseProfile(draftInput(editing.draft));
  if (!checked.ok) {
    set({ tab: 'edit', editing: { ...editing, tried: true } });
    const first = checked.problems[0];
    if (first !== undefined) focusField(first.field);
    return;
  }
  perform(async () => {
    await request('profile.save', { profile: checked.value });
    const base = draftOf(checked.value);
    set({ editing: { isNew: false, base, draft: base, touched: new Set(), tried: false } });
    if (editing.isNew) set({ selection: { kind: 'profile', id: checked.value.id }, tab: 'run' });
    then();
  });
}

export function askToRemove(id: string, name: string): void {
  set({ removing: { id, name } });
}

export function keepProfile(): void {
  set({ removing: null });
}

export function removeProfile(id: string): void {
  const before = appState().profiles;
  const position = before.findIndex((profile) => profile.id === id);
  const neighbour = before[position + 1] ?? before[position - 1];
  set({ removing: null });
  perform(async () => {
    await request('profile.remove', { id });
    choose(neighbour === undefined ? { kind: 'nothing' } : { kind: 'profile', id: neighbour.id });
  });
}

/** Throws away a new profile that was never saved. */
export function dropNewProfile(): void {
  leave(chooseFirst);
}

export function startRun(profileId: string, purpose: 'session' | 'knock'): void {
  leave(() => {
    const { selection } = useUi.getState();
    if (selection.kind === 'profile' && selection.id === profileId) showTab('run');
    else choose({ kind: 'profile', id: profileId });
    perform(async () => {
      await request('run.start', { profileId, purpose });
    });
  });
}

export function cancelRun(profileId: string): void {
  perform(async () => {
    await request('run.cancel', { profileId });
  });
}

export function importChosen(): void {
  perform(async () => {
    const outcome = await request('import.choose', {});
    if (outcome !== null) showImport(outcome);
  });
}

export function importFiles(files: readonly File[]): void {
  perform(async () => {
    const read = files.map(async (file) => ({ name: file.name, text: await file.text() }));
    showImport(await request('import.texts', { files: await Promise.all(read) }));
  });
}

function showImport(outcome: ImportOutcome): void {
  set({ importOutcome: outcome });
  const first = outcome.imported[0];
  if (first !== undefined) select({ kind: 'profile', id: first.id });
}

export function closeImport(): void {
  set({ importOutcome: null });
}

export function openDialog(dialog: Ui['dialog']): void {
  set({ dialog });
}
