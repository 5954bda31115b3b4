import { useState } from 'react';
import { check } from '../../../domain/fields';
import { modeSchema, MODES } from '../../../domain/modes/registry';
import { count } from '../../../text/words';
import type { PracticeState } from '../../../shared/contract';
import { attempt, request } from '../../client';
import { Button } from '../../components/Button';
import { Card } from '../../components/Card';
import { cx } from '../../components/cx';
import { useApp } from '../../state/mirror';
import { focusField, select, showFailure } from '../../state/ui';
import { fieldReporter } from '../editor/field-reporter';
import { ModeCards } from '../editor/ModeCards';
import { ModeEditor } from '../editor/ModeEditor';
import { modeDraft, modeInput } from '../editor/mode-forms';
import { PageHeader } from '../profiles/PageHeader';
import { endpoint } from '../run/log-lines';
import page from '../profiles/ProfilePage.module.css';
import form from '../editor/form.module.css';
import styles from './PracticePage.module.css';

/** A door without privileges can follow these only. */
const MODES_WITH_DOOR = MODES.filter(({ server }) => server.door !== undefined);

/** Short and quick, so that a first try takes seconds. The ports need no privilege. */
const START = modeDraft(
  MODES_WITH_DOOR.flatMap(({ server }) => (server.practice === undefined ? [] : [server.practice])),
);

export function PracticePage() {
  const practice = useApp((app) => app.practice);
  const [draft, setDraft] = useState(START);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const checked = check(modeSchema, modeInput(draft));
  const report = fieldReporter(
    checked.ok ? [] : checked.problems,
    (path) => tried || touched.has(path),
    (path) => {
      setTouched((before) => new Set([...before, path]));
    },
  );

  const perform = (work: () => Promise<unknown>): void => {
    showFailure(null);
    setBusy(true);
    attempt(async () => {
      await work().finally(() => {
        setBusy(false);
      });
    }, showFailure);
  };
  const start = (): void => {
    if (!checked.ok) {
      setTried(true);
      const first = checked.problems[0];
      if (first !== undefined) focusField(first.field);
      return;
    }
    perform(() => request('practice.start', { mode: checked.value }));
  };
  const stop = (): void => {
    perform(() => request('practice.stop', {}));
  };
  const running = practice.status === 'running';

  return (
    <>
      <PageHeader
        title="Practice door"
        summary="An SSH server inside this app, on this computer, that opens only after the right knock"
        action={
          <Button look={running ? 'plain' : 'primary'} big disabled={busy} onPress={running ? stop : start}>
            {running ? 'Stop practice door' : 'Start practice door'}
          </Button>
        }
      />
      <div className={cx(page['panel'])}>
        <div className={form['stack']}>
          <Card>
            <Status practice={practice} />
            <p className={styles['explanation']}>
              Here you can try a knock without a server of your own. The door listens on this computer only and counts
              knocks by the same rule as a real one. Starting it puts a profile for it into the list; knock with that
              profile, and a session opens on the server inside this app.
            </p>
          </Card>
          {running ? null : (
            <>
              <ModeCards
                kind={draft.kind}
                modes={MODES_WITH_DOOR}
                onChange={(kind) => {
                  setDraft({ ...draft, kind });
                }}
              />
              <Card title="The knock that opens it">
                <div className={form['grid']}>
                  <ModeEditor draft={draft} onChange={setDraft} report={report} />
                </div>
              </Card>
            </>
          )}
        </div>
      </div>
    </>
  );
}

function Status({ practice }: { readonly practice: PracticeState }) {
  if (practice.status === 'stopped')
    return (
      <p role="status" aria-label="Practice door status">
        <b className={styles['word']}>Stopped</b> <span className={styles['sentence']}>nothing listens</span>
      </p>
    );
  const { profileId } = practice;
  return (
    <div className={styles['running']}>
      <p role="status" aria-label="Practice door status">
        <b className={cx(styles['word'], styles['on'])}>Running</b>{' '}
        <span className={styles['sentence']}>on {endpoint(practice.host, practice.servicePort)}</span>
      </p>
      <dl className={styles['facts']}>
        <Fact name="Remembers" value={count(practice.counted, 'knock')} />
        <Fact name="Sessions now" value={String(practice.sessions)} />
        <Fact name="Sessions so far" value={String(practice.sessionsEver)} />
      </dl>
      {profileId === null ? (
        <p className={styles['sentence']}>Its profile was removed. Stop the door and start it again for a new one.</p>
      ) : (
        <Button
          look="primary"
          onPress={() => {
            select({ kind: 'profile', id: profileId });
          }}
        >
          Go to its profile
        </Button>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
