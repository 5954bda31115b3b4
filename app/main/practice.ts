import type { Mode } from '../domain/modes/registry';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import type { PracticeDoor } from '../session/practice-door';
import type { Profiles } from './profiles';
import type { StateHolder } from './state';

export interface Practice {
  /** Opens the door, shutting the one before, and answers with the id of a profile that knocks on it. */
  start(mode: Mode): Promise<string>;
  stop(): Promise<void>;
  /** The door's own key, for the profile that was made for it. */
  knownHostsLine(profile: Profile): string | null;
}

export function holdPractice(state: StateHolder, profiles: Profiles): Practice {
  let door: PracticeDoor | null = null;
  let profileId: string | null = null;

  async function stop(): Promise<void> {
    const stopping = door;
    door = null;
    await stopping?.stop();
    // Its port and its key are gone, so the profile can open nothing any more.
    if (profileId !== null) profiles.letGo(profileId);
    profileId = null;
    state.set('practice', { status: 'stopped' });
  }

  return {
    async start(mode) {
      await stop();
      // ssh2 is large, and most runs of the app never practise.
      const { startPracticeDoor } = await import('../session/practice-door');
      const id = profiles.newId();
      const opened = await startPracticeDoor(mode, 0, (status) => {
        if (door !== null)
          state.set('practice', {
            status: 'running',
            host: door.host,
            servicePort: door.servicePort,
            profileId,
            ...status,
          });
      });
      door = opened;
      profileId = id;
      profiles.keepForNow(
        newProfile(id, {
          name: 'practice',
          host: opened.host,
          servicePort: opened.servicePort,
          mode,
          ssh: { user: 'guest', options: [] },
        }),
      );
      state.set('practice', {
        status: 'running',
        host: opened.host,
        servicePort: opened.servicePort,
        profileId: id,
        ...opened.status,
      });
      return id;
    },
    stop,
    knownHostsLine: (profile) =>
      door !== null && profile.host === door.host && profile.servicePort === door.servicePort
        ? door.knownHostsLine
        : null,
  };
}
