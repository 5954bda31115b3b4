/**
 * One saver at a time, among all processes of the user. The lock is a file that link(2) makes in one step with its
 * holder written in it, so there is never a lock without a name; and it outlives a killed holder, whose lock is taken
 * over at once because its process is gone. docs/decisions/0007 has the whole reasoning.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { SesamyError } from '../domain/errors';
import type { FileSystem } from './file-system';
import { notWritable, systemCode } from './problems';
import type { VaultLocation } from './vault';

/** Longer than a hundred saves take. */
const WAIT_MS = 5_000;
/** A holder of which no more can be known than its age has been forgotten after this time. No save takes as long. */
const FORGOTTEN_MS = 30_000;
/**
 * When a releasing holder looks for its lock, in milliseconds one after the other. Whoever moved it aside by mistake puts
 * it back within moments, and nobody but the holder can take it away then.
 */
const RELEASE_LOOKS_MS = [0, 20, 100] as const;
/** Waiters look again after a random time, so that two of them do not keep meeting. In milliseconds. */
const LOOK_AGAIN_MS = { least: 2, spread: 12 };

/** The lock, for as long as this process is not taken for dead. */
export interface Lock {
  /** Asked right before the commit: a computer may have slept since, and another may have taken over. */
  isOurs(): Promise<boolean>;
  release(): Promise<void>;
}

/** Who holds a lock file, as far as it says. */
interface Holder {
  /** The file's text: unique to this one holding. */
  readonly text: string;
  /** Since it was taken, in milliseconds. */
  readonly ageMs: number;
}

/** The lock's file. Beside it stand, for moments, files with its name and an ending `.<hex>.tmp` or `.<hex>.stale`. */
export function lockFileOf(location: VaultLocation): string {
  return `${location.file}.lock`;
}

/** @throws SesamyError `vault-busy` after five seconds, `vault-not-writable` */
export async function takeLock(
  files: FileSystem,
  location: VaultLocation,
  options: { readonly waitMs?: number } = {},
): Promise<Lock> {
  const lockFile = lockFileOf(location);
  const waitMs = options.waitMs ?? WAIT_MS;
  const ours = JSON.stringify({ ...describeProcess(process.pid), token: randomBytes(16).toString('hex') });
  const proposal = `${lockFile}.${randomBytes(8).toString('hex')}.tmp`;
  const propose = async () => {
    const file = await files.create(proposal);
    try {
      await file.write(Buffer.from(ours));
    } finally {
      await file.close();
    }
  };
  try {
    await propose();
    const started = performance.now();
    for (;;) {
      const result = await linked(files, proposal, lockFile);
      if (result === 'linked') break;
      if (result === 'swept') await propose();
      const holder = await holderOf(lockFile);
      if (holder !== null && isGone(holder)) await setAside(files, lockFile, holder);
      else if (performance.now() - started > waitMs) throw busy(location, holder);
      else await delay(LOOK_AGAIN_MS.least + Math.random() * LOOK_AGAIN_MS.spread);
    }
  } catch (thrown) {
    throw notWritable(location.file, thrown);
  } finally {
    await removeQuietly(files, proposal);
  }
  const isOurs = async () => (await holderOf(lockFile))?.text === ours;
  return {
    isOurs,
    async release() {
      try {
        for (const waitMs of RELEASE_LOOKS_MS) {
          if (waitMs > 0) await delay(waitMs);
          if (!(await isOurs())) continue;
          await files.remove(lockFile);
          return;
        }
      } catch (thrown) {
        // What was saved is saved. A lock that stays is taken over when this process is gone or it has grown old.
        if (systemCode(thrown) === '') throw thrown;
      }
    },
  };
}

/**
 * Whether a proposal that lies about belongs to a process that can no longer want it. One without a readable note was
 * being written by a process that was killed, or that will write it again.
 */
export async function isAbandoned(proposal: string): Promise<boolean> {
  const holder = await holderOf(proposal);
  return holder !== null && (parseNote(holder.text) === null || isGone(holder));
}

/** Removes a file that may be gone already, or that stays until the next sweep. */
export async function removeQuietly(files: FileSystem, file: string): Promise<void> {
  try {
    await files.remove(file);
  } catch (thrown) {
    if (systemCode(thrown) === '') throw thrown;
  }
}

/** @returns `held` when somebody has the lock, `swept` when there is nothing to link */
async function linked(files: FileSystem, proposal: string, lockFile: string): Promise<'linked' | 'held' | 'swept'> {
  try {
    await files.link(proposal, lockFile);
    return 'linked';
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'EEXIST') return 'held';
    if (code === 'ENOENT') return 'swept';
    throw thrown;
  }
}

/**
 * Moves a dead holder's lock out of the way. Between the look and the rename another process may have done the same
 * and taken the lock: then what was moved is a living lock, and it is put back. Should a third have come in between,
 * the owner of the moved lock notices before its commit.
 */
async function setAside(files: FileSystem, lockFile: string, dead: Holder): Promise<void> {
  const aside = `${lockFile}.${randomBytes(8).toString('hex')}.stale`;
  try {
    await files.rename(lockFile, aside);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  const moved = await holderOf(aside);
  if (moved !== null && moved.text !== dead.text) await linked(files, aside, lockFile);
  await removeQuietly(files, aside);
}

async function holderOf(file: string): Promise<Holder | null> {
  try {
    const text = await readFile(file, 'utf8');
    const { mtimeMs } = await stat(file);
    return { text, ageMs: Date.now() - mtimeMs };
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}

/** What a lock says of its holder. */
interface ProcessNote {
  readonly pid: number;
  /** When the process began, in the kernel's ticks since start-up: a number that is used again differs. Null: unknown. */
  readonly started: string | null;
  /** Where the number means that process: computer and, on Linux, process namespace. */
  readonly place: string;
}

function isGone({ text, ageMs }: Holder): boolean {
  const note = parseNote(text);
  const forgotten = ageMs > FORGOTTEN_MS;
  // A lock without a readable note comes from a computer that lost power.
  if (note === null || note.place !== PLACE) return forgotten;
  if (!isRunning(note.pid)) return true;
  const { started } = describeProcess(note.pid);
  if (started === null || note.started === null) return forgotten;
  return started !== note.started;
}

function parseNote(text: string): ProcessNote | null {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof note !== 'object' || note === null) return null;
  const { pid, started, place } = note as Readonly<Record<string, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof place !== 'string') return null;
  if (typeof started !== 'string' && started !== null) return null;
  return { pid, started, place };
}

function describeProcess(pid: number): ProcessNote {
  return { pid, started: statFields(pid)?.[STARTED] ?? null, place: PLACE };
}

/** Positions in /proc/PID/stat after the name, which may itself hold blanks and brackets (proc_pid_stat(5): 3 and 22). */
const STATE = 0;
const STARTED = 19;

function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // Not permitted: it is there, and somebody else's.
    return systemCode(thrown) === 'EPERM';
  }
  // A killed process keeps its number until its parent has looked.
  return !['Z', 'X'].includes(statFields(pid)?.[STATE] ?? '');
}

const PLACE = `${hostname()} ${processNamespace()}`;

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function busy(location: VaultLocation, holder: Holder | null): SesamyError {
  const note = holder === null ? null : parseNote(holder.text);
  const who = note === null ? 'another process' : `process ${note.pid}`;
  return new SesamyError('vault-busy', `${location.file} is being saved by ${who}.`);
}
