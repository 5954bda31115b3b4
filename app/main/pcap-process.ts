import { utilityProcess } from 'electron';
import type { PcapLauncher } from '../engine/transports/pcap/launch';

/**
 * The pcap process as one of Electron's own, for a packaged app: its `cap` is built for Electron. It ends with the app.
 * @param childPath the built out/main/pcap-child.cjs
 */
export function electronPcapLauncher(childPath: string): PcapLauncher {
  return () => {
    const child = utilityProcess.fork(childPath, [], { execArgv: [], stdio: 'ignore', serviceName: 'pcap' });
    return {
      post: (message) => {
        child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', listener);
      },
      onExit: (listener) => {
        child.once('exit', (code) => {
          listener(`ended with code ${code}`);
        });
      },
      kill: () => {
        child.kill();
      },
    };
  };
}
