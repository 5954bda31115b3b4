import { SesamyError } from '../domain/errors';
import { prepareKnock } from '../engine/knock';
import { holdsSecret } from '../engine/stealth';
import { serveAgent } from '../session/agent';
import { retargeted } from '../library/saved-profile';
import type { StateHolder } from './state';
import type { Profiles } from './profiles';

/** How many uses the log keeps. */
const KEPT_USES = 100;

/** Lets the command line knock without a passphrase while the vault is open. */
export interface AgentHolder {
  start(): void;
  stop(): void;
}

export function holdAgent({
  path,
  state,
  profiles,
}: {
  readonly path: string;
  readonly state: StateHolder;
  readonly profiles: Profiles;
}): AgentHolder {
  let serving: Promise<{ close(): Promise<void> } | null> = Promise.resolve(null);
  let closing: Promise<void> = Promise.resolve();

  const stop = (): void => {
    const ending = serving;
    serving = Promise.resolve(null);
    closing = closing.then(async () => (await ending)?.close());
  };

  return {
    start() {
      stop();
      // Our own server of a moment ago would look like another app's.
      serving = closing
        .then(() =>
          serveAgent({
            path,
            async prepare(request, signal) {
              const profile = profiles.find(request.name);
              const prepared = await prepareKnock(retargeted(profile, request.host, request.port), signal);
              if (holdsSecret(prepared.plan))
                throw new SesamyError('vault-locked', 'This knock needs its secret, which the agent keeps to itself.');
              const use = { unixMs: Date.now(), profileName: profile.name, verb: request.verb };
              state.set('agentUses', [...state.current.agentUses, use].slice(-KEPT_USES));
              return prepared;
            },
          }),
        )
        // Without it the command line asks for the passphrase; the window works all the same.
        .catch(() => null);
    },
    stop,
  };
}
