/** What the system says about libpcap. */
import { toErrorInfo } from '../../../domain/errors';
import { monotonicMs } from '../../clock';
import { ARM_PATIENCE_MS } from '../raw/limits';
import { converse } from './converse';
import { diagnosePcap } from './diagnosis';
import type { PcapDiagnosis, Person } from './diagnosis';
import type { PcapLauncher } from './launch';

/** Whoever runs this program. */
export function person(): Person {
  return { platform: process.platform, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/**
 * Has a process try to load `cap` and to open a device. Never rejects.
 * @param launch starts the process
 */
export async function askPcap(launch: PcapLauncher): Promise<PcapDiagnosis> {
  const due = monotonicMs() + ARM_PATIENCE_MS;
  try {
    for await (const report of converse(launch, { job: 'state' }, () => due, new AbortController().signal))
      return diagnosePcap(report);
    return { kind: 'internal', said: '' };
  } catch (error) {
    return { kind: 'internal', said: toErrorInfo(error).cause };
  }
}
