import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '../../components/Button';
import { cx } from '../../components/cx';
import { beginExport } from '../../state/transfer';
import { duplicateProfile, removeProfile } from '../../state/ui';
import button from '../../components/Button.module.css';
import menu from '../run/RunButton.module.css';
import styles from './ProfileActions.module.css';

interface Props {
  readonly id: string;
  readonly name: string;
}

/** What can be done with a whole profile. */
export function ProfileActions({ id, name }: Props) {
  return (
    <div role="group" aria-label="Profile actions" className={styles['actions']}>
      <Button
        look="quiet"
        onPress={() => {
          duplicateProfile(id);
        }}
      >
        Duplicate
      </Button>
      <MenuTrigger>
        <AriaButton className={cx(button['button'], button['quiet'])}>
          Export
          <svg width="10" height="6" viewBox="0 0 10 6" aria-hidden="true">
            <path d="M1 1l4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.4" />
          </svg>
        </AriaButton>
        <Popover placement="bottom end" offset={4} className={cx(menu['popover'])}>
          <Menu
            className={cx(menu['menu'])}
            onAction={(key) => {
              beginExport({ kind: key === 'bundle' ? 'bundle' : 'settings', id, name });
            }}
          >
            <MenuItem id="bundle" className={cx(menu['item'])}>
              Encrypted bundle…
            </MenuItem>
            <MenuItem id="settings" className={cx(menu['item'])}>
              knocksettings.txt in the clear…
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <Button
        look="quiet"
        onPress={() => {
          removeProfile(id, name);
        }}
      >
        Delete
      </Button>
    </div>
  );
}
