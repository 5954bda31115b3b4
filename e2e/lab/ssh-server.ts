/** A real sshd in the server's namespace, with keys of its own, and how the client reaches it. */
import { chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from './process';
import type { Running } from './process';

export const SSHD = '/usr/sbin/sshd';

/** sshd locks its unprivileged half into this folder, and does not start without it. */
const PRIVILEGE_SEPARATION_FOLDER = '/run/sshd';

interface SshFiles {
  /** Only root reads it: the server's configuration and host key. */
  readonly privateFolder: string;
  /** Everybody reads it: known_hosts, and the client's key, which only the client's user reads. */
  readonly clientFolder: string;
  readonly clientUser: number;
  readonly port: number;
  /** The addresses under which the client knows the server. */
  readonly addresses: readonly string[];
}

export interface SshConfiguration {
  readonly configFile: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

async function makeKey(file: string): Promise<void> {
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'open-sesamy-lab', '-f', file]);
}

/** Writes all that sshd and ssh read. */
export async function prepareSsh(files: SshFiles): Promise<SshConfiguration> {
  await mkdir(PRIVILEGE_SEPARATION_FOLDER, { recursive: true, mode: 0o755 });
  const hostKey = join(files.privateFolder, 'host_key');
  const clientKey = join(files.privateFolder, 'client_key');
  await makeKey(hostKey);
  await makeKey(clientKey);

  const configFile = join(files.privateFolder, 'sshd_config');
  const lines = [
    `Port ${files.port}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${clientKey}.pub`,
    `PidFile ${join(files.privateFolder, 'sshd.pid')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'Subsystem sftp internal-sftp',
    // The keys lie under the temporary folder, which all may write to; the folder of this run is root's alone.
    'StrictModes no',
  ];
  await writeFile(configFile, `${lines.join('\n')}\n`);

  // ssh refuses a key that others may read, even root's own copy of it.
  const identityFile = join(files.clientFolder, 'id_ed25519');
  await copyFile(clientKey, identityFile);
  await chown(identityFile, files.clientUser, files.clientUser);

  const hosts = files.addresses.map((address) => (files.port === 22 ? address : `[${address}]:${files.port}`));
  const [type, key] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ');
  const knownHostsFile = join(files.clientFolder, 'known_hosts');
  await writeFile(knownHostsFile, `${hosts.join(',')} ${type} ${key}\n`);
  return { configFile, identityFile, knownHostsFile };
}

/** sshd in the lab. Get one from `lab.startSshServer()`. */
export class SshServer {
  readonly port: number;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly process: Running;

  constructor(port: number, configuration: SshConfiguration, process: Running) {
    this.port = port;
    this.identityFile = configuration.identityFile;
    this.knownHostsFile = configuration.knownHostsFile;
    this.process = process;
  }

  /** The ssh options that need no home folder and no configuration of the user's. */
  get options(): readonly string[] {
    const settings = [
      `UserKnownHostsFile=${this.knownHostsFile}`,
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      'ConnectTimeout=15',
      'LogLevel=ERROR',
    ];
    return ['-F', 'none', '-i', this.identityFile, ...settings.flatMap((setting) => ['-o', setting])];
  }
}
