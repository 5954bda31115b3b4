/**
 * The catalogue: every sentence for people, in English. An entry is the sentence, or a function from its values to it.
 * Ids are grouped by who makes them; `text.ts` derives their types from here.
 */
import { count, duration, protocolName, timeOfDay } from './words';

type Protocol = 'tcp' | 'udp';

const packet = (protocol: Protocol): string => (protocol === 'tcp' ? 'SYN' : 'datagram');

interface LinkWish {
  readonly interface: string | null;
  readonly sourceMac: string | null;
}

const listed = (...parts: readonly (string | null)[]): readonly string[] => parts.filter((part) => part !== null);

/** What a link-level knock is for. */
const linkWish = ({ interface: name, sourceMac }: LinkWish): string =>
  listed(name === null ? null : `interface ${name}`, sourceMac === null ? null : `source MAC ${sourceMac}`).join(
    ' and ',
  );

/** What is left out above the link level, where the interface's address is all of it that is used. */
const withoutLink = ({ interface: name, sourceMac }: LinkWish): string =>
  listed(
    name === null ? null : `the routing table, not the profile, chooses the way out (asked for: ${name})`,
    sourceMac === null ? null : `the source MAC ${sourceMac} is not used`,
  ).join(', and ');

interface PortRange {
  readonly from: number;
  readonly to: number;
}

interface StealthUse {
  readonly asKnock: boolean;
  readonly timestamps: boolean;
  readonly integrityLength: number;
}

const stealthParts = ({ timestamps, integrityLength }: StealthUse): string =>
  `${timestamps ? ', with timestamps' : ''}${integrityLength === 0 ? '' : `, integrity of ${integrityLength} bytes`}`;

