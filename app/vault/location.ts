/** Where the vault lives, by each system's own convention. */
import path from 'node:path';
import type { VaultLocation } from './vault';

/** What decides the place. `platform` also chooses the kind of path, so that every system's rule can be tested on any. */
export interface VaultSystem {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The user's home folder, absolute. */
  readonly home: string;
}

/** `SESAMY_HOME` overrides the system's own place; a relative one is taken from the current folder. Touches no file. */
export function vaultLocation(system: VaultSystem): VaultLocation {
  const paths = system.platform === 'win32' ? path.win32 : path.posix;
  const folder = folderOf(system, paths);
  const file = paths.join(folder, 'profiles.vault');
  return { folder, file, backup: `${file}.backup` };
}

function folderOf({ env, platform, home }: VaultSystem, paths: path.PlatformPath): string {
  const chosen = env['SESAMY_HOME'];
  if (chosen !== undefined && chosen !== '') return paths.resolve(chosen);
  if (platform === 'win32') return paths.join(env['APPDATA'] ?? paths.join(home, 'AppData', 'Roaming'), 'Open Sesamy');
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', 'Open Sesamy');
  const data = env['XDG_DATA_HOME'];
  // The XDG convention says that a relative path there is to be ignored.
  const base = data !== undefined && paths.isAbsolute(data) ? data : paths.join(home, '.local', 'share');
  return paths.join(base, 'open-sesamy');
}
