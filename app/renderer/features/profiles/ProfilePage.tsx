import { useEffect, useMemo, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { modeDefinition } from '../../../domain/modes/registry';
import type { Profile } from '../../../domain/profile/profile';
import { useApp } from '../../state/mirror';
import { attempt, request } from '../../client';
import { cx } from '../../components/cx';
import { beginEditing, hasUnsavedChanges, showFailure, showTab, useUi } from '../../state/ui';
import type { Tab as TabName } from '../../state/ui';
import { EditButtons } from '../editor/EditButtons';
import { EditTab } from '../editor/EditTab';
import { ServerTab } from '../recipes/ServerTab';
import { RunButton } from '../run/RunButton';
import { RunTab } from '../run/RunTab';
import { planAt } from '../run/plan-at';
import { usePlan } from '../run/use-plan';
import { PageHeader } from './PageHeader';
import { ProfileActions } from './ProfileActions';
import styles from './ProfilePage.module.css';
import { say } from '../../../text/say';

/** The whole profile behind a summary; read again whenever the list changes, for it may be this one that changed. */
function useProfile(id: string): Profile | null {
  const [profile, setProfile] = useState<Profile | null>(null);
  const profiles = useApp((app) => app.profiles);
  useEffect(() => {
    let wanted = true;
    // The list may be ahead of the selection: a profile that was just removed is not asked for.
    if (!profiles.some((summary) => summary.id === id)) return;
    attempt(async () => {
      const read = await request('profile.get', { id });
      if (wanted) setProfile(read);
    }, showFailure);
    return () => {
      wanted = false;
    };
  }, [id, profiles]);
  return profile;
}

export function ProfilePage({ id }: { readonly id: string }) {
  const profile = useProfile(id);
  const run = useApp((app) => app.runs[id] ?? null);
  const used = useApp((app) => app.profiles.find((summary) => summary.id === id)?.used ?? 0);
  const wanted = useUi((ui) => ui.tab);
  const editing = useUi((ui) => ui.editing);
  // Choosing the row of the profile that is shown already ends its editing too.
  const nothingToEdit = editing === null;
  useEffect(() => {
    if (profile !== null) beginEditing(profile);
  }, [profile, nothingToEdit]);
  const plan = usePlan(
    useMemo(() => (profile === null ? () => null : planAt(profile.mode, profile.servicePort, used)), [profile, used]),
  );
  if (profile === null || plan === null) return null;

  const { host, servicePort, mode } = profile;
  const hasRecipes = modeDefinition(mode.kind).server.recipes !== undefined;
  const tab = wanted === 'server' && !hasRecipes ? 'run' : wanted;
  const unsaved = hasUnsavedChanges(editing);
  return (
    <>
      <PageHeader
        title={profile.name}
        summary={`${host}, port ${servicePort} · ${say(plan.summary)}`}
        action={
          tab === 'run' || (tab === 'server' && !unsaved) ? (
            <RunButton profileId={id} run={run} refused={plan.refusal !== null} />
          ) : editing === null ? null : (
            <EditButtons editing={editing} />
          )
        }
      />
      <Tabs
        className={cx(styles['tabs'])}
        selectedKey={tab}
        onSelectionChange={(key) => {
          showTab(key as TabName);
        }}
      >
        <div className={styles['bar']}>
          <TabList aria-label="Profile" className={cx(styles['list'])}>
            <Tab id="run" className={cx(styles['tab'])}>
              Run
            </Tab>
            <Tab id="edit" className={cx(styles['tab'])}>
              Edit
              {unsaved ? <span className={styles['unsaved']} title="Unsaved changes" aria-hidden="true" /> : null}
            </Tab>
            {hasRecipes ? (
              <Tab id="server" className={cx(styles['tab'])}>
                Server
              </Tab>
            ) : null}
          </TabList>
          <ProfileActions id={id} name={profile.name} />
        </div>
        <TabPanel id="run" className={cx(styles['panel'])}>
          <RunTab profileId={id} used={used} planned={plan} run={run} />
        </TabPanel>
        <TabPanel id="edit" className={cx(styles['panel'])}>
          {editing === null ? null : <EditTab editing={editing} />}
        </TabPanel>
        {hasRecipes ? (
          <TabPanel id="server" className={cx(styles['panel'])}>
            <ServerTab profile={profile} unsaved={unsaved} />
          </TabPanel>
        ) : null}
      </Tabs>
    </>
  );
}
