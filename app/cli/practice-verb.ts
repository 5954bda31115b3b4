import { randomUUID } from 'node:crypto';
import { MODES } from '../domain/modes/registry';
import type { Mode } from '../domain/modes/registry';
import { newProfile } from '../domain/profile/profile';
import { PRACTICE_HOST, startPracticeDoor } from '../session/practice-door';
import type { PracticeStatus } from '../session/practice-door';
import { proxyCommandLine, shellLine } from '../session/shell-quote';
import { out } from './print';
import { stopSignal } from './stop-signal';
import { changedProfile, inlineProfile, modeWords } from './target';
import type { TargetOptions } from './target';

/** What a newcomer's first door opens to: the first mode that can be practised on, quick, and short enough to follow by eye. */
const [FIRST_DOOR] = MODES.flatMap(({ server }): readonly Mode[] =>
  server.practice === undefined ? [] : [server.practice],
);

/** `sesamy practice`: runs until it is told to stop. Returns the exit code. */
export async function practiceVerb(options: TargetOptions): Promise<number> {
  const chosen = { ...options, host: PRACTICE_HOST };
  const profile =
    options.mode === undefined && FIRST_DOOR !== undefined
      ? changedProfile(newProfile(randomUUID(), { name: 'practice', host: PRACTICE_HOST, mode: FIRST_DOOR }), chosen)
      : inlineProfile(chosen);
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
