/** Whether the helper works on this computer, and what it lacks where it does not. */
import { constants, accessSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { SesamyError } from '../../../domain/errors';
import type { TransportState } from '../../../domain/plan/transport';
import type { HelperStart } from './helper';
import { helperPlaces } from './locate';
import type { HelperPlace } from './locate';
import { converse, HelperFailure } from './process';
import { encodeProbe } from './protocol';

/** What the answer depends on besides the helper. */
export interface HelperSystem {
  readonly places: readonly HelperPlace[];
  /** Owner, group and mode of a regular file; null where there is none. */
  readonly file: (path: string) => { readonly uid: number; readonly gid: number; readonly mode: number } | null;
  /** Whether this process may execute it (access(2)). */
  readonly canExecute: (path: string) => boolean;
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
  | { readonly kind: 'works'; readonly start: HelperStart; readonly mend: string | null }
  | { readonly kind: 'absent'; readonly places: readonly HelperPlace[] }
  | { readonly kind: 'no-execute'; readonly path: string }
  | { readonly kind: 'not-in-group'; readonly path: string; readonly group: string; readonly user: string }
  | { readonly kind: 'group-not-yet'; readonly path: string; readonly group: string }
  | { readonly kind: 'no-new-privs'; readonly path: string }
  | { readonly kind: 'nosuid'; readonly path: string; readonly mountPoint: string }
  | { readonly kind: 'no-capability'; readonly path: string }
  | { readonly kind: 'not-allowed-here'; readonly path: string }
  | { readonly kind: 'broken'; readonly path: string; readonly cause: string };

const INSTALL = 'sudo npm run helper:install';
/** capabilities(7). */
const CAP_NET_RAW = 1n << 13n;
const PROBE_PATIENCE_MS = 3000;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in containers.
    return String(process.getuid?.() ?? '');
  }
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function regularFile(path: string): ReturnType<HelperSystem['file']> {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : null;
  } catch {
    return null;
  }
}

function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A person can be asked on a desktop, or on the terminal that we run in. */
function askingProgram(): string | null {
  const { env } = process;
  const display = (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
  if (!display && !process.stderr.isTTY) return null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, 'pkexec')).find(canExecute) ?? null;
}

/** This computer, now. */
export function helperSystem(resources: string | null): HelperSystem {
  return {
    places: helperPlaces(process.env['SESAMY_HELPER'], resources),
    file: regularFile,
    canExecute,
    noNewPrivs: /^NoNewPrivs:\s*1$/m.test(read('/proc/self/status')),
    mountinfo: read('/proc/self/mountinfo'),
    groups: read('/etc/group'),
    user: userName(),
    pkexec: askingProgram(),
  };
}

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

/** Asks the helper what it may do. */
async function probe(path: string): Promise<bigint> {
  const signal = new AbortController().signal;
  for await (const report of converse({ file: path, args: [] }, encodeProbe(), signal, () => PROBE_PATIENCE_MS)) {
    if (report.type === 'probed') return report.capabilities;
    throw new HelperFailure(
      report.type === 'failed'
        ? `It refuses to be asked (${report.reason}).`
        : `It answers another question (${report.type}).`,
    );
  }
  throw new HelperFailure('It says nothing.');
}

function directly(path: string): HelperStart {
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
  try {
    if (((await probe(path)) & CAP_NET_RAW) !== 0n) return { kind: 'works', start: direct, mend: null };
  } catch (error) {
    // The kernel starts no program whose capabilities are outside of the bounding set (capabilities(7)).
    if (error instanceof HelperFailure && error.systemCode === 'EPERM') return { kind: 'not-allowed-here', path };
    return { kind: 'broken', path, cause: error instanceof Error ? error.message : String(error) };
  }
  if (system.noNewPrivs) return { kind: 'no-new-privs', path };
  const mountPoint = nosuidMount(system.mountinfo, withoutLinks(path));
  const rootOnly = file.uid === 0 && (file.mode & 0o022) === 0;
  if (system.pkexec !== null && place.system && rootOnly)
    return {
      kind: 'works',
      start: { path, command: { file: system.pkexec, args: [path] }, throughPkexec: true },
      mend: mountPoint === null ? setcap(path) : null,
    };
  return mountPoint === null ? { kind: 'no-capability', path } : { kind: 'nosuid', path, mountPoint };
}

