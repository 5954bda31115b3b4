/**
 * The catalogue: every sentence for people, in English. An entry is the sentence, or a function from its values to it.
 * Ids are grouped by who makes them; `text.ts` derives their types from here.
 */
import { anyOf, clockTime, count, duration, protocolName } from './words';

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

interface Looked {
  readonly address: string;
  readonly port: number;
  readonly attempts: number;
}

interface Again {
  readonly learned: 'silent' | 'refused';
  readonly next: number;
  readonly of: number;
  readonly atUnixMs: number;
}

const learnedWords = ({ learned }: Again): string =>
  learned === 'refused' ? 'the port refused' : 'the port did not answer';

const stealthParts = ({ timestamps, integrityLength }: StealthUse): string =>
  `${timestamps ? ', with timestamps' : ''}${integrityLength === 0 ? '' : `, integrity of ${integrityLength} bytes`}`;

interface To {
  readonly to: string;
}

interface Path {
  readonly path: string;
}

interface Way {
  readonly address: string;
  /** Null above the link level. */
  readonly interface: string | null;
}

const way = (v: Way): string => `${v.address}${v.interface === null ? '' : ` through ${v.interface}`}`;

/** The name of an errno, where there is one. */
interface System {
  readonly errno: string | null;
}

const system = ({ errno }: System): string => (errno === null ? '' : ` (${errno})`);

/** What the system said in words of its own; may be empty. */
interface Said {
  readonly said: string;
}

