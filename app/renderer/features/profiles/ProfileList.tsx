import { useRef } from 'react';
import type { ReactNode } from 'react';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components';
import type { ProfileSummary, RunState } from '../../../shared/contract';
import { cx } from '../../components/cx';
import { useApp } from '../../state/mirror';
import { select, startRun, useUi } from '../../state/ui';
import type { Selection } from '../../state/ui';
import { modeForm } from '../editor/mode-forms';
import { filterProfiles } from './filter-profiles';
import { DoorGlyph } from './DoorGlyph';
import styles from './ProfileList.module.css';

/** Profile ids are UUIDs, so that no profile can have this one. */
const PRACTICE = 'practice';

export function ProfileList() {
  const profiles = useApp((app) => app.profiles);
  const runs = useApp((app) => app.runs);
  const running = useApp((app) => app.practice.status === 'running');
  const search = useUi((ui) => ui.search);
  const selection = useUi((ui) => ui.selection);
  const found = filterProfiles(profiles, search);
  // The list chooses what the focus comes to. That is right for the arrow keys, but whoever only passes through it with
  // Tab must stay on the page where they are.
  const entering = useRef(false);
  return (
    <div
      onFocusCapture={({ currentTarget, relatedTarget }) => {
        entering.current = !currentTarget.contains(relatedTarget);
      }}
      onFocus={() => {
        entering.current = false;
      }}
    >
      <ListBox
        aria-label="Profiles"
        className={cx(styles['list'])}
        selectionMode="single"
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={selectedKeys(selection)}
        onSelectionChange={(keys) => {
          const [key] = keys;
          if (entering.current) return;
          if (key === PRACTICE) select({ kind: 'practice' });
          else if (key !== undefined) select({ kind: 'profile', id: String(key) });
        }}
        onAction={(key) => {
          const run = runs[String(key)];
          if (key !== PRACTICE && (run === undefined || run.done)) startRun(String(key), 'session');
        }}
      >
        {found.length === 0 ? null : (
          <ListBoxSection id="servers">
            <Header className={styles['heading']}>Servers</Header>
            {found.map((profile) => (
              <Row
                key={profile.id}
                id={profile.id}
                name={profile.name}
                detail={profile.servicePort === 22 ? profile.host : `${profile.host}, port ${profile.servicePort}`}
                hint={profile.outline}
                glyph={<Glyph profile={profile} />}
                state={runWord(runs[profile.id])}
              />
            ))}
          </ListBoxSection>
        )}
        <ListBoxSection id="practice-section">
          <Header className={styles['heading']}>Practice</Header>
          <Row
            id={PRACTICE}
            name="practice door"
            detail="on this computer"
            hint="A server to try knocks on"
            glyph={<DoorGlyph />}
            state={running ? { text: 'running', good: true } : null}
          />
        </ListBoxSection>
      </ListBox>
      {found.length === 0 && profiles.length > 0 ? <p className={styles['none']}>No profile matches.</p> : null}
    </div>
  );
}

function selectedKeys(selection: Selection): readonly string[] {
  if (selection.kind === 'practice') return [PRACTICE];
  return selection.kind === 'profile' ? [selection.id] : [];
}

interface RowState {
  readonly text: string;
  readonly good: boolean;
}

/** One word for a run that goes on; a finished one is told about on its own page. */
function runWord(run: RunState | undefined): RowState | null {
  if (run === undefined || run.done) return null;
  return run.events.some((event) => event.type === 'open')
    ? { text: 'open', good: true }
    : { text: 'knocking', good: false };
}

interface RowProps {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  /** Shown when the pointer rests on the picture. */
  readonly hint: string;
  readonly glyph: ReactNode;
  readonly state: RowState | null;
}

function Row({ id, name, detail, hint, glyph, state }: RowProps) {
  return (
    <ListBoxItem id={id} textValue={name} className={cx(styles['row'])}>
      <span className={styles['glyph']} title={hint}>
        {glyph}
      </span>
      <span className={styles['name']}>{name}</span>
      {state === null ? null : <span className={cx(styles['state'], state.good && styles['good'])}>{state.text}</span>}
      <span className={styles['detail']}>{detail}</span>
    </ListBoxItem>
  );
}

function Glyph({ profile }: { readonly profile: ProfileSummary }) {
  const { Glyph: ModeGlyph } = modeForm(profile.modeKind);
  return <ModeGlyph />;
}
