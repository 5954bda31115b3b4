/**
 * The ways for packets to leave this computer, as profiles name them.
 * - `sockets`: plain sockets of the operating system; no privilege.
 * - `helper`: the privileged helper (Linux); builds raw packets itself.
 * - `pcap`: libpcap, Npcap or BPF, through the `cap` package in a process of its own.
 */
export const TRANSPORT_NAMES = ['sockets', 'helper', 'pcap'] as const;
export type TransportName = (typeof TRANSPORT_NAMES)[number];