const said = (v: Said): string => (v.said === '' ? '' : ` (${v.said})`);

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
  'transport.needs-raw': (v: { readonly details: readonly string[] }) =>
    ['This knock chooses the fields of its SYN, which needs a raw transport.', ...v.details].join(' '),
  'transport.needs-helper': (v: { readonly details: readonly string[] }) =>
    ['This knock’s own SYN becomes the connection, which needs the helper.', ...v.details].join(' '),
  'transport.fix': (v: { readonly text: string; readonly command: string | null }) =>
    v.command === null ? v.text : `${v.text} ${v.command}`,

  // What the operating system says before any server had a word in it.
  'system.no-route': (v: To) => `There is no route to ${v.to}.`,
  'system.unreachable': (v: To) => `The network answers that ${v.to} cannot be reached.`,
  'system.next-hop-silent': (v: To) => `The next hop to ${v.to} does not answer.`,
  'system.no-address': (v: To) => `No address of this computer can reach ${v.to}.`,
  'system.no-source': (v: To) => `This computer has no usable source address for ${v.to}.`,
  'system.not-permitted': (v: To) => `A firewall or policy of this computer refuses traffic to ${v.to}.`,
  'system.interface-gone': (v: To) => `The interface on the way to ${v.to} is gone, or it is down.`,

  'sockets.works': 'Plain SYNs and datagrams, one socket each. They need no privilege.',

  // What all raw transports may meet with.
  'raw.change-host': 'Change the host',
  'raw.change-interface': 'Change the interface',
  'raw.change-mac': 'Change the source MAC',
  'raw.see-permissions': 'See what it lacks: sesamy doctor, or Permissions in the Settings.',
  'raw.too-many': (v: { readonly packets: number; readonly most: number }) =>
    `${count(v.packets, 'packet')} are too many: a raw transport sends at most ${v.most.toLocaleString('en')}.`,
  'raw.too-long': (v: { readonly minutes: number }) =>
    `The knock takes too long: a raw transport sends for at most ${v.minutes} minutes.`,
  'raw.too-fast': (v: { readonly most: number }) =>
    `The knock is too fast: a raw transport sends at most ${v.most} packets a second.`,
  'raw.not-one-host': (v: { readonly address: string }) =>
    `${v.address} does not stand for one host, and nothing else is knocked on.`,
  'raw.not-one-mac': (v: { readonly mac: string }) =>
    `${v.mac} does not stand for one device, so no frame can come from it.`,
  'raw.no-address': (v: { readonly address: string; readonly family: number }) =>
    `${v.address} is not an IPv${v.family} address, so no packet can go to it or come from it.`,
  'raw.no-interface-of': (v: { readonly source: string }) =>
    `No interface of this computer has the address ${v.source}.`,
  'raw.no-interface': (v: { readonly name: string }) => `This computer has no interface ${v.name}.`,
  'raw.interface-down': (v: { readonly name: string }) => `The interface ${v.name} is down, or its cable is out.`,

  // The helper: whether it works here.
  'helper.not-linux': 'The helper is for Linux only.',
  'helper.unavailable': (v: { readonly detail: string }) => `The helper does not work here. ${v.detail}`,
  'helper.works': (v: Path) => `Raw packets, routed and at link level, through ${v.path}.`,
  'helper.works-by-password': (v: Path & { readonly command: string | null }) =>
    `Raw packets, routed and at link level, through ${v.path}, as administrator: its file capabilities do not work here, so the system asks for the password each time.${v.command === null ? '' : ` To do without: ${v.command}`}`,
  'helper.absent': (v: { readonly paths: readonly string[] }) =>
    `It is not installed. Looked for: ${v.paths.join(', ')}.`,
  'helper.no-execute': (v: Path) => `${v.path} may not be executed.`,
  'helper.not-in-group': (v: Path & { readonly group: string; readonly user: string }) =>
    `Only the group ${v.group} may start ${v.path}, and ${v.user} is not in it.`,
  'helper.group-not-yet': (v: Path & { readonly group: string }) =>
    `Only the group ${v.group} may start ${v.path}. You are in it, but not yet in this session.`,
  'helper.no-new-privs': (v: Path) =>
    `${v.path} gets no capability: this process runs under no_new_privs, so no program that it starts can have more rights.`,
  'helper.nosuid': (v: Path & { readonly mountPoint: string }) =>
    `${v.path} gets no capability: ${v.mountPoint} is mounted nosuid, where file capabilities do not count.`,
  'helper.no-capability': (v: Path) =>
    `${v.path} has no capability to send raw packets: its file capabilities are lost.`,
  'helper.not-allowed-here': (v: Path) =>
    `The system refuses to start ${v.path} with its capabilities: this session may not have them, as in a container.`,
  'helper.broken': (v: Path & { readonly cause: string }) => `${v.path} does not work. ${v.cause}`,
  'helper.fix.install': 'Install it, in the folder of Open Sesamy’s source:',
  'helper.fix.again': 'Install it again:',
  'helper.fix.join': 'Join the group, then log out and in again:',
  'helper.fix.log-in': 'Log out and in again.',
  'helper.fix.outside':
    'Start Open Sesamy outside of what set that: a sandbox, a container, or a service with NoNewPrivileges.',
  'helper.fix.elsewhere': 'Install it where they do:',
  'helper.fix.give-back': 'Give them back:',
  'helper.fix.container': 'Run Open Sesamy outside of the container, or give it NET_RAW and NET_ADMIN.',
  'helper.fix.version': 'Install the one that belongs to this version:',

  // The helper: how a request to it fails.
  'helper.failed.install-again': 'Install the helper that belongs to this version: sudo npm run helper:install',
  'helper.failed.try-again': 'Try again.',
  'helper.failed.password': 'Try again, and give the password that the system asks for.',
  'helper.failed.version': (v: Path) => `${v.path} does not understand this version of Open Sesamy.`,
  'helper.failed.source-not-own': (v: { readonly source: string }) =>
    `${v.source} is not an address of this computer, so nothing can come from it.`,
  'helper.failed.not-permitted': (v: Path & System) => `${v.path} may not send raw packets${system(v)}.`,
  'helper.failed.no-interface': (v: { readonly interface: string | null } & System) =>
    `The interface ${v.interface ?? ''} is gone, or it is down${system(v)}.`,
  'helper.failed.no-route': (v: Way & { readonly source: string } & System) =>
    `There is no route from ${v.source} to ${way(v)}${system(v)}.`,
  'helper.failed.next-hop-silent': (v: Way & { readonly family: number }) =>
    `Nobody${v.interface === null ? '' : ` on ${v.interface}`} says that it is ${v.address} or the way to it (${v.family === 4 ? 'ARP' : 'NDP'}).`,
  'helper.failed.send': (v: Way & { readonly packet: number | null; readonly packets: number } & System) =>
    `${v.packet === null ? 'A packet' : `Packet ${v.packet} of ${v.packets}`} to ${way(v)} could not be sent${system(v)}.`,
  'helper.failed.refused': (v: { readonly address: string }) =>
    `${v.address} answered the SYN with a reset, as a closed port does.`,
  'helper.failed.unreachable': (v: { readonly address: string; readonly type: number; readonly code: number }) =>
    `The network answers that ${v.address} cannot be reached (ICMP type ${v.type} code ${v.code}).`,
  'helper.failed.no-answer': (v: { readonly address: string }) => `${v.address} did not answer any of the SYNs.`,
  'helper.failed.port-busy': 'This computer has no port free for the connection.',
  'helper.failed.first-too-long': 'The protected bytes do not fit into one segment.',
  'helper.failed.hung-up': (v: System) =>
    `The port answered, and broke the connection before it said anything${system(v)}.`,
  'helper.failed.broken': (v: System) => `The network broke the session${system(v)}.`,
  'helper.failed.internal': (v: Path & System) => `${v.path} met with something that it was not made for${system(v)}.`,
  'helper.failed.no-password': (v: { readonly said: string }) =>
    `The administrator’s rights were not given to the helper: ${v.said}`,

  // The listening end of the check of a path.
  'listen.port-in-use': (v: { readonly port: number }) => `Another program listens on port ${v.port}.`,
  'listen.other-port': 'Choose another port.',
  'listen.not-permitted': (v: { readonly port: number }) =>
    `Only root may listen on port ${v.port}, and the helper gives up all rights before it listens.`,
  'listen.higher': 'Choose a port above 1023: what rewrites sequence numbers does so for most ports alike.',

  // libpcap: whether it works here.
  'pcap.works': 'Raw frames through libpcap: any Ethernet interface, any source MAC.',
  'pcap.cap-absent': 'This copy of Open Sesamy has no package cap, which is optional.',
  'pcap.cap-not-built': 'The package cap is not built for this Node.js.',
  'pcap.libpcap-absent': (v: Said) => `The library libpcap is not installed${said(v)}.`,
  'pcap.npcap-absent': (v: Said) => `Npcap is not installed${said(v)}.`,
  'pcap.not-permitted': (v: Said) => `This account may not send raw frames${said(v)}.`,
  'pcap.broken': (v: Said) => `libpcap does not work here${said(v)}.`,
  'pcap.fix.cap': 'In a checkout, install the optional packages.',
  'pcap.fix.build-linux': 'In a checkout, build it; that takes the header files of libpcap and a compiler.',
  'pcap.fix.build': 'In a checkout, build it; that takes the compiler tools of the system.',
  'pcap.fix.libpcap': 'Install it.',
  'pcap.fix.npcap': 'Install Npcap from https://npcap.com. Open Sesamy brings none with it, and installs none.',
  'pcap.fix.rights-linux':
    'Better use the helper, which needs no more rights for Open Sesamy. Or give a single knock on the command line CAP_NET_RAW as an ambient capability.',
  'pcap.fix.rights-macos':
    'The devices /dev/bpf* are for root alone at first. Install ChmodBPF, which comes with Wireshark and opens them for the group access_bpf; join the group, and log in again.',
  'pcap.fix.rights-windows':
    'Npcap was installed for administrators only. Install it again without that restriction, from https://npcap.com.',

  // libpcap: how a knock through it fails.
  'pcap.failed.process': (v: { readonly how: string }) => `The pcap process ${v.how}.`,
  'pcap.failed.not-permitted': (v: { readonly said: string }) =>
    `The system does not let this program send raw frames: ${v.said}`,
  'pcap.failed.interface': (v: { readonly name: string; readonly said: string }) =>
    `The interface ${v.name} cannot be used: ${v.said}`,
  'pcap.failed.interface-lost': (v: { readonly name: string }) =>
    `The interface ${v.name} cannot be used: it went down or away while the knock was under way.`,
  'pcap.failed.next-hop-silent': (v: { readonly name: string; readonly said: string; readonly address: string }) =>
    `On ${v.name}, ${v.said} It is the next hop to ${v.address}.`,
  'pcap.failed.send': (v: { readonly name: string; readonly reason: string; readonly said: string }) =>
    `libpcap could not send on ${v.name} (${v.reason}): ${v.said}`,
  'pcap.failed.no-mac': (v: { readonly name: string }) =>
    `The interface ${v.name} has no MAC address: it is no Ethernet, and frames cannot be sent on it.`,
  'pcap.failed.itself': (v: { readonly owner: string; readonly wanted: string | null }) =>
    `The host is this computer itself (${v.owner}): nothing for it leaves through ${v.wanted ?? 'an interface'}.`,
  'pcap.failed.other-way': 'Choose another interface, or another transport.',

  // Whether sequence numbers survive a path.
  'isn.survive': (v: { readonly timestamps: string }) => `Sequence numbers survive. ${v.timestamps}`,
  'isn.timestamps-survive': 'TCP Stealth can work on this path, with timestamps or without.',
  'isn.timestamps-rewritten':
    'TCP Stealth can work on this path with timestamps off: something on the way rewrites them.',
  'isn.timestamps-removed':
    'TCP Stealth can work on this path with timestamps off: something on the way takes them out.',
  'isn.rewritten':
    'Sequence numbers do not survive: something on the way rewrites them (a firewall, a load balancer, a proxy).',
  'isn.rewritten.then': 'TCP Stealth cannot work on this path. Take another one, or another mode.',
  'isn.something-else': (v: { readonly address: string; readonly port: number; readonly said: string }) =>
    `Something else answers at ${v.address} port ${v.port}. ${v.said === '' ? 'It says nothing' : `It says “${v.said}”`}.`,
  'isn.start': (v: { readonly port: number }) =>
    `Start the other end on the server: sesamy doctor --isn-listen ${v.port}`,
  'isn.let-through': 'Let the port through every firewall on the way, and forward it where there is NAT.',
  'isn.one-direction':
    'If it listens and shows no SYN, something on the way may change numbers in one direction only, so that no connection comes about: TCP Stealth cannot work then either.',

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
  'source.of-stranger': (v: { readonly asked: string }) =>
    `It wanted to look up your address with ${v.asked}, which was left out: set the source address yourself.`,
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

  // A run, as window and command line tell of it.
  'run.waiting': (v: { readonly untilUnixMs: number }) => `the knock waits for its time, ${clockTime(v.untilUnixMs)}`,
  'run.used-up': 'One-time sequences used up',
  'run.used-up.set': 'Set',
  'run.again': (v: Again) => `${learnedWords(v)}; try ${v.next} of ${v.of} at ${clockTime(v.atUnixMs)}`,
  'run.try': (v: Again) => `try ${v.next} of ${v.of}, `,
  'run.begins': 'begins',
  'run.refused': 'Cannot knock now',
  'run.observer.later': (v: { readonly syns: number; readonly datagrams: number; readonly port: number }) =>
    `An observer sees ${[
      ...(v.syns === 0 ? [] : [count(v.syns, 'SYN')]),
      ...(v.datagrams === 0 ? [] : [count(v.datagrams, 'datagram')]),
    ].join(' and ')} to ports that are settled only when it knocks, and the connection’s SYN to port ${v.port}.`,
  'run.log.waiting': (v: { readonly untilUnixMs: number }) => `waits until ${clockTime(v.untilUnixMs)}`,
  'run.log.again': (v: Again) => `${learnedWords(v)}; try ${v.next} of ${v.of} at ${clockTime(v.atUnixMs)}`,

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
    `The ports change in ${duration(v.changeMs)}: the knock waits ${duration(v.waitMs)} for the next ones, until ${clockTime(v.untilUnixMs)}.`,
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
