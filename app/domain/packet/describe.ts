/** Raw packets as text. */
import type { SynFields } from '../plan/knock-plan';
import { count } from '../../text/words';
import { formatAddress } from './address';
import { viewOf } from './bytes';
import { TCP_FLAGS } from './raw-packet';
import type { Ends, RawPacket } from './raw-packet';

/**
 * One line for a person: flags or UDP, from where to where, and every value that the packet carries. Such as
 * `SYN 192.0.2.1:61234 → 192.0.2.2:22 seq 305419896 win 64240 ttl 64 id 4660 <mss 1460>`.
 */
export function describePacket(ends: Ends, packet: RawPacket): string {
  const ip = ends.family === 4 ? `ttl ${packet.ttl} id ${packet.ipId}` : `hop limit ${packet.ttl}`;
  const way = `${end(ends.source, packet.sourcePort)} → ${end(ends.destination, packet.destinationPort)}`;
  if (packet.protocol === 'udp') return `UDP ${way} ${count(packet.payload.length, 'byte')} ${ip}`;
  const { sequence, acknowledgment, flags, window, options } = packet;
  // Some knocks carry a code in the acknowledgment field of a SYN, which has no other use for it.
  const ack = (flags & TCP_FLAGS.ACK) !== 0 || acknowledgment !== 0 ? ` ack ${acknowledgment}` : '';
  const optionText = options.length === 0 ? '' : ` <${optionWords(options).join(',')}>`;
  return `${flagNames(flags)} ${way} seq ${sequence}${ack} win ${window} ${ip}${optionText}`;
}

/** The fields of a SYN that a plan chooses, such as `seq 305419896 TSval 4`. What the plan still waits for is said so. */
export function describeSyn(syn: SynFields | 'later' | null): string {
  if (syn === null) return 'seq of this system’s own';
  if (syn === 'later') return 'seq that depends on the first bytes of the session';
  const { sequence, acknowledgment, ipId, tsval } = syn;
  const ack = acknowledgment === 0 ? '' : ` ack ${acknowledgment}`;
  return `seq ${sequence}${ack}${ipId === null ? '' : ` id ${ipId}`}${tsval === null ? '' : ` TSval ${tsval}`}`;
}

function end(address: Uint8Array, port: number): string {
  const text = formatAddress(address);
  return address.length === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}

function flagNames(flags: number): string {
  const names = Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]));
  return names.length === 0 ? 'TCP without flags' : names.join('+');
}

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;

/** TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018); the rest of what does not follow the rules as hex digits. */
function optionWords(options: Uint8Array): readonly string[] {
  const words: string[] = [];
  for (let rest = options; rest.length > 0;) {
    const [kind = END_OF_OPTIONS, length = 0] = rest;
    if (kind === END_OF_OPTIONS) return [...words, 'eol'];
    if (kind === NO_OPERATION) {
      words.push('nop');
      rest = rest.subarray(1);
    } else if (length < 2 || length > rest.length) {
      return [...words, `malformed ${hex(rest)}`];
    } else {
      words.push(optionWord(kind, rest.subarray(2, length)));
      rest = rest.subarray(length);
    }
  }
  return words;
}

function optionWord(kind: number, value: Uint8Array): string {
  const view = viewOf(value);
  if (kind === 2 && value.length === 2) return `mss ${view.getUint16(0)}`;
  if (kind === 3 && value.length === 1) return `wscale ${view.getUint8(0)}`;
  if (kind === 4 && value.length === 0) return 'sackOK';
  if (kind === 8 && value.length === 8) return `TS val ${view.getUint32(0)} ecr ${view.getUint32(4)}`;
  return value.length === 0 ? `option ${kind}` : `option ${kind} ${hex(value)}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
