/** One talk with a pcap process. */
import { SesamyError } from '../../../domain/errors';
import { text } from '../../../text/text';
import { monotonicMs, throwIfCancelled } from '../../clock';
import { MAX_PACKETS } from '../raw/limits';
import type { PcapLauncher } from './launch';
import { MAX_ANSWERS, readReport } from './messages';
import type { PcapReport, PcapRequest } from './messages';

/** All that one job has to say. */
const MAX_UNHEARD = MAX_PACKETS + MAX_ANSWERS + 2;

/** @param how words that follow "the pcap process", such as "fell silent" */
export function broken(how: string): SesamyError {
  return new SesamyError('transport-failed', text('pcap.failed.process', { how }));
}

/**
 * Starts a process, gives it its job and hears it out. Whatever ends this, ends the process.
 * @param due when the next report must have come, on the clock of `monotonicMs`
 * @throws SesamyError `cancelled`, `transport-failed`
 */
export async function* converse(
  launch: PcapLauncher,
  request: PcapRequest,
  due: () => number,
  signal: AbortSignal,
): AsyncGenerator<PcapReport, void> {
  throwIfCancelled(signal);
  const port = launch();
  const heard: unknown[] = [];
  const fate: { ended: string | null } = { ended: null };
  let wake: () => void = () => undefined;
  const end = (): void => {
    port.kill();
    wake();
  };
  port.onMessage((message) => {
    if (heard.push(message) > MAX_UNHEARD) {
      fate.ended = 'said too much';
      heard.length = 0;
    }
    wake();
  });
  port.onExit((how) => {
    fate.ended ??= how;
    wake();
  });
  signal.addEventListener('abort', end, { once: true });
  try {
    port.post(request);
    for (;;) {
      const late =
        heard.length === 0 && fate.ended === null && (await silentUntil(due(), (resolve) => (wake = resolve)));
      throwIfCancelled(signal);
      const report = heard.length > 0 ? readReport(heard.shift()) : null;
      if (report !== null) yield report;
      else if (fate.ended !== null) throw broken(fate.ended);
      else throw broken(late ? 'fell silent' : 'said what it may not say');
    }
  } finally {
    signal.removeEventListener('abort', end);
    port.kill();
  }
}

/** Waits to be woken; true when nobody did in time. */
async function silentUntil(untilMs: number, onWake: (resolve: () => void) => void): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      onWake(() => {
        resolve(false);
      });
      timer = setTimeout(() => {
        resolve(true);
      }, untilMs - monotonicMs());
    });
  } finally {
    clearTimeout(timer);
  }
}
