import { retargeted } from '../library/saved-profile';
import { serveAgent } from '../session/agent';
import type { AgentUse } from '../shared/contract';
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

  const note = (profileName: string, verb: AgentUse['verb']): void => {
    const use = { unixMs: Date.now(), profileName, verb };
    state.set('agentUses', [...state.current.agentUses, use].slice(-KEPT_USES));
  };

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
            keeper: {
              prepare(request, asked, signal) {
                const profile = profiles.find(request.name);
                // Once for a knock, however often it is tried.
                if (asked.firstBytes === null && asked.learned === null) note(profile.name, request.verb);
                return profiles.preparing(retargeted(profile, request.host, request.port))(asked, signal);
              },
              onOpen(request, { plan }) {
                profiles.spend(profiles.find(request.name).id, plan.spent);
              },
            },
          }),
        )
        // Without it the command line asks for the passphrase; the window works all the same.
        .catch(() => null);
    },
    stop,
  };
}
