import { dateAndTime } from '../../components/date-words';
import { useApp } from '../../state/mirror';
import styles from './settings.module.css';

const VERBS = { knock: 'sesamy knock', proxy: 'sesamy proxy' } as const;

/** What the command line was given through the app, so that a use that nobody made is seen. */
export function AgentLog() {
  const uses = useApp((app) => app.agentUses);
  return (
    <section aria-labelledby="settings-agent" className={styles['section']}>
      <h3 id="settings-agent" className={styles['title']}>
        Used by the command line
      </h3>
      {uses.length === 0 ? (
        <p>
          Nothing yet. While this window is unlocked, sesamy knock and sesamy proxy need no passphrase; each use shows
          here.
        </p>
      ) : (
        <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Uses, the latest first">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Profile</th>
                <th scope="col">Command</th>
              </tr>
            </thead>
            <tbody>
              {uses.toReversed().map(({ unixMs, profileName, verb }, position) => (
                <tr key={`${unixMs} ${position}`}>
                  <td>{dateAndTime(unixMs)}</td>
                  <th scope="row">{profileName}</th>
                  <td className={styles['mono']}>{VERBS[verb]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
