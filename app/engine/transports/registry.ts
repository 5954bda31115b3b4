import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TRANSPORT_NAMES } from '../../domain/plan/transport';
import type { TransportName, TransportState } from '../../domain/plan/transport';
import { text } from '../../text/text';
import type { HelperDiagnosis } from './helper/diagnosis';
import type { AdoptedConnection, ConnectReport } from './helper/connect';
import type { ListenReport } from './helper/listen';
import type { ListenRequest } from './helper/protocol';
import { nodePcapLauncher } from './pcap/launch';
import type { PcapLauncher } from './pcap/launch';
import { sockets } from './sockets';
import type { Transport } from './transport';

/** The transports of this computer. */
export interface Transports {
  /**
   * Finds out which ones work now. Asks the helper and libpcap, each of which takes some ten milliseconds.
   * @param names which ones to ask; all of them when it is left out
   */
  states(names?: readonly TransportName[]): Promise<readonly TransportState[]>;
  get(name: TransportName): Transport;
  /**
   * Opens a connection that begins with a SYN of our own. Only the helper can.
   * @throws SesamyError as `helperConnect`
   */
  connect(connection: AdoptedConnection, signal: AbortSignal): AsyncGenerator<ConnectReport, void>;
}

/** The other end of a check of the path. */
export interface Listener {
  /**
   * Tells how SYNs arrive at a port of this computer.
   * @throws SesamyError as `helperListen`, and `transport-unavailable`
   */
  listen(request: ListenRequest, signal: AbortSignal): AsyncGenerator<ListenReport, void>;
}

export interface TransportParts {
  readonly platform: NodeJS.Platform;
  /** Starts the process that holds libpcap. */
  readonly launchPcap: PcapLauncher;
  /** The packaged app's folder of resources, where the helper may lie; null where there is none. */
  readonly resources: string | null;
}

const SOCKETS: TransportState = {
  name: 'sockets',
  works: true,
  detail: text('sockets.works'),
  fix: null,
};

const NOT_LINUX: TransportState = {
  name: 'helper',
  works: false,
  detail: text('helper.not-linux'),
  fix: null,
};

/** The raw transports' code is loaded only when it is asked for: most knocks do without. */
export function transportsOf({ platform, launchPcap, resources }: TransportParts): Transports & Listener {
  let diagnosed: Promise<HelperDiagnosis> | null = null;
  const diagnose = async (): Promise<HelperDiagnosis> => {
    const [{ diagnoseHelper }, { helperSystem }] = await Promise.all([
      import('./helper/diagnosis'),
      import('./helper/system'),
    ]);
    return diagnoseHelper(helperSystem(resources));
  };
  /** The latest diagnosis: whoever uses the helper has asked for its state before. */
  const latest = (): Promise<HelperDiagnosis> => (diagnosed ??= diagnose());
  const state = async (name: TransportName): Promise<TransportState> => {
    switch (name) {
      case 'sockets':
        return SOCKETS;
      case 'helper': {
        if (platform !== 'linux') return NOT_LINUX;
        const { helperState } = await import('./helper/words');
        diagnosed = diagnose();
        return helperState(await diagnosed);
      }
      case 'pcap': {
        const [{ askPcap, person }, { pcapState }] = await Promise.all([
          import('./pcap/system'),
          import('./pcap/words'),
        ]);
        return pcapState(await askPcap(launchPcap), person());
      }
    }
  };
  const all: Readonly<Record<TransportName, Transport>> = {
    sockets,
    helper: {
      name: 'helper',
      async *send(packets, route, listenMs, signal) {
        const [{ helperTransport }, { helperStart }] = await Promise.all([
          import('./helper/helper'),
          import('./helper/start'),
        ]);
        const start = helperStart(await latest());
        yield* helperTransport(start).send(packets, route, listenMs, signal);
      },
    },
    pcap: {
      name: 'pcap',
      async *send(packets, route, listenMs, signal) {
        const { pcapTransport } = await import('./pcap/pcap');
        yield* pcapTransport(launchPcap).send(packets, route, listenMs, signal);
      },
    },
  };
  return {
    states: (names = TRANSPORT_NAMES) => Promise.all(names.map(state)),
    get: (name) => all[name],
    async *connect(connection, signal) {
      const [{ helperConnect }, { helperStart }] = await Promise.all([
        import('./helper/connect'),
        import('./helper/start'),
      ]);
      yield* helperConnect(helperStart(await latest()), connection, signal);
    },
    async *listen(request, signal) {
      const [{ helperListen }, { unprivilegedStart }] = await Promise.all([
        import('./helper/listen'),
        import('./helper/start'),
      ]);
      yield* helperListen(unprivilegedStart(await latest()), request, signal);
    },
  };
}

/** The built pcap process: beside the programs. The bundler may put this file one folder below them. */
function pcapChild(): string {
  const name = 'pcap-child.cjs';
  const beside = join(__dirname, name);
  return existsSync(beside) ? beside : join(__dirname, '..', name);
}

/** The transports of this program, plain or in Electron, which alone has a folder of resources. */
export const transports: Transports & Listener = transportsOf({
  platform: process.platform,
  launchPcap: nodePcapLauncher(pcapChild()),
  resources: (process as { readonly resourcesPath?: string }).resourcesPath ?? null,
});
