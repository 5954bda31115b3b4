/** The configuration of a real knockd, as the method's own manual gives it. */
import type { IpVersion } from './ip-version';

export interface KnockdSequence {
  /** As knockd writes them: port, or port:protocol. */
  readonly steps: readonly string[];
  readonly timeoutSeconds?: number;
  /** A file of sequences, each used once, in place of the steps. knockd writes into it. */
  readonly oneTimeFile?: string;
}

export interface KnockdOptions {
  readonly open: KnockdSequence;
  /** A second sequence that shuts the door. */
  readonly close?: KnockdSequence;
  readonly servicePort: number;
  /** Which address family it opens the door for. */
  readonly version?: IpVersion;
}

export const KNOCKD = '/usr/sbin/knockd';
const FIREWALLS: Readonly<Record<IpVersion, { readonly key: string; readonly program: string }>> = {
  ipv4: { key: 'command', program: '/usr/sbin/iptables' },
  ipv6: { key: 'command_6', program: '/usr/sbin/ip6tables' },
};

function section(name: string, sequence: KnockdSequence, key: string, command: string): readonly string[] {
  return [
    `[${name}]`,
    sequence.oneTimeFile === undefined
      ? `sequence = ${sequence.steps.join(',')}`
      : `one_time_sequences = ${sequence.oneTimeFile}`,
    `seq_timeout = ${sequence.timeoutSeconds ?? 5}`,
    'tcpflags = syn',
    `${key} = ${command}`,
    '',
  ];
}

/** The rule that a right knock adds, without the verb before it. `%IP%` is knockd's word for the client's address. */
export function openingRule(source: string, servicePort: number): readonly string[] {
  return ['INPUT', '-s', source, '-p', 'tcp', '--dport', String(servicePort), '-j', 'ACCEPT'];
}

/** The text of knockd.conf. */
export function knockdConfiguration(options: KnockdOptions, networkInterface: string, logFile: string): string {
  const rule = openingRule('%IP%', options.servicePort).join(' ');
  const { key, program } = FIREWALLS[options.version ?? 'ipv4'];
  return [
    '[options]',
    `logfile = ${logFile}`,
    `interface = ${networkInterface}`,
    '',
    // A second right knock finds the rule there and adds none.
    ...section('open', options.open, key, `${program} -C ${rule} || ${program} -I ${rule}`),
    ...(options.close ? section('close', options.close, key, `${program} -D ${rule}`) : []),
  ].join('\n');
}
