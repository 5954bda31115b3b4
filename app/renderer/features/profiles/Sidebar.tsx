import { useRef } from 'react';
import { Button as AriaButton, Input, Keyboard, SearchField } from 'react-aria-components';
import { Button } from '../../components/Button';
import { cx } from '../../components/cx';
import { useShortcut } from '../../components/use-shortcut';
import { useApp } from '../../state/mirror';
import { importChosen, newProfileDraft, openDialog, select, useUi } from '../../state/ui';
import { filterProfiles } from './filter-profiles';
import { ProfileList } from './ProfileList';
import styles from './Sidebar.module.css';

export function Sidebar() {
  const search = useUi((ui) => ui.search);
  const profiles = useApp((app) => app.profiles);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useShortcut('f', () => {
    input.current?.focus();
    input.current?.select();
  });
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
          const first = filterProfiles(profiles, search)[0];
          if (event.key !== 'ArrowDown' || first === undefined) {
            event.continuePropagation();
            return;
          }
          select({ kind: 'profile', id: first.id });
          list.current?.querySelector<HTMLElement>('[role="option"]')?.focus();
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
      <div ref={list} className={styles['list']}>
        <ProfileList />
      </div>
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
      </div>
    </nav>
  );
}
