import { cx } from '../../components/cx';
import type { Editing } from '../../state/ui';
import { PageHeader } from '../profiles/PageHeader';
import { EditButtons } from './EditButtons';
import { EditTab } from './EditTab';
import styles from '../profiles/ProfilePage.module.css';

export function NewProfilePage({ editing }: { readonly editing: Editing }) {
  return (
    <>
      <PageHeader
        title="New profile"
        summary="Say where the server is and how it wants to be knocked on."
        action={<EditButtons editing={editing} />}
      />
      <div className={cx(styles['panel'])}>
        <EditTab editing={editing} />
      </div>
    </>
  );
}
