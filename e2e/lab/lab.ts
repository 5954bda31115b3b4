/**
 * Two computers on one wire, made of network namespaces: a client, where everything runs as an ordinary user, and a
 * server with real programs and a real firewall. Needs root.
 *
 * Everything a lab makes bears its name and is gone after `dispose()`, also when this process is told to end.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { chown, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Capture } from './capture';
import { closedFirewall, countWindowRules, NEIGHBOUR_DISCOVERY } from './count-window-rules';
import type { CountWindowRules } from './count-window-rules';
import { installHelper } from './installed-helper';
import type { IpVersion } from './ip-version';
import { KNOCKD, knockdConfiguration } from './knockd';
import type { KnockdOptions } from './knockd';
import { must, run, Running, runNow, until } from './process';
import type { Finished, RunOptions } from './process';
import { broadcast, connectOnce } from './programs';
import { prepareSsh, SSHD, SshServer } from './ssh-server';
import { freshFolder, stageInto, stageNode } from '../../scripts/lib/stage.mjs';

/** Debian's `nobody`: an ordinary user that is there on every machine. */
export const CLIENT_USER = 65534;

// Addresses for documentation (RFC 5737, RFC 3849): they exist only inside the lab.
const CLIENT = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' };
const SERVER = { ipv4: '192.0.2.2', ipv6: '2001:db8::2' };
const BROADCAST_ADDRESS = '192.0.2.255';
const DISCARD_PORT = 9;

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const BASE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NAME = /^osl(\d+)x[0-9a-z]+[cs]$/;

/** A SYN is sent again after a second; a shorter wait makes an attempt exactly one SYN. */
const ONE_SYN_MS = 800;
const TEAR_DOWN_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface LabOptions {
  /** What the client's user is to run, copied where that user can read it. The built program when left out. */
  readonly sources?: readonly string[];
}

const FIREWALL_PROGRAMS: Readonly<Record<IpVersion, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };

/**
 * What the client's user may do: nothing special, and never more; what a program's file capabilities give, as the helper's
 * do; or send raw packets all along, which is the only way for libpcap.
 */
export type Rights = 'none' | 'file-capabilities' | 'net-raw';

const RIGHTS: Readonly<Record<Rights, readonly string[]>> = {
  none: ['--no-new-privs'],
  'file-capabilities': [],
  'net-raw': ['--inh-caps', '+net_raw', '--ambient-caps', '+net_raw', '--no-new-privs'],
};

export interface SshLoginOptions {
  readonly version?: IpVersion;
  /** The ProxyCommand, with ssh's own %h and %p. */
  readonly proxyCommand?: string;
  /** More of ssh_config(5), such as IPQoS=none. */
  readonly settings?: readonly string[];
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly rights?: Rights;
}

let labsMade = 0;

function inNamespace(namespace: string, argv: readonly string[]): readonly string[] {
  return ['ip', 'netns', 'exec', namespace, ...argv];
}

/** The ids of the processes in a namespace of the lab's, but never our own. */
function processesIn(namespace: string): number[] {
  return runNow(['ip', 'netns', 'pids', namespace])
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
}

