import { useEffect, useMemo, useRef } from 'react';
import { Button as AriaButton, Input, Keyboard, SearchField } from 'react-aria-components';
import { Button } from '../../components/Button';
import { cx } from '../../components/cx';
import { useShortcut } from '../../components/use-shortcut';
import { useApp } from '../../state/mirror';
import { importChosen } from '../../state/transfer';
import { lock, newProfileDraft, openDialog, select, useUi } from '../../state/ui';
import { filterProfiles, prepareSearch } from './filter-profiles';
import { ProfileList } from './ProfileList';
import styles from './Sidebar.module.css';

export function Sidebar() {
  useShortcut('l', lock, { everywhere: true });
  return (
    <nav className={styles['sidebar']} aria-label="Profiles and app">
      <Search />
      <div className={styles['foot']}>
        <Button look="quiet" onPress={newProfileDraft}>
          New
        </Button>
        <Button look="quiet" onPress={importChosen}>
          Import
        </Button>
        <span className={styles['gap']} />
        <span title="Settings">
          <Button
            look="quiet"
            label="Settings"
            onPress={() => {
              openDialog('settings');
            }}
          >
            <SettingsGlyph />
          </Button>
        </span>
        <span title="Info">
          <Button
            look="quiet"
            label="Info"
            onPress={() => {
              openDialog('info');
            }}
          >
            <InfoGlyph />
          </Button>
        </span>
        <span title="Lock (Ctrl L)">
          <Button look="quiet" onPress={lock}>
            Lock
          </Button>
        </span>
      </div>
    </nav>
  );
}

/** The part that changes with every keystroke of the search. */
function Search() {
  const search = useUi((ui) => ui.search);
  const profiles = useApp((app) => app.profiles);
  const found = useMemo(() => filterProfiles(profiles, search), [profiles, search]);
  // Before anybody types, when the page has nothing else to do.
  useEffect(() => {
    const idle = requestIdleCallback(() => {
      prepareSearch(profiles);
    });
    return () => {
      cancelIdleCallback(idle);
    };
  }, [profiles]);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const toSearch = (): void => {
    input.current?.focus();
    input.current?.select();
  };
  useShortcut('f', toSearch);
  // Whoever has just unlocked the vault wants to find a profile.
  useEffect(() => {
    if (document.activeElement === document.body && navigator.userActivation.hasBeenActive) input.current?.focus();
  }, []);
  return (
    <>
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
    </>
  );
}

function SettingsGlyph() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <path d="M2 5.5h7M13 5.5h3M2 12.5h3M9 12.5h7" strokeLinecap="round" />
      <circle cx="11" cy="5.5" r="2" />
      <circle cx="7" cy="12.5" r="2" />
    </svg>
  );
}

function InfoGlyph() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <circle cx="9" cy="9" r="6.75" />
      <path d="M9 8.25v4M9 5.6v.05" strokeLinecap="round" />
    </svg>
  );
}
