/**
 * The catalogue: every sentence for people, in English. An entry is the sentence, or a function from its values to it.
 * Ids are grouped by who makes them; `text.ts` derives their types from here.
 */
import { count, duration, protocolName } from './words';

type Protocol = 'tcp' | 'udp';

const packet = (protocol: Protocol): string => (protocol === 'tcp' ? 'SYN' : 'datagram');

export const en = {
  // Steps of a plan: what the timeline and the list of steps call them.
  'step.burst': ({ number }: { readonly number: number }) => `Burst ${number}`,
  'step.burst.detail': ({
    knocks,
    protocol,
    port,
  }: {
    readonly knocks: number;
    readonly protocol: Protocol;
    readonly port: number;
  }) => `${count(knocks, packet(protocol))} to port ${port}`,
  'step.numbered': ({ number }: { readonly number: number }) => `Step ${number}`,
  'step.numbered.detail': ({ protocol, port }: { readonly protocol: Protocol; readonly port: number }) =>
    `1 ${packet(protocol)} to port ${port}`,
  'band.first': 'window 1',
  'band.number': ({ number }: { readonly number: number }) => String(number),

  // Count-window.
  'count-window.summary': (v: { readonly bursts: string; readonly windowMs: number; readonly protocol: Protocol }) =>
    `count-window ${v.bursts}, every ${duration(v.windowMs)} · ${protocolName(v.protocol)}`,

  // Port sequence.
  'port-sequence.summary': (v: { readonly ports: string; readonly delayMs: number }) =>
    `port sequence ${v.ports}, every ${duration(v.delayMs)}`,
} as const;
