import { exitCodeOf, SesamyError } from '../domain/errors';
import type { NetworkInterface } from '../domain/network-interface';
import type { TransportState } from '../domain/plan/transport';
import { listInterfaces } from '../engine/interfaces';
import { transports } from '../engine/transports/registry';
import { say } from '../text/say';
import { interfaceLines } from './interface-lines';
import { out, plain } from './print';

/** What `sesamy doctor` finds out. */
export interface Findings {
  readonly version: string;
  /** The program that runs us, such as "Node 20.20.2". */
  readonly runtime: string;
  readonly platform: string;
  readonly transports: readonly TransportState[];
  readonly interfaces: readonly NetworkInterface[];
}

export interface DoctorOptions {
  readonly json?: boolean;
  readonly isn?: boolean;
  readonly isnListen?: string;
}

/** `sesamy doctor`. Returns the exit code. */
export async function doctorVerb(
  host: string | undefined,
  port: string | undefined,
  options: DoctorOptions,
): Promise<number> {
  const json = options.json === true;
  if (options.isn !== true && host !== undefined)
    throw new SesamyError('bad-input', 'A host and a port go with --isn only.');
  if (options.isn === true && options.isnListen !== undefined)
    throw new SesamyError('bad-input', '--isn and --isn-listen are the two ends of one check: one on each computer.');
  if (options.isn === true || options.isnListen !== undefined) {
    const { isnListenVerb, isnVerb } = await import('./doctor-isn');
    return options.isnListen === undefined ? isnVerb(host, port, json) : isnListenVerb(options.isnListen, json);
  }
  const [states, interfaces] = await Promise.all([transports.states(), listInterfaces()]);
  const { electron, node } = process.versions;
  const findings: Findings = {
    version: __APP_VERSION__,
    runtime: 'electron' in process.versions ? `Electron ${electron} with Node ${node}` : `Node ${node}`,
    platform: `${process.platform} ${process.arch}`,
    transports: states,
    interfaces,
  };
  if (json) out(JSON.stringify(findings));
  else for (const line of findingLines(findings)) out(line);
  return verdict(states);
}

/** 0 when knocks can be sent and all that is installed works. A raw transport that is not there is no fault. */
export function verdict(states: readonly TransportState[]): number {
  const sockets = states.some((state) => state.name === 'sockets' && state.works);
  return sockets && !states.some((state) => state.broken === true) ? 0 : exitCodeOf('transport-unavailable');
}

export function findingLines({
  version,
  runtime,
  platform,
  transports: states,
  interfaces,
}: Findings): readonly string[] {
  return [
    `Open Sesamy ${version}, ${runtime}, ${platform}`,
    '',
    ...states.flatMap(({ name, works, detail, fix }) => [
      `${name.padEnd(9)}${works ? 'works' : 'does not work'}`,
      `  ${plain(say(detail))}`,
      ...(fix === null ? [] : [`  ${plain(say(fix.text))}`]),
      ...(fix?.command == null ? [] : [`    ${plain(fix.command)}`]),
    ]),
    '',
    ...interfaceLines(interfaces),
  ];
}
