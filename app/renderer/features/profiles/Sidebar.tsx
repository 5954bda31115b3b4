import { useEffect, useMemo, useRef } from 'react';
import { Button as AriaButton, Input, Keyboard, SearchField } from 'react-aria-components';
import { Button } from '../../components/Button';
import { cx } from '../../components/cx';
import { useShortcut } from '../../components/use-shortcut';
import { useApp } from '../../state/mirror';
import { importChosen } from '../../state/transfer';
import { lock, newProfileDraft, openDialog, select, useUi } from '../../state/ui';
import { filterProfiles } from './filter-profiles';
import { ProfileList } from './ProfileList';
import styles from './Sidebar.module.css';

export function Sidebar() {
  const search = useUi((ui) => ui.search);
  const profiles = useApp((app) => app.profiles);
  const found = useMemo(() => filterProfiles(profiles, search), [profiles, search]);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const toSearch = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useShortcut('f', toSearch);
  useShortcut('l', lock, { everywhere: true });
  // Whoever has just unlocked the vault wants to find a profile.
  useEffect(() => {
    if (document.activeElement === document.body && navigator.userActivation.hasBeenActive) input.current?.focus();
  }, []);
  return (
    <nav className={styles['sidebar']} aria-label="Profiles and app">
      <SearchField
        aria-label="Search profiles"
        className={cx(styles['search'])}
        value={search}
        onChange={(text) => {
          useUi.setState({ search: text });
        }}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key !== 'ArrowDown' || first === undefined) {
            event.continuePropagation();
            return;
          }
          select({ kind: 'profile', id: first.id });
          list.current?.focus();
        }}
      >
        <Input ref={input} className={cx(styles['input'])} placeholder="Search profiles" />
        {search === '' ? (
          <Keyboard className={styles['key']} aria-hidden="true">
            Ctrl F
          </Keyboard>
        ) : (
          <AriaButton className={cx(styles['clear'])}>×</AriaButton>
        )}
      </SearchField>
      {found.length === 0 && profiles.length > 0 ? <p className={styles['none']}>No profile matches.</p> : null}
      <ProfileList found={found} listRef={list} onType={toSearch} />
      <div className={styles['foot']}>
        <Button look="quiet" onPress={newProfileDraft}>
          New
        </Button>
        <Button look="quiet" onPress={importChosen}>
          Import
        </Button>
        <span className={styles['gap']} />
        <Button
          look="quiet"
          onPress={() => {
            openDialog('settings');
          }}
        >
          Settings
        </Button>
        <Button
          look="quiet"
          onPress={() => {
            openDialog('info');
          }}
        >
          Info
        </Button>
        <Button look="quiet" onPress={lock}>
          Lock
        </Button>
      </div>
    </nav>
  );
}
