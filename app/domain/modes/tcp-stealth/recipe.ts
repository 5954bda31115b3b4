import { SesamyError } from '../../errors';
import { parseAddress } from '../../packet/address';
import type { Recipe, RecipeContext } from '../recipe';
import { secretBytes, stealthIsn } from './isn';
import type { TcpStealth } from './schema';

/** How long a right SYN opens the port for its source, in seconds. */
const OPEN_SECONDS = 30;

/**
 * The server's rules for nftables. They hold numbers only: the port and the ISN; nothing that was typed reaches them.
 * @throws SesamyError `bad-input` when no fixed rule can tell the right SYN
 */
export function tcpStealthRecipes(mode: TcpStealth, context: RecipeContext): readonly Recipe[] {
  if (mode.timestamps || mode.integrityLength > 0)
    throw new SesamyError(
      'bad-input',
      `With ${mode.timestamps ? 'timestamps' : 'integrity'} the ISN is another one for every connection, so no fixed rule can tell the right SYN.`,
      {
        steps: [
          'Turn timestamps off and set integrity to 0, or use a server with the TCP Stealth kernel patch, which needs no rule.',
        ],
        action: {
          kind: 'edit-field',
          label: 'Change the profile',
          field: mode.timestamps ? 'mode.timestamps' : 'mode.integrityLength',
        },
      },
    );
  const destination = parseAddress(context.address);
  if (destination === null) throw new RangeError('A recipe needs an address');
  const isn = stealthIsn({
    secret: secretBytes(mode.secret),
    destination,
    destinationPort: context.servicePort,
    tsval: 0,
    payload: null,
  });
  return [mode.use === 'connection' ? connectionRule(isn, context) : knockRule(isn, context)];
}

const hex = (isn: number): string => `0x${isn.toString(16).padStart(8, '0')}`;
const tableName = ({ servicePort, family }: RecipeContext): string => `open_sesamy_${servicePort}_ipv${family}`;

/** The family's own words in nftables. */
const WORDS = { 4: { table: 'ip', address: 'ipv4_addr' }, 6: { table: 'ip6', address: 'ipv6_addr' } } as const;

/** A SYN that a connection begins with (RFC 9293 §3.5); the chain is for packets with neither RST nor ACK. */
const RIGHT_SYN = 'tcp flags & (fin | syn) == syn tcp sequence';

function set(name: string, type: string, ...properties: readonly string[]): readonly string[] {
  return [`set ${name} {`, `\ttype ${type}`, '\tflags dynamic,timeout', ...properties.map((each) => `\t${each}`), '}'];
}

/**
 * The whole file. What may not pass goes to port 0, where nothing can listen, so that the kernel itself answers as it
 * does for every closed port; on the way out its answer gets the service port back. A reset that nftables makes (the
 * last resort here) can be told from the kernel's: it has no IPv6 flow label and does not repeat the type of service.
 */
function file(context: RecipeContext, sets: readonly string[], rules: readonly string[]): string {
  const { servicePort: port, family } = context;
  const { table: ip, address } = WORDS[family];
  const table = `table ${ip} ${tableName(context)}`;
  const inside = [
    ...sets,
    ...set('answering', `${address} . inet_service`, 'timeout 1s', 'size 65535'),
    'chain input {',
    '\ttype filter hook input priority filter - 5; policy accept;',
    '\tiif "lo" accept',
    // All that belongs to a connection has ACK or RST, and a listening port answers both just as a closed one.
    `\ttcp dport ${port} tcp flags & (rst | ack) == 0x0 jump service`,
    '}',
    'chain service {',
    ...rules.map((rule) => `\t${rule}`),
    '\tgoto closed',
    '}',
    'chain closed {',
    `\tupdate @answering { ${ip} saddr . tcp sport } tcp dport set 0 accept`,
    '\treject with tcp reset',
    '}',
    'chain output {',
    '\ttype filter hook output priority raw; policy accept;',
    `\ttcp sport 0 ${ip} daddr . tcp dport @answering delete @answering { ${ip} daddr . tcp dport } tcp sport set ${port}`,
    '}',
  ];
  return [
    `# TCP Stealth for port ${port}, IPv${family}. Whoever can read this file can open the port.`,
    `# Loading it again replaces it. To take it away: nft delete ${table}`,
    table,
    `delete ${table}`,
    `${table} {`,
    ...inside.map((line) => `\t${line}`),
    '}',
    '',
  ].join('\n');
}

/** @param does what a right SYN comes to */
function recipe(does: string, context: RecipeContext, sets: readonly string[], rules: readonly string[]): Recipe {
  const { servicePort, family } = context;
  const fileName = `${tableName(context)}.nft`;
  return {
    title: `nftables, IPv${family}`,
    description: `${does} Everything else meets a closed port. Connections that stand, the loopback and other ports are left alone. It is for port ${servicePort} over IPv${family} only: where the server has an address of the other family too, load that recipe as well.`,
    fileName,
    text: file(context, sets, rules),
    load: `nft -f ${fileName}`,
  };
}

function connectionRule(isn: number, context: RecipeContext): Recipe {
  return recipe('A SYN with the right ISN connects.', context, [], [`${RIGHT_SYN} ${hex(isn)} accept`]);
}

function knockRule(isn: number, context: RecipeContext): Recipe {
  const { table: ip, address } = WORDS[context.family];
  return recipe(
    `A SYN with the right ISN opens the port for its source for ${OPEN_SECONDS} seconds, and is itself answered as by a closed port.`,
    context,
    set('knocked', address, 'size 65535'),
    [
      `${RIGHT_SYN} ${hex(isn)} update @knocked { ${ip} saddr timeout ${OPEN_SECONDS}s } goto closed`,
      `${ip} saddr @knocked accept`,
    ],
  );
}