/** A word of a command that a person is to copy. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function setcap(path: string): string {
  return `sudo setcap cap_net_raw,cap_net_admin=ep ${word(path)}`;
}

/** The same in words, with what mends it. */
export function helperState(diagnosis: HelperDiagnosis): TransportState {
  const state = (detail: string, fix: TransportState['fix']): TransportState => ({
    name: 'helper',
    works: false,
    broken: diagnosis.kind !== 'absent',
    detail,
    fix,
  });
  switch (diagnosis.kind) {
    case 'works': {
      const { path, throughPkexec } = diagnosis.start;
      const mend = diagnosis.mend === null ? '' : ` To do without: ${diagnosis.mend}`;
      const asks = `, as administrator: its file capabilities do not work here, so the system asks for the password each time.${mend}`;
      const detail = `Raw packets, routed and at link level, through ${path}${throughPkexec ? asks : '.'}`;
      return { name: 'helper', works: true, detail, fix: null };
    }
    case 'absent': {
      const looked = diagnosis.places.map((place) => place.path).join(', ');
      return state(`It is not installed. Looked for: ${looked}.`, {
        text: 'Install it, in the folder of Open Sesamy’s source:',
        command: INSTALL,
      });
    }
    case 'no-execute':
      return state(`${diagnosis.path} may not be executed.`, { text: 'Install it again:', command: INSTALL });
    case 'not-in-group': {
      const { path, group, user } = diagnosis;
      return state(`Only the group ${group} may start ${path}, and ${user} is not in it.`, {
        text: 'Join the group, then log out and in again:',
        command: `sudo usermod -aG ${word(group)} ${word(user)}`,
      });
    }
    case 'group-not-yet':
      return state(
        `Only the group ${diagnosis.group} may start ${diagnosis.path}. You are in it, but not yet in this session.`,
        { text: 'Log out and in again.', command: null },
      );
    case 'no-new-privs':
      return state(
        `${diagnosis.path} gets no capability: this process runs under no_new_privs, so no program that it starts can have more rights.`,
        {
          text: 'Start Open Sesamy outside of what set that: a sandbox, a container, or a service with NoNewPrivileges.',
          command: null,
        },
      );
    case 'nosuid':
      return state(
        `${diagnosis.path} gets no capability: ${diagnosis.mountPoint} is mounted nosuid, where file capabilities do not count.`,
        { text: 'Install it where they do:', command: INSTALL },
      );
    case 'no-capability':
      return state(`${diagnosis.path} has no capability to send raw packets: its file capabilities are lost.`, {
        text: 'Give them back:',
        command: setcap(diagnosis.path),
      });
    case 'not-allowed-here':
      return state(
        `The system refuses to start ${diagnosis.path} with its capabilities: this session may not have them, as in a container.`,
        { text: 'Run Open Sesamy outside of the container, or give it NET_RAW and NET_ADMIN.', command: null },
      );
    case 'broken':
      return state(`${diagnosis.path} does not work. ${diagnosis.cause}`, {
        text: 'Install the one that belongs to this version:',
        command: INSTALL,
      });
  }
}

/**
 * How to start it for what needs no capability.
 * @throws SesamyError `transport-unavailable`
 */
export function unprivilegedStart(diagnosis: HelperDiagnosis): HelperStart {
  const { kind } = diagnosis;
  if (kind === 'works') return directly(diagnosis.start.path);
  if (kind === 'no-new-privs' || kind === 'nosuid' || kind === 'no-capability') return directly(diagnosis.path);
  return helperStart(diagnosis);
}

/**
 * How to start it.
 * @throws SesamyError `transport-unavailable`
 */
export function helperStart(diagnosis: HelperDiagnosis): HelperStart {
  if (diagnosis.kind === 'works') return diagnosis.start;
  throw new SesamyError('transport-unavailable', `The helper does not work here. ${helperState(diagnosis).detail}`, {
    action: { kind: 'open-permissions', label: 'Permissions' },
  });
}
