/** What is only the window's own: what is chosen, what is typed and not saved, what is shown on top. */
import { create } from 'zustand';
import { toErrorInfo } from '../../domain/errors';
import type { ErrorInfo } from '../../domain/errors';
import { parseProfile } from '../../domain/profile/profile';
import type { Profile } from '../../domain/profile/profile';
import { MODES } from '../../domain/modes/registry';
import type { ImportOutcome, ImportPreview } from '../../shared/contract';
import { draftInput, draftOf, emptyDraft, sameDraft } from '../features/editor/draft';
import type { Draft } from '../features/editor/draft';
import { attempt, request } from '../client';
import { appState, useMirror } from './mirror';

export type Selection =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'profile'; readonly id: string }
  | { readonly kind: 'new' }
  | { readonly kind: 'practice' };

/** The id of the list's element. */
export const PROFILE_LIST = 'profile-list';

export type Tab = 'run' | 'edit' | 'server';

/** The one profile that is being edited. */
export interface Editing {
  /** The profile as it was loaded: what a save must not have been changed from meanwhile. Null for a new one. */
  readonly loaded: Profile | null;
  readonly base: Draft;
  readonly draft: Draft;
  /** Fields that were visited: only their problems are shown. */
  readonly touched: ReadonlySet<string>;
  /** Save was tried: all problems are shown. */
  readonly tried: boolean;
}

/** A save that was refused, because the profile was changed elsewhere since the editor loaded it. */
export interface Conflict {
  readonly mine: Profile;
  /** What it is now; null when it was deleted. */
  readonly theirs: Profile | null;
  /** What was to happen after the save. */
  readonly then: () => void;
}

/** What the bar at the foot of the window says for a while. */
export type Bar =
  | { readonly kind: 'note'; readonly text: string }
  /** With what was typed and not saved, so that undoing brings that back too, and when it was deleted. */
  | {
      readonly kind: 'deleted';
      readonly id: string;
      readonly name: string;
      readonly editing: Editing | null;
      readonly atMs: number;
    };

/** An import that waits to be confirmed. */
export interface Importing {
  readonly preview: ImportPreview;
  /** Files that were not even read. */
  readonly refused: readonly { readonly file: string; readonly error: ErrorInfo }[];
}

/** An export that waits for its details. */
export interface Exporting {
  readonly kind: 'bundle' | 'settings';
  readonly id: string;
  readonly name: string;
}

interface Ui {
  readonly selection: Selection;
  readonly tab: Tab;
  readonly search: string;
  readonly editing: Editing | null;
  /** What waits for an answer to "save the changes?". */
  readonly leaving: (() => void) | null;
  readonly conflict: Conflict | null;
  readonly bar: Bar | null;
  readonly importing: Importing | null;
  readonly exporting: Exporting | null;
  readonly dialog: 'info' | 'settings' | null;
  /** The Permissions panel is shown, on top of whatever asked for it. */
  readonly permissions: boolean;
  readonly importOutcome: ImportOutcome | null;
  readonly failure: ErrorInfo | null;
}

const NOTHING: Ui = {
  selection: { kind: 'nothing' },
  tab: 'run',
  search: '',
  editing: null,
  leaving: null,
  conflict: null,
  bar: null,
  importing: null,
  exporting: null,
  dialog: null,
  permissions: false,
  importOutcome: null,
  failure: null,
};

export const useUi = create<Ui>(() => NOTHING);

const set = useUi.setState;

/**
 * Drops everything that was typed or shown as soon as the vault is no longer open. Main reloads the page then; until it
 * has, nothing of a profile stays here either. Returns the way to stop.
 */
export function forgetWhenLocked(): () => void {
  return useMirror.subscribe((mirror) => {
    if (mirror.status !== 'ready' || mirror.app.vault.status !== 'open') set(NOTHING, true);
  });
}

export function showFailure(failure: ErrorInfo | null): void {
  set({ failure });
}

/** Runs what a person asked for; what goes wrong with it is shown on the page. */
export function perform(work: () => Promise<void>): void {
  set({ failure: null });
  attempt(work, showFailure);
}

export function hasUnsavedChanges(editing: Editing | null): boolean {
  return editing !== null && !sameDraft(editing.base, editing.draft);
}

/** Does `action`, but asks first where it would throw away what was typed. */
function leave(action: () => void): void {
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
      editing: { loaded: null, base: draft, draft, touched: new Set(), tried: false },
    });
  });
}

