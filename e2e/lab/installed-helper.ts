import { chmod, chown, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './process';

/** As `npm run helper:build` makes it. */
export const HELPER = fileURLToPath(new URL('../../native/build/Release/sesamy-helper', import.meta.url));

/** Installs the helper as a package does: owned by root, for one group only, with its file capabilities. */
export async function installHelper(folder: string, group: number): Promise<string> {
  const installed = join(folder, 'sesamy-helper');
  await copyFile(HELPER, installed);
  await chown(installed, 0, group);
  await chmod(installed, 0o750);
  await must(['setcap', 'cap_net_raw,cap_net_admin=ep', installed]);
  return installed;
}
