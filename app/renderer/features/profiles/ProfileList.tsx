import { memo, useId, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, RefObject } from 'react';
import type { ModeKind } from '../../../domain/modes/registry';
import type { ProfileSummary, RunState } from '../../../shared/contract';
import { cx } from '../../components/cx';
import { useApp } from '../../state/mirror';
import { PROFILE_LIST, select, startRun, useUi } from '../../state/ui';
import type { Selection } from '../../state/ui';
import { modeForm } from '../editor/mode-forms';
import { DoorGlyph } from './DoorGlyph';
import { visibleRows } from './visible-rows';
import type { Scrolled } from './visible-rows';
import styles from './ProfileList.module.css';
import { say } from '../../../text/say';

/** As in the style sheet, in pixels. */
const ROW_HEIGHT = 54;
const HEADING_HEIGHT = 30;

/** What the keys of a list do: how far they move, in rows. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 8,
  PageUp: -8,
  Home: -Infinity,
  End: Infinity,
};

interface Props {
  /** The profiles to show: all, or those that the search finds. */
  readonly found: readonly ProfileSummary[];
  readonly listRef: RefObject<HTMLDivElement | null>;
  /** Someone types on the list: they want to search it. */
  readonly onType: () => void;
}

/**
 * The list on the left. Only the rows in sight are in the page, and nothing is built for the others: React Aria's own
 * list makes a node for each of its items at every change, which for 10,000 profiles would be felt at every keystroke of
 * the search.
 *
 * The list itself has the focus and names its active row, which is the chosen one: whoever only passes through with Tab
 * stays on the page where they are.
 */
export function ProfileList({ found, listRef, onType }: Props) {
  const runs = useApp((app) => app.runs);
  const running = useApp((app) => app.practice.status === 'running');
  const selection = useUi((ui) => ui.selection);
  const id = useId();
  const rowId = (position: number): string => `${id}-${position}`;
  const chosen = positionOf(selection, found);
  const practice = found.length;
  const serversHeight = found.length === 0 ? 0 : HEADING_HEIGHT + found.length * ROW_HEIGHT;
  const scrolled = useScrolled(listRef);
  const [first, end] = visibleRows(scrolled, {
    count: found.length,
    rowHeight: ROW_HEIGHT,
    offset: HEADING_HEIGHT,
    total: serversHeight + HEADING_HEIGHT + ROW_HEIGHT,
  });
  useChosenInSight(listRef, selection, chosen, practice);

  const go = (position: number): void => {
    const profile = found[position];
    if (profile !== undefined) select({ kind: 'profile', id: profile.id });
    else select({ kind: 'practice' });
  };
  const run = (profile: ProfileSummary): void => {
    const latest = runs[profile.id];
    if (latest === undefined || latest.done) startRun(profile.id, 'session');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const profile = chosen === null ? undefined : found[chosen];
    if (step !== undefined) {
      event.preventDefault();
      go(chosen === null ? 0 : Math.min(practice, Math.max(0, chosen + step)));
    } else if (event.key === 'Enter' && profile !== undefined && !event.repeat) run(profile);
    else if (event.key.length === 1 && event.key !== ' ') onType();
  };

  const setSize = found.length + 1;
  return (
    <div
      ref={listRef}
      id={PROFILE_LIST}
      className={styles['list']}
      role="listbox"
      aria-label="Profiles"
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const position = positionAt(event);
        if (position !== null) go(position);
      }}
      onDoubleClick={(event) => {
        const profile = found[positionAt(event) ?? practice];
        if (profile !== undefined) run(profile);
      }}
      {...(chosen !== null && (chosen === practice || (chosen >= first && chosen < end))
        ? { 'aria-activedescendant': rowId(chosen) }
        : {})}
    >
      {found.length === 0 ? null : (
        <div
          role="group"
          aria-labelledby={`${id}-servers`}
          className={styles['group']}
          style={{ height: serversHeight }}
        >
          <Heading id={`${id}-servers`}>Servers</Heading>
          {found.slice(first, end).map((profile, index) => {
            const position = first + index;
            return (
              <Row
                // By place, not by profile: a search changes what stands in the rows, and changing text is much cheaper
                // than making rows.
                key={index}
                id={rowId(position)}
                position={position}
                placed
                setSize={setSize}
                chosen={position === chosen}
                name={profile.name}
                detail={profile.servicePort === 22 ? profile.host : `${profile.host}, port ${profile.servicePort}`}
                hint={say(profile.outline)}
                picture={profile.modeKind}
                state={runWord(runs[profile.id])}
              />
            );
          })}
        </div>
      )}
      <div role="group" aria-labelledby={`${id}-practice`} className={styles['group']}>
        <Heading id={`${id}-practice`}>Practice</Heading>
        <Row
          id={rowId(practice)}
          position={practice}
          placed={false}
          setSize={setSize}
          chosen={chosen === practice}
          name="practice door"
          detail="on this computer"
          hint="A server to try knocks on"
          picture="door"
          state={running ? RUNNING : null}
        />
      </div>
    </div>
  );
}

