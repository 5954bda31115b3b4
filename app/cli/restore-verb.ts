import { SesamyError } from '../domain/errors';
import { backupInfo, restoreBackup } from '../vault';
import { err } from './print';
import { storeLocation } from './store';
import { confirmed } from './terminal';

/** `sesamy restore`: the backup in the store's place. Returns the exit code. */
export async function restoreVerb(options: { readonly yes?: boolean }): Promise<number> {
  const location = storeLocation();
  const backup = await backupInfo(location);
  if (backup === null)
    throw new SesamyError('vault-absent', `There is no backup that could be used at ${location.backup}.`, {
      steps: [],
    });
  const saved = new Date(backup.savedUnixMs).toLocaleString();
  if (options.yes !== true && !(await confirmed(`Put the backup of ${saved} in the place of ${location.file}?`))) {
    err('Nothing was restored.');
    return 1;
  }
  const { damagedKeptAs } = await restoreBackup(location);
  err(`restored the backup of ${saved}`);
  if (damagedKeptAs !== null) err(`what was there before is kept as ${damagedKeptAs}`);
  return 0;
}
