import * as z from 'zod';
import { matching, oneOf } from '../fields';

/**
 * ssh_config options that a profile may set. An allow-list, because profiles are imported from other people and many
 * options of ssh run programs or load code (ProxyCommand, LocalCommand, KnownHostsCommand, PKCS11Provider and more).
 * Each entry is here because it changes how the session authenticates, what it forwards or how it stays alive, and
 * can start nothing.
 */
export const SSH_OPTIONS = [
  'AddressFamily',
  'BatchMode',
  'Ciphers',
  'Compression',
  'DynamicForward',
  'ExitOnForwardFailure',
  'ForwardAgent',
  'HostKeyAlgorithms',
  'HostKeyAlias',
  'IdentitiesOnly',
  'IdentityFile',
  'KexAlgorithms',
  'LocalForward',
  'LogLevel',
  'MACs',
  'PreferredAuthentications',
  'RemoteForward',
  'RequestTTY',
  'ServerAliveCountMax',
  'ServerAliveInterval',
  'StrictHostKeyChecking',
  'UserKnownHostsFile',
] as const;

/** A user name that may stand in an argument array (architecture, rule 10). */
export const sshUserSchema = matching(
  'SSH user',
  /^(?!-)[A-Za-z0-9._-]{1,64}$/,
  '1 to 64 letters, digits, dots, underscores and hyphens, with no hyphen first',
);

export const sshOptionSchema = z.strictObject({
  name: oneOf('SSH option', SSH_OPTIONS),
  /** Passed to ssh as one argument, `-o name=value`; ssh itself reads quotes, blanks and %-tokens in it. */
  value: matching('SSH option value', /^[^\p{Cc}"\\]{1,400}$/u, '1 to 400 characters without quotes, backslashes and control characters'),
});

export type SshOption = z.infer<typeof sshOptionSchema>;
