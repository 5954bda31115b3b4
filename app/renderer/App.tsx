import { useEffect } from 'react';
import { assertNever } from './assert-never';
import { Button } from './components/Button';
import { ErrorCard } from './components/ErrorCard';
import { NewProfilePage } from './features/editor/NewProfilePage';
import { InfoDialog } from './features/info/InfoDialog';
import { PermissionsDialog } from './features/permissions/PermissionsDialog';
import { PracticePage } from './features/practice/PracticePage';
import { DropOverlay } from './features/profiles/DropOverlay';
import { EmptyState } from './features/profiles/EmptyState';
import { ImportBanner } from './features/profiles/ImportBanner';
import { ProfilePage } from './features/profiles/ProfilePage';
import { Questions } from './features/profiles/Questions';
import { Sidebar } from './features/profiles/Sidebar';
import { SettingsDialog } from './features/settings/SettingsDialog';
import { BottomBar } from './features/profiles/BottomBar';
import { ConflictDialog } from './features/editor/ConflictDialog';
import { ExportDialog } from './features/transfer/ExportDialog';
import { ImportDialog } from './features/transfer/ImportDialog';
import { DamagedScreen } from './features/vault/DamagedScreen';
import { FirstRunScreen } from './features/vault/FirstRunScreen';
import { LockScreen } from './features/vault/LockScreen';
import type { VaultState } from '../shared/contract';
import { useApp, useMirror } from './state/mirror';
import { chooseFirst, hasUnsavedChanges, showFailure, useUi } from './state/ui';
import styles from './App.module.css';

export function App() {
  const mirror = useMirror();
  switch (mirror.status) {
    case 'loading':
      return <main aria-busy="true" aria-label="Open Sesamy is starting" />;
    case 'failed':
      return (
        <main className={styles['alone']}>
          <ErrorCard error={mirror.error} />
        </main>
      );
    case 'ready':
      return <Vault vault={mirror.app.vault} />;
    default:
      return assertNever(mirror);
  }
}

/** What the window shows hangs on the vault: without it there are no profiles. */
function Vault({ vault }: { readonly vault: VaultState }) {
  switch (vault.status) {
    case 'absent':
      return <FirstRunScreen device={vault.device} />;
    case 'locked':
      return <LockScreen deviceUnlock={vault.deviceUnlock} notice={vault.notice} />;
    case 'damaged':
      return <DamagedScreen error={vault.error} backupUnixMs={vault.backupUnixMs} />;
    case 'open':
      return <Window />;
    default:
      return assertNever(vault);
  }
}

function Window() {
  const dialog = useUi((ui) => ui.dialog);
  const permissions = useUi((ui) => ui.permissions);
  const failure = useUi((ui) => ui.failure);
  const outcome = useUi((ui) => ui.importOutcome);
  return (
    <div className={styles['window']}>
      <Sidebar />
      <main className={styles['detail']}>
        {outcome === null ? null : <ImportBanner outcome={outcome} />}
        {failure === null ? null : (
          <div className={styles['failure']}>
            <ErrorCard error={failure}>
              <Button
                onPress={() => {
                  showFailure(null);
                }}
              >
                Dismiss
              </Button>
            </ErrorCard>
          </div>
        )}
        <Page />
      </main>
      {dialog === 'info' ? <InfoDialog /> : null}
      {dialog === 'settings' ? <SettingsDialog /> : null}
      {permissions ? <PermissionsDialog /> : null}
      <Questions />
      <ConflictDialog />
      <ImportDialog />
      <ExportDialog />
      <BottomBar />
      <DropOverlay />
    </div>
  );
}

function Page() {
  const selection = useUi((ui) => ui.selection);
  const editing = useUi((ui) => ui.editing);
  const profiles = useApp((app) => app.profiles);
  // What was typed into a profile that another program deleted stays here until it is saved or given up.
  const gone =
    selection.kind === 'profile' &&
    !profiles.some((profile) => profile.id === selection.id) &&
    !hasUnsavedChanges(editing);
  const choosable = selection.kind === 'nothing' && profiles.length > 0;
  // Main may take a profile away (the practice door's own, say), or bring the first one.
  useEffect(() => {
    if (gone || choosable) chooseFirst();
  }, [gone, choosable]);

  switch (selection.kind) {
    case 'nothing':
      return <EmptyState />;
    case 'new':
      return editing === null ? null : <NewProfilePage editing={editing} />;
    case 'profile':
      return <ProfilePage key={selection.id} id={selection.id} />;
    case 'practice':
      return <PracticePage />;
    default:
      return assertNever(selection);
  }
}
