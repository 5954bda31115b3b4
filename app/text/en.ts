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

  // The vault.
  'vault.state-changed': (v: { readonly name: string; readonly base: number; readonly used: number }) =>
    `“${v.name}” has used up ${v.used} of its one-time secrets, and not ${v.base}: something else has used or reset them meanwhile.`,
  'vault.state-of-removed': 'The profile was removed by another program.',
  'vault.attachment-missing': ({ name }: { readonly name: string }) =>
    `The key file of “${name}” is not in the vault, or not as it was when it was chosen.`,
  'vault.attachment-too-large': (v: { readonly bytes: number; readonly limit: number }) =>
    `The key file has ${v.bytes} bytes; the vault keeps key files of at most ${v.limit} bytes.`,
  'vault.attachments-too-many': (v: { readonly files: number; readonly limit: number }) =>
    `The profiles would have ${count(v.files, 'key file')} in all; the vault keeps at most ${v.limit}.`,
  'vault.attachments-too-many.step': 'Remove a profile whose key file is not needed any more first.',
  'bundle.too-large': ({ limit }: { readonly limit: number }) =>
    `The bundle would have more than ${limit} characters, and nobody could import it.`,
  'bundle.too-large.step': 'Export fewer profiles at once.',
} as const;