export const en = {
  'action.permissions': 'Permissions',
  'action.try-again': 'Try again',
  'action.change-profile': 'Change the profile',

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
  'step.own-connection': 'The knock: the first packet of the connection',
  'band.first': 'window 1',
  'band.number': ({ number }: { readonly number: number }) => String(number),

  // How packets leave this computer.
  'transport.reason.profile': 'chosen in the profile',
  'transport.reason.no-privilege': 'no privilege needed',
  'transport.reason.link': (v: LinkWish) => `needed for ${linkWish(v)}`,
  'transport.reason.no-raw': 'no raw transport works here',
  'transport.reason.syn': 'needed for a SYN whose fields are the knock',
  'transport.warning.asked': (v: LinkWish) => `Plain sockets: ${withoutLink(v)}; the profile asks for sockets`,
  'transport.warning.no-raw': (v: LinkWish & { readonly fix: string | null }) =>
    `Plain sockets: ${withoutLink(v)}; no raw transport works here${v.fix === null ? '' : `. ${v.fix}`}`,
  'transport.warning.adopted': (v: LinkWish) =>
    `Helper: ${withoutLink(v)}; the SYN becomes a connection of this computer’s`,
  'transport.not-here': (v: { readonly wish: string }) =>
    `The profile asks for the transport ${v.wish}, which does not work here: this platform has none.`,
  'transport.not-working': (v: { readonly wish: string; readonly detail: string }) =>
    `The profile asks for the transport ${v.wish}, which does not work here: ${v.detail}`,
  'transport.cannot-choose-syn': (v: { readonly wish: string }) =>
    `The transport ${v.wish} cannot choose the fields of a SYN.`,
  'transport.cannot-adopt': (v: { readonly wish: string }) =>
    `The transport ${v.wish} cannot choose the fields of a SYN and go on with the connection; only the helper can.`,
  'transport.needs-raw': (v: { readonly details: string }) =>
    `This knock chooses the fields of its SYN, which needs a raw transport. ${v.details}`,
  'transport.needs-helper': (v: { readonly details: string }) =>
    `This knock’s own SYN becomes the connection, which needs the helper. ${v.details}`,

  // What can go wrong.
  'error.first-bytes': 'The program sends too little by itself',
  'error.source-unknown': 'This computer’s address, as the server sees it, is not known',
  'error.knock-refused': 'This knock cannot be made now',

  // Advice that several modes give.
  'advice.settings': 'Check the knock’s settings against the server’s.',
  'advice.first-bytes':
    'Have the program send its first bytes before it hears from the server, or protect fewer of them.',
  'advice.source.lookup':
    'Check the lookup of the address in the profile: run it by hand and see that it prints one address.',
  'advice.source.given': 'Or give the address in the profile, if it does not change.',
  'advice.same-address': 'Check that no other computer behind the same address touches the port meanwhile.',
  'advice.service': 'Check that the service behind the port is running and has room for one more session.',

  // Count-window.
  'count-window.label': 'Count-window',
  'count-window.description': 'One port, a number of knocks in each window',
  'count-window.outline': (v: { readonly bursts: number }) => `count-window, ${count(v.bursts, 'burst')}`,
  'count-window.summary': (v: { readonly bursts: string; readonly windowMs: number; readonly protocol: Protocol }) =>
    `count-window ${v.bursts}, every ${duration(v.windowMs)} · ${protocolName(v.protocol)}`,
  'count-window.advice.counts': 'Check the sequence and the window against the server’s.',

  // Port sequence.
  'port-sequence.label': 'Port sequence',
  'port-sequence.description': 'Several ports in order, as knockd',
  'port-sequence.outline': (v: { readonly steps: number }) => `port sequence, ${count(v.steps, 'step')}`,
  'port-sequence.summary': (v: { readonly ports: string; readonly delayMs: number }) =>
    `port sequence ${v.ports}, every ${duration(v.delayMs)}`,
  'port-sequence.advice.steps': 'Check the ports, their order and their protocols against the server’s.',

  // One-time ports.
  'knockd-otp.label': 'One-time ports',
  'knockd-otp.description': 'Other ports each time, by clock or list, as knockd',
  'knockd-otp.outline': (v: { readonly knocks: number }) => `one-time ports, ${count(v.knocks, 'knock')}`,
  'knockd-otp.outline.list': (v: { readonly sequences: number }) => `one-time sequences, ${v.sequences} in all`,
  'knockd-otp.summary': (v: { readonly ports: string; readonly delayMs: number }) =>
    `one-time ports ${v.ports}, every ${duration(v.delayMs)}`,
  'knockd-otp.summary.later': (v: PortRange & { readonly knocks: number; readonly delayMs: number }) =>
    `one-time ports, ${count(v.knocks, 'knock')} to ports ${v.from} to ${v.to}, every ${duration(v.delayMs)}`,
  'knockd-otp.summary.list': (v: {
    readonly number: number | null;
    readonly of: number;
    readonly ports: string;
    readonly delayMs: number;
  }) =>
    v.number === null
      ? `one-time sequence, one of ${v.of}, every ${duration(v.delayMs)}`
      : `one-time sequence ${v.number} of ${v.of}: ${v.ports}, every ${duration(v.delayMs)}`,
  'knockd-otp.step.later': (v: PortRange & { readonly protocol: Protocol }) =>
    `1 ${packet(v.protocol)} to a port from ${v.from} to ${v.to}, known when it is sent`,
  'knockd-otp.note.next': (v: { readonly changeMs: number; readonly waitMs: number; readonly untilUnixMs: number }) =>
    `The ports change in ${duration(v.changeMs)}: the knock waits ${duration(v.waitMs)} for the next ones, until ${timeOfDay(v.untilUnixMs)}.`,
  'knockd-otp.note.new': (v: { readonly waitMs: number }) =>
    `The ports have just changed: the knock waits ${duration(v.waitMs)}, for the server’s clock may be behind.`,
  'knockd-otp.note.soon': (v: { readonly leftMs: number }) =>
    `The ports change in ${duration(v.leftMs)}: where the server’s clock is ahead, this knock may come too late.`,
  'knockd-otp.note.last': 'This is the last one-time sequence of the list.',
  'knockd-otp.note.few': (v: { readonly left: number }) =>
    `${v.left} one-time sequences are left, this one among them.`,
  'knockd-otp.refusal.used-up': (v: { readonly of: number }) =>
    v.of === 1 ? 'The one-time sequence is used up.' : `All ${v.of} one-time sequences are used up.`,
  'knockd-otp.refusal.used-up.new': 'Make a new list for the server and paste it into the profile.',
  'knockd-otp.refusal.used-up.back':
    'If the server still has lines without a #, set how many are used up in the profile.',
  'knockd-otp.refusal.ipv6': 'With IP protection the ports depend on your IPv4 address, and this one is IPv6.',
  'knockd-otp.refusal.ipv6.step': 'Have the lookup of the address answer with IPv4.',
  'knockd-otp.advice.clock': 'Compare this computer’s clock with the server’s: the ports follow the clock.',
  'knockd-otp.advice.seed': 'Check seed, period, base port and protocols against the server’s.',
  'knockd-otp.advice.source':
    'With IP protection: check the address that the server sees; behind NAT it is the public one, not this computer’s.',
  'knockd-otp.advice.list': 'With a list: see at which line the server is, and set the same one in the profile.',

  // TCP Stealth.
  'tcp-stealth.label': 'TCP Stealth',
  'tcp-stealth.description': 'The connection’s first packet is the knock',
  'tcp-stealth.outline': (v: StealthUse) => `TCP Stealth${v.asKnock ? ', as a knock' : ''}${stealthParts(v)}`,
  'tcp-stealth.summary': (v: StealthUse & { readonly port: number }) =>
    `TCP Stealth${v.asKnock ? ' as a knock' : ''} to port ${v.port}${stealthParts(v)}`,
  'tcp-stealth.step': 'Stealth SYN',
  'tcp-stealth.advice.secret': 'Check the secret, and that timestamps and integrity are as on the server.',
  'tcp-stealth.advice.path': 'See whether sequence numbers survive the path: sesamy doctor --isn HOST PORT.',
  'tcp-stealth.advice.server': 'Check that the server knows itself by the address and the port that you connect to.',
  'tcp-stealth.advice.integrity':
    'Set the integrity length to what the program sends by itself, on the server too; for ssh that is its banner.',
} as const;
