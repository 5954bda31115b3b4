/**
 * The catalogue: every sentence for people, in English. An entry is the sentence, or a function from its values to it.
 * Ids are grouped by who makes them; `text.ts` derives their types from here.
 */
import { anyOf, count, duration, protocolName } from './words';

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

interface StealthUse {
  readonly asKnock: boolean;
  readonly timestamps: boolean;
  readonly integrityLength: number;
}

interface Looked {
  readonly address: string;
  readonly port: number;
  readonly attempts: number;
}

const stealthParts = ({ timestamps, integrityLength }: StealthUse): string =>
  `${timestamps ? ', with timestamps' : ''}${integrityLength === 0 ? '' : `, integrity of ${integrityLength} bytes`}`;

/** The option, and the file as it is shown: its name in quotes, or standard input. */
interface SecretFile {
  readonly option: string;
  readonly file: string;
}

export const en = {
  // Options of the command line.
  'cli.mode-options': ({ mode }: { readonly mode: string }) => `Options of --mode ${mode}:`,
  'cli.see-mode-options': ({ verb }: { readonly verb: string }) =>
    `Each mode’s own options: sesamy ${verb} --mode KIND --help`,
  'cli.secret-files': 'Secrets from a file, out of sight of other users (- is standard input):',
  'cli.secret-files.session': 'Secrets from a file, out of sight of other users:',
  'cli.file-for': ({ option }: { readonly option: string }) => `instead of ${option}`,
  'cli.stray-option': (v: { readonly option: string; readonly modes: readonly string[]; readonly mode: string }) =>
    `${v.option} belongs to --mode ${anyOf(v.modes)}, not to ${v.mode}.`,
  'cli.without-mode': ({ option, name }: { readonly option: string; readonly name: string }) =>
    `${option} goes with --mode; ${name} brings its own.`,

  // Secrets that the command line reads from files. What was read is never in them.
  'secret-file.both': ({ option, file }: { readonly option: string; readonly file: string }) =>
    `${option} and ${file} give the same thing: leave one of them out.`,
  'secret-file.input-twice': ({ options }: { readonly options: readonly string[] }) =>
    `${options.join(' and ')} cannot both take standard input: it can be read only once.`,
  'secret-file.input-is-session': ({ option }: { readonly option: string }) =>
    `${option} cannot take standard input here: it carries the session.`,
  'secret-file.input-has-passphrase': ({ option }: { readonly option: string }) =>
    `${option} and --passphrase-fd cannot both take standard input.`,
  'secret-file.name-a-file': 'Name a file instead.',
  'secret-file.prompt': ({ option }: { readonly option: string }) => `Value of ${option} (it is not shown): `,
  'secret-file.absent': ({ option, file }: SecretFile) => `${option}: there is no file ${file}.`,
  'secret-file.not-allowed': ({ option, file }: SecretFile) => `${option}: this user may not read ${file}.`,
  'secret-file.unreadable': (v: SecretFile & { readonly why: string }) =>
    `${v.option}: ${v.file} cannot be read: ${v.why}.`,
  'secret-file.folder': ({ option, file }: SecretFile) => `${option}: ${file} is a folder.`,
  'secret-file.no-file': ({ option, file }: SecretFile) => `${option}: ${file} is not a file but a pipe or a device.`,
  'secret-file.use-input': ({ option }: { readonly option: string }) =>
    `What another program prints goes to standard input: ${option} -`,
  'secret-file.too-large': (v: SecretFile & { readonly bytes: number }) =>
    `${v.option}: ${v.file} has more than ${v.bytes} bytes.`,
  'secret-file.empty': ({ option, file }: SecretFile) => `${option}: ${file} is empty.`,
  'secret-file.not-text': ({ option, file }: SecretFile) => `${option}: ${file} is not text in UTF-8.`,

  // What the check of a path to a server found out.
  'isn.timestamps-survives': 'Sequence numbers survive. TCP Stealth can work on this path, with timestamps or without.',
  'isn.timestamps-rewritten':
    'Sequence numbers survive. TCP Stealth can work on this path with timestamps off: something on the way rewrites them.',
  'isn.timestamps-removed':
    'Sequence numbers survive. TCP Stealth can work on this path with timestamps off: something on the way takes them out.',
  'isn.rewritten':
    'Sequence numbers do not survive: something on the way rewrites them (a firewall, a load balancer, a proxy).',
  'isn.take-another': 'TCP Stealth cannot work on this path. Take another one, or another mode.',

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

  'not-opened.refused': (v: Looked) =>
    `Every knock left, but ${v.address} refused the connection to port ${v.port} (${count(v.attempts, 'attempt')}).`,
  'not-opened.silent': (v: Looked & { readonly waitedMs: number }) =>
    `Every knock left, but ${v.address} port ${v.port} did not answer within ${duration(v.waitedMs)} (${count(v.attempts, 'attempt')}).`,
  'first-bytes.no-session': 'This knock depends on the first bytes of the session, and a knock alone has none.',
  'first-bytes.fdpass':
    'This knock depends on the first bytes of the session, and ssh sends none before it has the connection (ProxyUseFdpass).',
  'first-bytes.fdpass.advice': 'Use sesamy proxy without --fdpass, or set the integrity length to 0.',
  'first-bytes.too-few': (v: { readonly length: number; readonly got: number }) =>
    `The knock protects the first ${count(v.length, 'byte')}, and the program that uses the connection sends ${v.got === 0 ? 'nothing' : `only ${count(v.got, 'byte')}`} before it hears from the server.`,
  'first-bytes.none.advice': 'Set the integrity length to 0, on the server too.',
  'first-bytes.fewer.advice': (v: { readonly got: number }) =>
    `For ssh that is its banner: set the integrity length to ${v.got} or less, on the server too.`,
  'fdpass.ordinary': 'Only a connection whose own SYN is the knock can be handed to ssh (ProxyUseFdpass).',
  'fdpass.ordinary.advice': 'Take ProxyUseFdpass and --fdpass away.',
  'source.late': (v: { readonly asked: string; readonly ms: number }) =>
    `The lookup of this computer’s address (${v.asked}) did not answer within ${duration(v.ms)}.`,
  'source.failed': (v: { readonly asked: string; readonly reason: string }) =>
    `The lookup of this computer’s address (${v.asked}) failed: ${v.reason}.`,
  'source.empty': (v: { readonly asked: string }) =>
    `The lookup of this computer’s address (${v.asked}) answered nothing.`,
  'source.nonsense': (v: { readonly asked: string; readonly answer: string }) =>
    `The lookup of this computer’s address (${v.asked}) answered ${v.answer}, which is not one address.`,
  'source.family': (v: { readonly asked: string; readonly answer: string; readonly family: number }) =>
    `The lookup of this computer’s address (${v.asked}) answered ${v.answer}, and the knock goes over IPv${v.family}.`,
  'source.private': (v: { readonly source: string; readonly destination: string }) =>
    `The knock is made for the source address ${v.source}, which is private, and ${v.destination} is not: the server will see another one if a NAT lies between.`,
  'attachment.missing': (v: { readonly digest: string }) =>
    `The profile’s key file ${v.digest.slice(0, 16)}… is not in the store, or was altered.`,
  'practice.no-door': (v: { readonly kind: string }) =>
    `A profile of the mode ${v.kind} cannot be practised on: a door without privileges does not see what its knock is.`,
  'practice.no-door.advice': (v: { readonly kinds: readonly string[] }) => `Practise on ${anyOf(v.kinds)}.`,
  'recipe.none': (v: { readonly kind: string }) => `There is no recipe yet for servers of the mode ${v.kind}.`,
  'recipe.none.advice': (v: { readonly kinds: readonly string[] }) => `Recipes there are for ${anyOf(v.kinds)}.`,
  'ticket.gone': 'The Open Sesamy window that asked for this session has nothing for it.',
  'ticket.gone.advice': 'Press the button in the window again.',
  'agent.gone': 'The Open Sesamy window went away or was locked.',
  'knock.cancelled': 'The knock was cancelled.',
  'waiting.for-its-time': 'The knock waits for its time.',

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
