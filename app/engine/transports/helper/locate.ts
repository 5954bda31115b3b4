/** Where the helper lies. */
import { isAbsolute, join } from 'node:path';

export interface HelperPlace {
  readonly path: string;
  /** A folder of the system's, where packages and `npm run helper:install` put it: only root writes there. */
  readonly system: boolean;
}

const SYSTEM_PLACES = ['/usr/local/libexec/open-sesamy/sesamy-helper', '/usr/libexec/open-sesamy/sesamy-helper'];

/**
 * Where to look, in this order.
 * @param named SESAMY_HELPER of the environment, for tests and packagers: then nothing else counts
 * @param resources the packaged app's folder of resources; null where there is none
 */
export function helperPlaces(named: string | undefined, resources: string | null): readonly HelperPlace[] {
  if (named !== undefined && isAbsolute(named)) return [{ path: named, system: false }];
  return [
    ...SYSTEM_PLACES.map((path) => ({ path, system: true })),
    ...(resources === null ? [] : [{ path: join(resources, 'sesamy-helper'), system: false }]),
  ];
}
