import type { ReactNode } from 'react';
import { Dialog, Heading, Modal as AriaModal, ModalOverlay } from 'react-aria-components';
import { cx } from './cx';
import styles from './Modal.module.css';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
  /** `alertdialog` for a question that has to be answered. */
  readonly role?: 'dialog' | 'alertdialog';
  readonly medium?: boolean;
  readonly wide?: boolean;
}

export function Modal({ title, onClose, children, buttons, role = 'dialog', medium = false, wide = false }: Props) {
  return (
    <ModalOverlay
      className={cx(styles['veil'])}
      isOpen
      isDismissable={role === 'dialog'}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <AriaModal className={cx(styles['modal'], medium && styles['medium'], wide && styles['wide'])}>
        <Dialog role={role} className={cx(styles['dialog'])}>
          <Heading slot="title" level={2} className={cx(styles['title'])}>
            {title}
          </Heading>
          <div className={styles['body']}>{children}</div>
          <div className={styles['buttons']}>{buttons}</div>
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
