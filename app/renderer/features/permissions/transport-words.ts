/** The transports in words. */
import type { TransportName, TransportState } from '../../../domain/plan/transport';

export const TRANSPORT_WORDS: Readonly<Record<TransportName, { readonly name: string; readonly purpose: string }>> = {
  sockets: { name: 'Plain sockets', purpose: 'no privilege; the system chooses the way out' },
  helper: { name: 'Helper', purpose: 'raw packets: chosen interface, MAC and SYN' },
  pcap: { name: 'libpcap', purpose: 'raw frames by libpcap, Npcap or BPF' },
};

/** What a look at the transports comes to, for the status line. */
export function resultSentence(states: readonly TransportState[]): string {
  const working = states.filter((state) => state.works).length;
  if (working === states.length) return 'All of them work on this computer.';
  return `${working} of ${states.length} work${working === 1 ? 's' : ''} on this computer.`;
}
