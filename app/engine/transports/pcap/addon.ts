/** Loading `cap`, opening a device, and what their failures mean. Runs in the pcap process only. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';
import type { Cap } from 'cap';
import { rawErrorCodeOfWords } from '../../system-error';
import type { PcapFailure } from './messages';
import { MAX_DETAIL } from './messages';

/** A failure with a name: what the process tells before it ends. */
export class PcapError extends Error {
  constructor(
    readonly reason: PcapFailure,
    detail: string,
  ) {
    super(detail.slice(0, MAX_DETAIL));
  }
}

export type CapAddon = typeof import('cap');

/** Npcap keeps its libraries in a folder of its own, where Windows does not look by itself. */
function findNpcap(): void {
  const system = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const folder = join(system, 'Npcap');
  if (existsSync(join(folder, 'wpcap.dll'))) process.env['PATH'] = `${folder};${process.env['PATH'] ?? ''}`;
  else if (!existsSync(join(system, 'wpcap.dll')))
    throw new PcapError('npcap-absent', `There is no wpcap.dll in ${folder}.`);
}

/** What it means that the package cannot be loaded. */
export function loadFailure(error: unknown, platform: NodeJS.Platform): PcapError {
  // Node's own has a stack of file names behind it.
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'MODULE_NOT_FOUND')
    return new PcapError(message.includes('cap.node') ? 'cap-not-built' : 'cap-absent', message);
  if (/compiled against a different|invalid ELF header|NODE_MODULE_VERSION|incompatible architecture/.test(message))
    return new PcapError('cap-not-built', message);
  if (message.includes('libpcap')) return new PcapError('libpcap-absent', message);
  if (platform === 'win32' && code === 'ERR_DLOPEN_FAILED') return new PcapError('npcap-absent', message);
  return new PcapError('internal', message);
}

/** @throws PcapError `cap-absent`, `cap-not-built`, `libpcap-absent`, `npcap-absent` */
export function loadCap(): CapAddon {
  if (process.platform === 'win32') findNpcap();
  try {
    // Not bundled: it is optional, native, and looked for only now.
    return createRequire(__filename)('cap') as CapAddon;
  } catch (error) {
    throw loadFailure(error, process.platform);
  }
}

const deviceList = z.array(
  z.object({
    name: z.string().min(1),
    addresses: z.array(z.object({ addr: z.string().optional() })),
    flags: z.string().optional(),
  }),
);
export type Device = z.output<typeof deviceList>[number];

/** The devices that libpcap knows here. @throws PcapError */
export function listDevices({ Cap }: CapAddon): readonly Device[] {
  try {
    return deviceList.parse(Cap.deviceList());
  } catch (error) {
    throw openFailure(error);
  }
}

/** libpcap's own words, beside those of the system (pcap.c, pcap_statustostr). */
const NOT_PERMITTED = /permission|CAP_NET_RAW/i;
const NO_DEVICE = /device is not up|not configured|not exist/i;

/** What it means that libpcap refuses a device, or to send on it: it has words only. */
function openFailure(error: unknown): PcapError {
  const message = error instanceof Error ? error.message : String(error);
  const code = rawErrorCodeOfWords(message);
  if (code === 'not-permitted' || NOT_PERMITTED.test(message)) return new PcapError('not-permitted', message);
  if (code === 'interface-not-found' || NO_DEVICE.test(message)) return new PcapError('no-device', message);
  return new PcapError('internal', message);
}

/** Enough for a burst of answers, and for the largest frame that a filter for answers lets through. */
const SYSTEM_BUFFER = 1 << 20;
const LARGEST_FRAME = 65_535;

/** An open device. The process ends rather than closing it: `cap` is not safe to close after a failure. */
export interface OpenDevice {
  readonly linkType: string;
  /** @throws PcapError */
  readonly send: (frame: Uint8Array) => void;
  readonly onFrame: (listener: (frame: Uint8Array) => void) => void;
}

/** @throws PcapError `not-permitted`, `no-device` */
export function openDevice({ Cap: Device }: CapAddon, name: string, filter: string): OpenDevice {
  const cap: Cap = new Device();
  const buffer = Buffer.alloc(LARGEST_FRAME);
  let linkType: string;
  try {
    linkType = cap.open(name, filter, SYSTEM_BUFFER, buffer);
    cap.setMinBytes?.(0);
  } catch (error) {
    throw openFailure(error);
  }
  return {
    linkType,
    send: (frame) => {
      try {
        cap.send(Buffer.from(frame), frame.length);
      } catch (error) {
        const failure = openFailure(error);
        throw failure.reason === 'internal' ? new PcapError('send-failed', failure.message) : failure;
      }
    },
    onFrame: (listener) => {
      cap.on('packet', (length) => {
        // The next packet overwrites the buffer.
        listener(Uint8Array.prototype.slice.call(buffer, 0, length));
      });
    },
  };
}
