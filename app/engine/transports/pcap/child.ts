/** The pcap process: takes one message, does what it asks for, and ends. Built to out/main/pcap-child.cjs. */
import { loadCap } from './addon';
import { runJob } from './job';
import type { PcapReport } from './messages';

/** What a utility process of Electron has instead of Node's own channel (electron.d.ts, ParentPort). */
interface ParentPort {
  once(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/** A process that nobody ends after its job, nor closes the channel to, ends by itself. */
const LINGER_MS = 2_000;

const parentPort = (process as { readonly parentPort?: ParentPort }).parentPort;
const tell = (report: PcapReport): void => {
  if (parentPort === undefined) process.send?.(report);
  else parentPort.postMessage(report);
};
const start = (message: unknown): void => {
  // The app ends us when it has heard the last report: ending here could lose that.
  void runJob(message, loadCap, tell).then(() => setTimeout(() => process.exit(0), LINGER_MS));
};

process.once('disconnect', () => process.exit(0));
if (parentPort === undefined) process.once('message', start);
else
  parentPort.once('message', ({ data }) => {
    start(data);
  });
