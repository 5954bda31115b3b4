import { useEffect, useRef } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { RunState } from '../../../shared/contract';
import { say } from '../../../text/say';
import { text } from '../../../text/text';
import { cx } from '../../components/cx';
import { useShortcut } from '../../components/use-shortcut';
import { cancelRun, startRun } from '../../state/ui';
import { useSecondsLeft } from './use-seconds-left';
import styles from './RunButton.module.css';

interface Props {
  readonly profileId: string;
  readonly run: RunState | null;
  /** The page says why no knock can be made now. */
  readonly refused: boolean;
}

/** The one big button: it begins a run, ends it, or says how long to wait before the next can succeed. */
export function RunButton({ profileId, run, refused: planRefused }: Props) {
  const secondsLeft = useSecondsLeft(run?.retryNotBeforeMs ?? 0);
  const running = run !== null && !run.done;
  const refused = !running && planRefused;
  const waiting = !running && !refused && secondsLeft > 0;
  const button = useRef<HTMLButtonElement>(null);
  const main = (): void => {
    if (running) cancelRun(profileId);
    else if (!waiting && !refused) startRun(profileId, 'session');
  };
  useShortcut('Enter', () => {
    if (!running) main();
  });
  // Whoever chose from the menu that is gone during a run, or came here by saving, has the focus nowhere: it belongs
  // here. Not so when the app has only just started: nobody asked for anything yet.
  useEffect(() => {
    if (document.activeElement === document.body && navigator.userActivation.hasBeenActive) button.current?.focus();
  }, [running, waiting]);

  const opened = run?.events.some((event) => event.type === 'open') ?? false;
  const label = running
    ? opened
      ? 'End session'
      : 'Cancel'
    : refused
      ? say(text('run.refused'))
      : waiting
        ? `Try again in ${secondsLeft} s`
        : 'Knock and open SSH';
  return (
    <div className={cx(styles['split'], running && styles['running'], (waiting || refused) && styles['waiting'])}>
      <AriaButton className={cx(styles['main'])} ref={button} isDisabled={waiting || refused} onPress={main}>
        {label}
      </AriaButton>
      {running ? null : (
        <MenuTrigger>
          <AriaButton aria-label="More ways to knock" isDisabled={refused} className={cx(styles['more'])}>
            <svg width="12" height="8" viewBox="0 0 12 8" aria-hidden="true">
              <path d="M1 1.5l5 5 5-5" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
            </svg>
          </AriaButton>
          <Popover placement="bottom end" offset={6} className={cx(styles['popover'])}>
            <Menu
              className={cx(styles['menu'])}
              onAction={(key) => {
                startRun(profileId, key === 'again' ? (run?.purpose ?? 'session') : 'knock');
              }}
            >
              {waiting ? (
                <MenuItem id="again" className={cx(styles['item'])}>
                  Try again now
                </MenuItem>
              ) : null}
              <MenuItem id="knock" className={cx(styles['item'])}>
                Knock only
              </MenuItem>
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
    </div>
  );
}
