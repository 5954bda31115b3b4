import { Button } from '../../components/Button';
import { Modal } from '../../components/Modal';
import { useApp } from '../../state/mirror';
import { openDialog } from '../../state/ui';
import { useInterfaces } from './use-interfaces';
import styles from './InfoDialog.module.css';

export function InfoDialog() {
  const version = useApp((app) => app.info.version);
  const interfaces = useInterfaces();
  const close = (): void => {
    openDialog(null);
  };
  return (
    <Modal
      title="Info"
      wide
      onClose={close}
      buttons={
        <Button look="primary" onPress={close}>
          Close
        </Button>
      }
    >
      <p>
        Open Sesamy {version}. Profiles are kept on this computer only, in one encrypted file that your passphrase
        opens.
      </p>
      <div className={styles['scroll']}>
        <table className={styles['table']}>
          <caption>Network interfaces of this computer</caption>
          <thead>
            <tr>
              <th scope="col">Index</th>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Addresses</th>
              <th scope="col">MAC</th>
              <th scope="col">Default route</th>
            </tr>
          </thead>
          <tbody>
            {(interfaces ?? []).map(({ index, name, up, addresses, mac, loopback, defaultRoute }) => (
              <tr key={name}>
                <td>{index}</td>
                <th scope="row">{name}</th>
                <td className={styles[up ? 'up' : 'down']}>{up ? 'up' : 'down'}</td>
                <td>
                  {addresses.length === 0 ? 'none' : null}
                  {addresses.map((address) => (
                    <div key={address}>{address}</div>
                  ))}
                </td>
                <td>{mac ?? (loopback ? 'none, loopback' : 'none')}</td>
                <td>{defaultRoute ? 'yes' : 'no'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}
