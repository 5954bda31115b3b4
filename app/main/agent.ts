import { prepareKnock } from '../engine/knock';
import { serveAgent } from '../session/agent';
import { parseProfile } from '../domain/profile/profile';
import { SesamyError } from '../domain/errors';
import type { StateHolder } from './state';
import type { Profiles } from './profiles';

/** How many uses the log keeps. */
const KEPT_USES = 100;

/** Lets the command line knock without a passphrase while the vault is open. */
export interface AgentHolder {
  start(): Promise<void>;
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

  const stop = (): void => {
    const ending = serving;
    serving = Promise.resolve(null);
    void ending.then((server) => server?.close());
  };

  return {
    async start() {
      stop();
      serving = serveAgent({
        path,
        async prepare(request, signal) {
          const profile = profiles.find(request.name);
          const checked = parseProfile({
            ...profile,
            host: request.host ?? profile.host,
            servicePort: request.port ?? profile.servicePort,
          });
          if (!checked.ok)
            throw new SesamyError('bad-input', checked.problems.map((problem) => problem.message).join('\n'));
          const prepared = await prepareKnock(checked.value, signal);
          const use = { unixMs: Date.now(), profileName: profile.name, verb: request.verb };
          state.set('agentUses', [...state.current.agentUses, use].slice(-KEPT_USES));
          return prepared;
        },
        // Without it the command line asks for the passphrase; the window works all the same.
      }).catch(() => null);
      await serving;
    },
    stop,
  };
}
