import type { Profile } from '../domain/profile/profile';
import { proxyCommandLine } from './shell-quote';

/** What ssh needs to know of a profile. Every value has passed the profile's schema. */
export type SshTarget = Pick<Profile, 'host' | 'servicePort' | 'ssh'>;

/** A server's key that is known beforehand, as for the practice door: no question is asked and nothing is remembered. */
export interface KnownHost {
  /** Path of a known_hosts file that holds this one key. */
  readonly file: string;
}

/**
 * The argument array of `ssh` for a door that our own proxy opens.
 * @param proxy the proxy's argument array, without host and port, which ssh appends by %h and %p
 */
export function sshArguments(
  target: SshTarget,
  proxy: readonly string[],
  knownHost: KnownHost | null,
): readonly string[] {
  const options = target.ssh.options.map((option): readonly [string, string] => [option.name, option.value]);
  if (knownHost !== null)
    options.push(
      ['UserKnownHostsFile', quoteOption(knownHost.file)],
      ['GlobalKnownHostsFile', '/dev/null'],
      ['StrictHostKeyChecking', 'yes'],
    );
  return [
    '-o',
    `ProxyCommand=${proxyCommandLine(proxy)} -- %h %p`,
    '-p',
    String(target.servicePort),
    ...options.flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(target.ssh.user === null ? [] : ['-l', target.ssh.user]),
    '--',
    target.host,
  ];
}

/** ssh_config splits values at blanks, unless they are quoted. */
function quoteOption(path: string): string {
  return `"${path}"`;
}
