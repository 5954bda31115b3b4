import { SesamyError } from '../../errors';
import { addressBytes } from '../../packet/address-bytes';
import type { Recipe, RecipeContext } from '../recipe';
import { secretBytes, stealthIsn } from './isn';
import type { TcpStealth } from './schema';

/** How long a right SYN opens the port for its source, in seconds. */
export const OPEN_SECONDS = 30;

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
          'Turn timestamps off and set the integrity length to 0, or use a server with the TCP Stealth kernel patch.',
        ],
      },
    );
  const isn = stealthIsn({
    secret: secretBytes(mode.secret),
    destination: addressBytes(context.address),
    destinationPort: context.servicePort,
    tsval: 0,
    payload: null,
  });
  return [mode.use === 'connection' ? connectionRule(isn, context) : knockRule(isn, context)];
}

const hex = (isn: number): string => `0x${isn.toString(16).padStart(8, '0')}`;
const tableName = ({ servicePort, family }: RecipeContext): string => `open_sesamy_${servicePort}_ipv${family}`;

/** A SYN and nothing else, as a connection begins with it (RFC 9293 §3.5). */
const SYN = 'tcp flags & (fin | syn | rst | ack) == syn';

function file(context: RecipeContext, before: readonly string[], rules: readonly string[]): string {
  const table = `${context.family === 4 ? 'ip' : 'ip6'} ${tableName(context)}`;
  return [
    `# TCP Stealth for port ${context.servicePort}, IPv${context.family}. Whoever may read this file may knock.`,
    '# Loading it again replaces it. To take it away: nft delete table ' + table,
    `table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    ...before.map((line) => `\t${line}`),
    '\tchain input {',
    '\t\ttype filter hook input priority filter - 5; policy accept;',
    '\t\tiif lo accept',
    `\t\ttcp dport != ${context.servicePort} accept`,
    '\t\tct state established,related accept',
    ...rules.map((line) => `\t\t${line}`),
    '\t\treject with tcp reset',
    '\t}',
    '}',
    '',
  ].join('\n');
}

function connectionRule(isn: number, context: RecipeContext): Recipe {
  return {
    title: 'nftables',
    description:
      'A SYN with the right ISN connects. Everything else is answered exactly as a closed port answers: with a reset. Connections that stand and the loopback are left alone.',
    fileName: `${tableName(context)}.nft`,
    text: file(context, [], [`${SYN} tcp sequence ${hex(isn)} accept`]),
    load: `nft -f ${tableName(context)}.nft`,
  };
}

function knockRule(isn: number, context: RecipeContext): Recipe {
  const [keyword, type] = context.family === 4 ? ['ip', 'ipv4_addr'] : ['ip6', 'ipv6_addr'];
  return {
    title: 'nftables',
    description: `A SYN with the right ISN opens the port for its source for ${OPEN_SECONDS} seconds, and is answered with a reset like every other. Connections that stand and the loopback are left alone.`,
    fileName: `${tableName(context)}.nft`,
    text: file(
      context,
      ['set knocked {', `\ttype ${type}`, '\tflags timeout', '\tsize 65535', '}'],
      [
        `${SYN} tcp sequence ${hex(isn)} update @knocked { ${keyword} saddr timeout ${OPEN_SECONDS}s } reject with tcp reset`,
        `${keyword} saddr @knocked accept`,
      ],
    ),
    load: `nft -f ${tableName(context)}.nft`,
  };
}
