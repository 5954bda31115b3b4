/** What the operating system, and the helper itself, say about the helper on this computer. */
import { constants, accessSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { HelperSystem, Probed } from './diagnosis';
import { helperPlaces } from './locate';
import { converse, HelperFailure } from './process';
import { encodeProbe } from './protocol';

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

async function probe(path: string): Promise<Probed> {
  const signal = new AbortController().signal;
  try {
    for await (const report of converse({ file: path, args: [] }, encodeProbe(), signal, () => PROBE_PATIENCE_MS)) {
      if (report.type === 'probed') return { capabilities: report.capabilities };
      throw new HelperFailure(
        report.type === 'failed'
          ? `It refuses to be asked (${report.reason}).`
          : `It answers another question (${report.type}).`,
      );
    }
    throw new HelperFailure('It says nothing.');
  } catch (error) {
    return {
      failed: error instanceof Error ? error.message : String(error),
      systemCode: error instanceof HelperFailure ? error.systemCode : '',
    };
  }
}

/** This computer, now. */
export function helperSystem(resources: string | null): HelperSystem {
  return {
    places: helperPlaces(process.env['SESAMY_HELPER'], resources),
    file: regularFile,
    withoutLinks,
    canExecute,
    probe,
    noNewPrivs: /^NoNewPrivs:\s*1$/m.test(read('/proc/self/status')),
    mountinfo: read('/proc/self/mountinfo'),
    groups: read('/etc/group'),
    user: userName(),
    pkexec: askingProgram(),
  };
}