/** Ends what still runs in a namespace, by process id, and removes it. With the last one goes the wire. */
function removeNamespace(namespace: string): void {
  for (const pid of processesIn(namespace)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  runNow(['ip', 'netns', 'delete', namespace]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what a killed run of the lab could not remove itself. */
function removeAbandoned(): void {
  for (const line of runNow(['ip', 'netns', 'list']).split('\n')) {
    const name = line.split(' ')[0] ?? '';
    const owner = NAME.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeNamespace(name);
  }
}

export class Lab {
  readonly clientNamespace: string;
  readonly serverNamespace: string;
  /** Both ends of the wire have the name of their namespace. */
  readonly clientInterface: string;
  readonly serverInterface: string;
  readonly client = CLIENT;
  readonly server = SERVER;
  /** World-readable; holds copies of the sources, each under its last name. */
  readonly staged: string;
  /** A Node that the client's user may run. */
  readonly node: string;
  /** The home of the client's user. */
  readonly home: string;
  readonly #privateFolder: string;
  readonly #started: Running[] = [];
  #disposed = false;

  private constructor(name: string, staged: string, node: string, home: string, privateFolder: string) {
    this.clientNamespace = this.clientInterface = `${name}c`;
    this.serverNamespace = this.serverInterface = `${name}s`;
    this.staged = staged;
    this.node = node;
    this.home = home;
    this.#privateFolder = privateFolder;
  }

  /** Makes the two namespaces and the wire, and stages the program under test. */
  static async create(options: LabOptions = {}): Promise<Lab> {
    if (process.getuid?.() !== 0) throw new Error('The lab makes network namespaces, and so needs root');
    removeAbandoned();
    const sources = options.sources ?? [join(REPOSITORY, 'out')];
    const missing = sources.find((source) => !existsSync(source));
    if (missing !== undefined) throw new Error(`${missing} is not there; build first`);
    const staged = freshFolder();
    stageInto(staged, sources);
    const home = freshFolder();
    await chown(home, CLIENT_USER, CLIENT_USER);
    const privateFolder = await mkdtemp(join(tmpdir(), 'open-sesamy-lab-private-'));
    const name = `osl${process.pid}x${(labsMade++).toString(36)}`;
    const lab = new Lab(name, staged, stageNode(staged), home, privateFolder);
    process.once('exit', lab.#tearDown);
    for (const signal of TEAR_DOWN_SIGNALS) process.once(signal, lab.#tearDownAndEnd);
    try {
      await lab.#connect();
    } catch (error) {
      await lab.dispose();
      throw error;
    }
    return lab;
  }

  async #connect(): Promise<void> {
    const ends = [
      { name: this.clientNamespace, addresses: this.client },
      { name: this.serverNamespace, addresses: this.server },
    ];
    for (const { name } of ends) await must(['ip', 'netns', 'add', name]);
    const peer = ['peer', 'name', this.serverInterface, 'netns', this.serverNamespace];
    const wire = ['link', 'add', this.clientInterface, 'netns', this.clientNamespace, 'type', 'veth', ...peer];
    await must(['ip', ...wire]);
    for (const { name, addresses } of ends) {
      const ip = ['ip', '-n', name];
      await must([...ip, 'address', 'add', `${addresses.ipv4}/24`, 'broadcast', BROADCAST_ADDRESS, 'dev', name]);
      await must([...ip, 'address', 'add', `${addresses.ipv6}/64`, 'dev', name, 'nodad']);
      await must([...ip, 'link', 'set', 'lo', 'up']);
      await must([...ip, 'link', 'set', name, 'up']);
    }
  }

  /** The environment of the client's user. */
  get clientEnvironment(): Readonly<Record<string, string>> {
    return { PATH: BASE_PATH, HOME: this.home, SHELL: '/bin/sh', LANG: 'C.UTF-8', USER: 'nobody', LOGNAME: 'nobody' };
  }

  /** The arguments that run a program in the client's namespace, as an ordinary user. */
  asClient(argv: readonly string[], rights: Rights = 'none'): readonly string[] {
    const ids = ['--reuid', String(CLIENT_USER), '--regid', String(CLIENT_USER), '--clear-groups'];
    return inNamespace(this.clientNamespace, ['setpriv', ...ids, ...RIGHTS[rights], '--', ...argv]);
  }

  /** Installs the helper for the client's user. */
  installHelper(): Promise<string> {
    return installHelper(this.staged, CLIENT_USER);
  }

  /** The arguments that run a program in the client's namespace as root: the test's own tools, never the program under test. */
  asClientRoot(argv: readonly string[]): readonly string[] {
    return inNamespace(this.clientNamespace, argv);
  }

  /** The arguments that run a program in the server's namespace, as root. */
  asServer(argv: readonly string[]): readonly string[] {
    return inNamespace(this.serverNamespace, argv);
  }

  /** Runs a program as the client's user, to its end. */
  inClient(argv: readonly string[], options: RunOptions = {}, rights: Rights = 'none'): Promise<Finished> {
    return run(this.asClient(argv, rights), { env: this.clientEnvironment, ...options });
  }

  /** Runs a program on the server, which has to succeed, and gives what it printed. */
  inServer(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return must(this.asServer(argv), options);
  }

  /** Starts a program and ends it with the lab, if not before. Arguments from `asClient` and its like. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): Running {
    const running = new Running(argv, env);
    this.#started.push(running);
    return running;
  }

  /** Starts a program as the client's user. */
  startInClient(argv: readonly string[]): Running {
    return this.start(this.asClient(argv), this.clientEnvironment);
  }

  /** The program under test with these arguments. */
  sesamy(...args: readonly string[]): readonly string[] {
    return [this.node, join(this.staged, 'out', 'main', 'sesamy.cjs'), ...args];
  }

  /** One connection attempt from the client, one SYN. Gives what the server says first, or null. */
  async greeting(port: number, version: IpVersion = 'ipv4', timeoutMs = ONE_SYN_MS): Promise<string | null> {
    const { code, stdout } = await this.inClient([this.node, ...connectOnce(this.server[version], port, timeoutMs)]);
    return code === 0 ? stdout : null;
  }

  /** Replaces the server's firewall. Lists that the rules keep begin empty. */
  async setFirewall(rules: readonly (readonly string[])[], version: IpVersion = 'ipv4'): Promise<void> {
    const program = FIREWALL_PROGRAMS[version];
    const empty = [['-P', 'INPUT', 'ACCEPT'], ['-F'], ['-X']];
    for (const rule of [...empty, ...rules]) await this.inServer([program, ...rule]);
  }

  /** Shuts the server but for its own answers. */
  async shutFirewall(version: IpVersion = 'ipv4'): Promise<void> {
    await this.setFirewall([...closedFirewall(), ...(version === 'ipv6' ? NEIGHBOUR_DISCOVERY : [])], version);
  }

  /** Shuts the server but for the count-window rules, with nothing counted yet. */
  async installCountWindow(rules: CountWindowRules, version: IpVersion = 'ipv4'): Promise<void> {
    await this.shutFirewall(version);
    for (const rule of countWindowRules(rules)) await this.inServer([FIREWALL_PROGRAMS[version], ...rule]);
  }

  /** Starts sshd and waits until it listens. */
  async startSshServer(port = 22): Promise<SshServer> {
    const configuration = await prepareSsh({
      privateFolder: await mkdtemp(join(this.#privateFolder, 'sshd-')),
      clientFolder: await mkdtemp(join(this.staged, 'ssh-')).then((folder) => this.#forClient(folder)),
      clientUser: CLIENT_USER,
      port,
      addresses: [this.server.ipv4, this.server.ipv6],
    });
    const sshd = this.start(this.asServer([SSHD, '-D', '-e', '-f', configuration.configFile]));
    const listening = ['0.0.0.0', '::'].map((address) => `Server listening on ${address} port ${port}.`);
    await sshd.ready('sshd', () => listening.every((line) => sshd.stderr.includes(line)));
    return new SshServer(port, configuration, sshd);
  }

  async #forClient(folder: string): Promise<string> {
    await chown(folder, CLIENT_USER, CLIENT_USER);
    return folder;
  }

  /** The client's user logs in as root by ssh and runs a command there. */
  ssh(server: SshServer, command: string, options: SshLoginOptions = {}): Promise<Finished> {
    const proxy = options.proxyCommand === undefined ? [] : [`ProxyCommand=${options.proxyCommand}`];
    const settings = [...(options.settings ?? []), ...proxy].flatMap((setting) => ['-o', setting]);
    const target = ['-p', String(server.port), `root@${this.server[options.version ?? 'ipv4']}`, command];
    const { timeoutMs = 20_000, env = this.clientEnvironment, rights } = options;
    return this.inClient(['ssh', ...server.options, ...settings, ...target], { timeoutMs, env }, rights);
  }

  /** Starts knockd and waits until it watches the wire. */
  async startKnockd(options: KnockdOptions): Promise<Running> {
    const folder = await mkdtemp(join(this.#privateFolder, 'knockd-'));
    const configFile = join(folder, 'knockd.conf');
    const logFile = join(folder, 'knockd.log');
    await writeFile(configFile, knockdConfiguration(options, this.serverInterface, logFile));
    await writeFile(logFile, '');
    const knockd = this.start(this.asServer([KNOCKD, '-c', configFile, '-i', this.serverInterface]));
    const log = (): Promise<string> => readFile(logFile, 'utf8');
    await until('knockd watches the wire', async () => knockd.ended || (await log()).includes('starting up'));
    if (knockd.ended) throw new Error(`knockd ended: ${knockd.stdout.toString()} ${knockd.stderr}`);
    return knockd;
  }

  /**
   * Starts to record the client's end of the wire.
   * @param filter which packets, in libpcap's language: all when left out
   */
  async capture(filter?: string): Promise<Capture> {
    const tcpdump = this.start(
      this.asClientRoot([
        'tcpdump',
        '-i',
        this.clientInterface,
        '-n',
        '-U',
        '--immediate-mode',
        '-Z',
        'root',
        '-w',
        '-',
        // The end of a capture is a datagram for everyone.
        ...(filter === undefined ? [] : [`(${filter}) or udp port ${DISCARD_PORT}`]),
      ]),
    );
    await tcpdump.ready('tcpdump', () => tcpdump.stderr.includes('listening on'));
    return new Capture(tcpdump, Object.values(this.client), async () => {
      const marker = `end of capture ${randomBytes(8).toString('hex')}`;
      await this.inServer([process.execPath, ...broadcast(BROADCAST_ADDRESS, DISCARD_PORT, marker)]);
      return Buffer.from(marker);
    });
  }

  /** The ids of all processes in the client's namespace that this lab did not start itself. */
  strayClientProcesses(): number[] {
    const own = new Set(this.#started.filter((running) => !running.ended).map((running) => running.child.pid));
    return processesIn(this.clientNamespace).filter((pid) => !own.has(pid));
  }

  /** Ends every program, and removes the namespaces and all files. */
  async dispose(): Promise<void> {
    await Promise.all(this.#started.map((running) => running.stop()));
    this.#tearDown();
    process.off('exit', this.#tearDown);
    for (const signal of TEAR_DOWN_SIGNALS) process.off(signal, this.#tearDownAndEnd);
  }

  /** All at once and without waiting, so that it also works while this process ends. */
  readonly #tearDown = (): void => {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const running of this.#started) running.kill('SIGKILL');
    removeNamespace(this.clientNamespace);
    removeNamespace(this.serverNamespace);
    for (const folder of [this.staged, this.home, this.#privateFolder])
      rmSync(folder, { recursive: true, force: true });
  };

  readonly #tearDownAndEnd = (signal: NodeJS.Signals): void => {
    this.#tearDown();
    // The listener was for once: now the signal does what it does by itself.
    process.kill(process.pid, signal);
  };
}
