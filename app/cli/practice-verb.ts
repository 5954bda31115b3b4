import { PRACTICE_HOST, startPracticeDoor } from '../session/practice-door';
import type { PracticeStatus } from '../session/practice-door';
import { proxyCommandLine, shellLine } from '../session/shell-quote';
import { out } from './print';
import { stopSignal } from './stop-signal';
import { inlineProfile, modeWords } from './target';
import type { TargetOptions } from './target';

/** What a newcomer's first door opens to: quick, and short enough to follow by eye. */
const FIRST_DOOR = { mode: 'count-window', sequence: '123', window: '1000' } as const;

/** `sesamy practice`: runs until it is told to stop. Returns the exit code. */
export async function practiceVerb(options: TargetOptions): Promise<number> {
  const chosen = options.mode === undefined ? { ...FIRST_DOOR, ...options } : options;
  const profile = inlineProfile({ ...chosen, host: PRACTICE_HOST });
  let said: PracticeStatus = { counted: 0, sessions: 0, sessionsEver: 0 };
  const door = await startPracticeDoor(profile.mode, options.port === undefined ? 0 : profile.servicePort, (status) => {
    if (status.counted > said.counted) out(`knock ${status.counted} counted`);
    else if (status.counted < said.counted && status.sessionsEver === said.sessionsEver) out('the count begins anew');
    if (status.sessionsEver > said.sessionsEver) out('the door opened: a session began');
    if (status.sessions < said.sessions) out('the session ended');
    said = status;
  });
  out(`The practice door listens on ${door.host} port ${door.servicePort}. In another terminal:`);
  out('');
  out(`  ssh -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -p ${door.servicePort} \\`);
  const proxy = `${proxyCommandLine(['sesamy', 'proxy', ...modeWords(door.mode)])} -- %h %p`;
  out(`    ${shellLine(['-o', `ProxyCommand=${proxy}`, door.host])}`);
  out('');
  out('Ctrl-C shuts it.');
  const stop = stopSignal();
  await new Promise<void>((resolve) => {
    stop.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  await door.stop();
  stop.release();
  return 0;
}