/** The chosen row: that of the practice door comes after all the profiles. Null when the search hides it. */
function positionOf(selection: Selection, found: readonly ProfileSummary[]): number | null {
  if (selection.kind === 'practice') return found.length;
  if (selection.kind !== 'profile') return null;
  const position = found.findIndex((profile) => profile.id === selection.id);
  return position === -1 ? null : position;
}

/** The row that was clicked, by its position; null beside the rows. */
function positionAt({ target }: MouseEvent): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-position]') : null;
  return row === null ? null : Number(row.dataset['position']);
}

/** How far the list is scrolled and how much of it is seen. */
function useScrolled(list: RefObject<HTMLDivElement | null>): Scrolled {
  const [scrolled, setScrolled] = useState<Scrolled>({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const read = (): void => {
      setScrolled({ top: element.scrollTop, height: element.clientHeight });
    };
    read();
    element.addEventListener('scroll', read, { passive: true });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', read);
      observer.disconnect();
    };
  }, [list]);
  return scrolled;
}

/** Scrolls what was just chosen into sight; a search that moves it does not. */
function useChosenInSight(
  list: RefObject<HTMLDivElement | null>,
  selection: Selection,
  chosen: number | null,
  practice: number,
): void {
  const shown = useRef<Selection | null>(null);
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || chosen === null || shown.current === selection) return;
    shown.current = selection;
    const top = chosen === practice ? element.scrollHeight - ROW_HEIGHT : HEADING_HEIGHT + chosen * ROW_HEIGHT;
    // The first row brings its heading with it.
    if (top < element.scrollTop) element.scrollTo({ top: chosen === 0 ? 0 : top });
    else if (top + ROW_HEIGHT > element.scrollTop + element.clientHeight)
      element.scrollTo({ top: top + ROW_HEIGHT - element.clientHeight });
  }, [list, selection, chosen, practice]);
}

interface RowState {
  readonly text: string;
  readonly good: boolean;
}

const RUNNING: RowState = { text: 'running', good: true };
const OPEN: RowState = { text: 'open', good: true };
const KNOCKING: RowState = { text: 'knocking', good: false };

/** One word for a run that goes on; a finished one is told about on its own page. */
function runWord(run: RunState | undefined): RowState | null {
  if (run === undefined || run.done) return null;
  return run.events.some((event) => event.type === 'open') ? OPEN : KNOCKING;
}

function Heading({ id, children }: { readonly id: string; readonly children: string }) {
  return (
    <div id={id} role="presentation" className={styles['heading']}>
      {children}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  /** From 0, among all the rows. */
  readonly position: number;
  /** Put where its position says; otherwise it stands where it comes. */
  readonly placed: boolean;
  readonly setSize: number;
  readonly chosen: boolean;
  readonly name: string;
  readonly detail: string;
  /** Shown when the pointer rests on the picture. */
  readonly hint: string;
  readonly picture: ModeKind | 'door';
  readonly state: RowState | null;
}

/** Drawn again only when something in it changed, for scrolling and typing come through here with every frame. */
const Row = memo(function Row({ id, position, placed, setSize, chosen, name, detail, hint, picture, state }: RowProps) {
  const Glyph = picture === 'door' ? DoorGlyph : modeForm(picture).Glyph;
  return (
    <div
      id={id}
      role="option"
      className={cx(styles['row'], placed && styles['placed'], state !== null && styles['running'])}
      aria-selected={chosen}
      aria-posinset={position + 1}
      aria-setsize={setSize}
      data-position={position}
      {...(placed ? { style: { top: HEADING_HEIGHT + position * ROW_HEIGHT } } : {})}
    >
      <span className={styles['glyph']} title={hint}>
        <Glyph />
      </span>
      <span className={styles['name']}>{name}</span>
      {state === null ? null : <span className={cx(styles['state'], state.good && styles['good'])}>{state.text}</span>}
      <span className={styles['detail']}>{detail}</span>
    </div>
  );
});