function edit(profile: Profile): void {
  const base = draftOf(profile);
  set({ editing: { loaded: profile, base, draft: base, touched: new Set(), tried: false } });
}

/** Begins to edit what main has; keeps changes that are under way. */
export function beginEditing(profile: Profile): void {
  const { editing } = useUi.getState();
  if (editing === null || editing.draft.id !== profile.id || !hasUnsavedChanges(editing)) edit(profile);
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

/** Puts the focus on the list, once what had it is gone from the page. */
function focusProfiles(): void {
  requestAnimationFrame(() => {
    document.getElementById(PROFILE_LIST)?.focus();
  });
}

/** Goes to the editor and to this field of it, and shows what is wrong with that. */
export function goToField(path: string): void {
  showTab('edit');
  touchField(path);
  focusField(path);
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
  perform(() => store(checked.value, editing.loaded, then));
}

/** Saves a checked profile over `base`; when that is no longer what main has, it asks which of the two to keep. */
async function store(mine: Profile, base: Profile | null, then: () => void): Promise<void> {
  try {
    await request('profile.save', { profile: mine, base });
  } catch (thrown) {
    if (toErrorInfo(thrown).code !== 'profile-changed') throw thrown;
    set({ conflict: { mine, theirs: await readIfThere(mine.id), then } });
    return;
  }
  edit(mine);
  if (base === null) set({ selection: { kind: 'profile', id: mine.id }, tab: 'run' });
  then();
}

async function readIfThere(id: string): Promise<Profile | null> {
  try {
    return await request('profile.get', { id });
  } catch (thrown) {
    if (toErrorInfo(thrown).code === 'unknown-target') return null;
    throw thrown;
  }
}

/** Leaves the conflict open: what was typed stays in the editor, unsaved. */
export function keepBoth(): void {
  set({ conflict: null });
}

/** Saves mine over what the person has seen of theirs. Should it have changed again, the question comes again. */
export function saveMine(): void {
  const { conflict } = useUi.getState();
  set({ conflict: null });
  if (conflict !== null) perform(() => store(conflict.mine, conflict.theirs, conflict.then));
}

export function takeTheirs(): void {
  const { conflict } = useUi.getState();
  set({ conflict: null });
  if (conflict === null) return;
  if (conflict.theirs === null) chooseFirst();
  else edit(conflict.theirs);
  conflict.then();
}

export function showBar(bar: Bar | null): void {
  set({ bar });
}

/** In milliseconds. A double click is faster, nobody reads the next profile's name in it. */
const DELETING_AGAIN_MS = 700;

/** Deletes at once; the bar has the way back. */
export function removeProfile(id: string, name: string): void {
  const { bar } = useUi.getState();
  // The next profile's button is where this one's was: the second half of a double click must not delete that too.
  if (bar?.kind === 'deleted' && performance.now() - bar.atMs < DELETING_AGAIN_MS) return;
  const before = appState().profiles;
  const position = before.findIndex((profile) => profile.id === id);
  const neighbour = before[position + 1] ?? before[position - 1];
  const { editing } = useUi.getState();
  const unsaved = editing?.draft.id === id && hasUnsavedChanges(editing) ? editing : null;
  perform(async () => {
    await request('profile.remove', { id });
    choose(neighbour === undefined ? { kind: 'nothing' } : { kind: 'profile', id: neighbour.id });
    set({ bar: { kind: 'deleted', id, name, editing: unsaved, atMs: performance.now() } });
    focusProfiles();
  });
}

export function undoRemove(): void {
  const { bar } = useUi.getState();
  if (bar?.kind !== 'deleted') return;
  set({ bar: null });
  leave(() => {
    perform(async () => {
      await request('profile.undoRemove', { id: bar.id });
      choose({ kind: 'profile', id: bar.id }, bar.editing === null ? 'run' : 'edit');
      set({ editing: bar.editing });
    });
  });
}

export function duplicateProfile(id: string): void {
  leave(() => {
    perform(async () => {
      const copy = await request('profile.duplicate', { id });
      choose({ kind: 'profile', id: copy.id }, 'edit');
    });
  });
}

export function lock(): void {
  perform(async () => {
    await request('vault.lock', {});
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

export function openDialog(dialog: Ui['dialog']): void {
  set({ dialog });
}

export function showPermissions(permissions: boolean): void {
  set({ permissions });
}
