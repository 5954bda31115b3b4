import type { TransportName, TransportState } from '../../domain/plan/transport';
import { sockets } from './sockets';
import type { Transport } from './transport';

/** The transports of this computer. */
export interface Transports {
  /** Finds out which ones work now. Asks the helper and libpcap, so it takes some ten milliseconds. */
  states(): Promise<readonly TransportState[]>;
  get(name: TransportName): Transport;
}

const SOCKETS: TransportState = {
  name: 'sockets',
  works: true,
  detail: 'Plain SYNs and datagrams, one socket each. They need no privilege.',
  fix: null,
};

/** The transports as a plain program has them. */
export const transports: Transports = {
  states: () => Promise.resolve([SOCKETS]),
  get: () => sockets,
};
