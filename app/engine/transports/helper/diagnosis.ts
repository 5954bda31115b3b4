/** Whether the helper works on this computer, and what it lacks where it does not. Pure: the system answers through what is passed in. */
import type { HelperPlace } from './locate';
import type { HelperStart } from './process';

export type Probed =
  /** The kernel's bit mask of the capabilities that it holds. */
  | { readonly capabilities: bigint }
  /** Why it did not tell, as a sentence, and the system's word where it could not be started at all, such as EACCES. */
  | { readonly failed: string; readonly systemCode: string };

/** What the answer depends on besides the helper. */
export interface HelperSystem {
  readonly places: readonly HelperPlace[];
  /** Owner, group and mode of a regular file; null where there is none. */
  readonly file: (path: string) => { readonly uid: number; readonly gid: number; readonly mode: number } | null;
  /** The same file by a path without symbolic links. */
  readonly withoutLinks: (path: string) => string;
  /** Whether this process may execute it (access(2)). */
  readonly canExecute: (path: string) => boolean;
  /** Asks the helper what it may do. Never rejects. */
  readonly probe: (path: string) => Promise<Probed>;
  /** Whether this process, and so its children, can gain no privilege (PR_SET_NO_NEW_PRIVS). */
  readonly noNewPrivs: boolean;
  /** /proc/self/mountinfo (proc(5)). */
  readonly mountinfo: string;
  /** /etc/group (group(5)). */
  readonly groups: string;
  readonly user: string;
  /** pkexec's path, where it is there and a person can be asked for a password. */
  readonly pkexec: string | null;
}

export type HelperDiagnosis =
  /** `onlyLost`: through pkexec, only because its file capabilities are lost and can be given back. */
  | { readonly kind: 'works'; readonly start: HelperStart; readonly onlyLost: boolean }
  | { readonly kind: 'absent'; readonly places: readonly HelperPlace[] }
  | { readonly kind: 'no-execute'; readonly path: string }
  | { readonly kind: 'not-in-group'; readonly path: string; readonly group: string; readonly user: string }
  | { readonly kind: 'group-not-yet'; readonly path: string; readonly group: string }
  | { readonly kind: 'no-new-privs'; readonly path: string }
  | { readonly kind: 'nosuid'; readonly path: string; readonly mountPoint: string }
  | { readonly kind: 'no-capability'; readonly path: string }
  | { readonly kind: 'not-allowed-here'; readonly path: string }
  | { readonly kind: 'broken'; readonly path: string; readonly cause: string };

/** capabilities(7). */
const CAP_NET_RAW = 1n << 13n;

/** The mount point over a path, if file capabilities do not count below it: mount(8), nosuid. */
export function nosuidMount(mountinfo: string, path: string): string | null {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [, , , , point, options] = line.split(' ');
    if (point === undefined || options === undefined) return [];
    // proc(5): blanks, tabs, line breaks and backslashes are written as octal numbers.
    const plain = point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    return path.startsWith(plain.endsWith('/') ? plain : `${plain}/`) ? [{ point: plain, options }] : [];
  });
  // Of two mounts on one point the later one is on top.
  const over = mounts.reduce<(typeof mounts)[number] | null>(
    (best, mount) => (best === null || mount.point.length >= best.point.length ? mount : best),
    null,
  );
  return over?.options.split(',').includes('nosuid') === true ? over.point : null;
}

/** A group's name and members, by its number. */
function groupOf(groups: string, gid: number): { readonly name: string; readonly members: readonly string[] } | null {
  const row = groups
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, , number]) => number === String(gid));
  return row?.[0] === undefined ? null : { name: row[0], members: (row[3] ?? '').split(',') };
}

/** Without pkexec. */
export function directly(path: string): HelperStart {
  return { path, command: { file: path, args: [] }, throughPkexec: false };
}

/** Finds out how the helper is started here, or what it lacks. Never throws. */
export async function diagnoseHelper(system: HelperSystem): Promise<HelperDiagnosis> {
  const found = system.places.flatMap((place) => {
    const file = system.file(place.path);
    return file === null ? [] : [{ place, file }];
  })[0];
  if (found === undefined) return { kind: 'absent', places: system.places };
  const { place, file } = found;
  const { path } = place;

  if (!system.canExecute(path)) {
    const group = (file.mode & 0o010) === 0 ? null : groupOf(system.groups, file.gid);
    if (group === null) return { kind: 'no-execute', path };
    return group.members.includes(system.user)
      ? { kind: 'group-not-yet', path, group: group.name }
      : { kind: 'not-in-group', path, group: group.name, user: system.user };
  }
  const direct = directly(path);
  const probed = await system.probe(path);
  if ('failed' in probed)
    // The kernel starts no program whose capabilities are outside of the bounding set (capabilities(7)).
    return probed.systemCode === 'EPERM'
      ? { kind: 'not-allowed-here', path }
      : { kind: 'broken', path, cause: probed.failed };
  if ((probed.capabilities & CAP_NET_RAW) !== 0n) return { kind: 'works', start: direct, onlyLost: false };
  if (system.noNewPrivs) return { kind: 'no-new-privs', path };
  const mountPoint = nosuidMount(system.mountinfo, system.withoutLinks(path));
  const rootOnly = file.uid === 0 && (file.mode & 0o022) === 0;
  if (system.pkexec !== null && place.system && rootOnly)
    return {
      kind: 'works',
      start: { path, command: { file: system.pkexec, args: [path] }, throughPkexec: true },
      onlyLost: mountPoint === null,
    };
  return mountPoint === null ? { kind: 'no-capability', path } : { kind: 'nosuid', path, mountPoint };
}
