import type * as z from 'zod';
import { group, matching, oneOf, shown } from '../fields';
import { isHost } from './host';

/**
 * ssh_config options that a profile may set. An allow-list, because profiles are imported from other people and many
 * options of ssh run programs or load code (ProxyCommand, LocalCommand, KnownHostsCommand, PKCS11Provider and more).
 * Each entry is here because it changes how the session authenticates, what it forwards or how it stays alive, and
 * can start nothing. Two of them need a closer look, see {@link VALUE_RULES}.
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

/** A user name that may stand in an argument array (docs/architecture.md, rule 10). */
export const sshUserSchema = matching(
  'SSH user',
  /^(?!-)[A-Za-z0-9._-]{1,64}$/,
  '1 to 64 letters, digits, dots, underscores and hyphens, with no hyphen first',
);

/**
 * ssh appends host keys to UserKnownHostsFile, each line beginning with HostKeyAlias. Left free, these two together
 * write a line of somebody else's choice into a file of their choice, such as a shell's start file.
 */
const VALUE_RULES: Partial<Record<(typeof SSH_OPTIONS)[number], { fits(value: string): boolean; allowed: string }>> = {
  HostKeyAlias: { fits: isHost, allowed: 'a host name or an address' },
  UserKnownHostsFile: {
    fits: (value) => /^(?:none|\/dev\/null|(?:[^\s']*\/)?known_hosts[A-Za-z0-9._-]*)$/u.test(value),
    allowed: 'none, /dev/null, or one file whose name begins with known_hosts',
  },
};

const anyOption = group('SSH option', {
  name: oneOf('SSH option', SSH_OPTIONS),
  /** Passed to ssh as one argument, `-o name=value`; ssh itself reads quotes, blanks and %-tokens in it. */
  value: matching(
    'SSH option value',
    /^[^\p{Cc}"\\]{1,400}$/u,
    '1 to 400 characters without double quotes, backslashes and control characters',
  ),
});

export const sshOptionSchema = anyOption.refine(({ name, value }) => VALUE_RULES[name]?.fits(value) ?? true, {
  path: ['value'],
  error: ({ input }) => {
    const { name, value } = input as z.infer<typeof anyOption>;
    return `SSH option ${name} must be ${VALUE_RULES[name]?.allowed ?? 'text'}; this is ${shown(value)}.`;
  },
});
