/** Starting the pcap process, and speaking to it. What goes wrong in libpcap stays in there. */
import { execFile, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import type { RouteSources } from '../../routes/next-hop';

/** One running pcap process. */
export interface PcapPort {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** Called once, with how it ended as words that follow "it": "ended with code 1". */
  readonly onExit: (listener: (how: string) => void) => void;
  readonly kill: () => void;
}

/** Starts a process for one job. Never throws: a process that cannot be started ends at once. */
export type PcapLauncher = () => PcapPort;

/**
 * Which program runs the pcap process. A build of `cap` fits one runtime: in a packaged app (whose files lie in an archive)
 * Electron's, else that of the Node that the packages were installed with.
 */
function runtimeFor(childPath: string): { readonly file: string; readonly env: NodeJS.ProcessEnv } {
  if (!('electron' in process.versions)) return { file: process.execPath, env: {} };
  if (/\.asar[/\\]/.test(childPath)) return { file: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } };
  return { file: process.env['npm_node_execpath'] ?? 'node', env: { ELECTRON_RUN_AS_NODE: undefined } };
}

/**
 * The pcap process as a child of its own that ends with us.
 * @param childPath the built out/main/pcap-child.cjs
 */
export function nodePcapLauncher(childPath: string): PcapLauncher {
  return () => {
    const { file, env } = runtimeFor(childPath);
    const child = fork(childPath, [], {
      execPath: file,
      execArgv: [],
      env: { ...process.env, ...env },
      // Structured clone keeps bytes as bytes.
      serialization: 'advanced',
      // libpcap warns on standard error about devices without an IPv4 address.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return {
      post: (message) => {
        // A process that is gone already is told of by its end.
        child.send(message as object, () => undefined);
      },
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) => {
        child.once('error', (error) => {
          listener(`could not be started: ${error.message}`);
        });
        child.once('exit', (code, signal) => {
          listener(signal === null ? `ended with code ${code ?? 'unknown'}` : `was ended by ${signal}`);
        });
      },
      kill: () => {
        child.kill('SIGKILL');
      },
    };
  };
}

/** Asking for a route must not hold a knock up for long. PowerShell takes a second or two to start. */
const ROUTE_TIMEOUT_MS = 10_000;

/** The system that we run on, for finding the next hop. */
export const routeSources: RouteSources = {
  platform: process.platform,
  byteOrder: endianness(),
  // Where IPv6 is switched off its file is missing.
  read: (path) => readFile(path, 'utf8').catch(() => ''),
  run: (file, args, environment) =>
    new Promise((resolve, reject) => {
      const options = {
        env: { ...process.env, ...environment },
        timeout: ROUTE_TIMEOUT_MS,
        maxBuffer: 65_536,
        windowsHide: true,
      };
      execFile(file, args, options, (error, output, complaint) => {
        if (error === null) resolve(output);
        else reject(new Error(complaint.trim() === '' ? error.message : complaint));
      });
    }),
};
