/** The configuration of a real knockd, as the method's own manual gives it. */

export interface KnockdSequence {
  /** As knockd writes them: port, or port:protocol. */
  readonly steps: readonly string[];
  readonly timeoutSeconds?: number;
}

export interface KnockdOptions {
  readonly open: KnockdSequence;
  /** A second sequence that shuts the door. */
  readonly close?: KnockdSequence;
  readonly servicePort: number;
}

export const KNOCKD = '/usr/sbin/knockd';
const IPTABLES = '/usr/sbin/iptables';

function section(name: string, sequence: KnockdSequence, command: string): readonly string[] {
  return [
    `[${name}]`,
    `sequence = ${sequence.steps.join(',')}`,
    `seq_timeout = ${sequence.timeoutSeconds ?? 5}`,
    'tcpflags = syn',
    `command = ${command}`,
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
  return [
    '[options]',
    `logfile = ${logFile}`,
    `interface = ${networkInterface}`,
    '',
    // A second right knock finds the rule there and adds none.
    ...section('open', options.open, `${IPTABLES} -C ${rule} || ${IPTABLES} -I ${rule}`),
    ...(options.close ? section('close', options.close, `${IPTABLES} -D ${rule}`) : []),
  ].join('\n');
}
