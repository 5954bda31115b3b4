/**
 * Where a mode gets this computer's address from, as the server sees it: behind NAT that is the public one, which nothing on this
 * computer knows. The same four choices for every mode whose knock depends on it.
 */
import * as z from 'zod';
import { text } from '../../text/text';
import type { Text } from '../../text/text';
import { group, listOf, shown } from '../fields';
import { parseAddress } from '../packet/address';
import type { AddressFamily } from '../plan/knock-event';
import type { Fact } from '../plan/knock-plan';
import { isIpv4, isIpv6 } from '../profile/host';
import type { InlineOption, InlineValues } from './inline';

const MAX_WORDS = 20;
const MAX_WORD_LENGTH = 400;
const MAX_URL_LENGTH = 1000;

/** No blanks and no quotes: then there is one way to write a command in one line, and to read it again. */
const WORD = /^[^\s\p{C}"'`]+$/u;
/** A name that is looked up as the shell would, or a path from the root: never one that depends on the folder of the moment. */
const PROGRAM = /^(?:[^-/\\][^/\\]*|(?:[A-Za-z]:)?[/\\].*)$/;
/** https with a host, perhaps a port, and what follows it; no user and no password, no fragment (RFC 3986 §3). */
const URL_PATTERN =
  /^https:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?(?:[/?](?:(?!["#<>\\^`{|}])[!-~])*)?$/i;

const ADDRESS_WORDS = {
  4: 'an IPv4 address such as 203.0.113.7',
  6: 'an IPv6 address such as 2001:db8::7',
} as const;

function addressText(family: AddressFamily | null) {
  const allowed = family === null ? `${ADDRESS_WORDS[4]} or ${ADDRESS_WORDS[6]}` : ADDRESS_WORDS[family];
  const error = ({ input }: { readonly input?: unknown }): string =>
    `Source address must be ${allowed}; this is ${shown(input)}.`;
  return z
    .string({ error })
    .refine((text) => (family !== 6 && isIpv4(text)) || (family !== 4 && isIpv6(text)), { error });
}

const commandWord = z
  .string({ error: 'Source command must be made of words.' })
  .max(MAX_WORD_LENGTH, { error: `A word of the source command has at most ${MAX_WORD_LENGTH} characters.` })
  .regex(WORD, {
    error: ({ input }) =>
      `A word of the source command is printable, without blanks and quotes, for no shell reads it; this is ${shown(input)}.`,
  });

const command = listOf('Source command', commandWord, 1, MAX_WORDS).refine(([program = '']) => PROGRAM.test(program), {
  error: ({ input }) =>
    `Source command must begin with a program’s name or its whole path; this begins with ${shown(firstOf(input))}.`,
});

function firstOf(input: unknown): unknown {
  return Array.isArray(input) ? input[0] : input;
}

const urlError = ({ input }: { readonly input?: unknown }): string =>
  `Source URL must begin with https:// and have no user, password or fragment; this is ${shown(input)}.`;
const url = z
  .string({ error: urlError })
  .max(MAX_URL_LENGTH, { error: urlError })
  .regex(URL_PATTERN, { error: urlError });

/**
 * The choice as settings have it.
 * - `route`: the interface that the route to the server takes, which is right where no NAT lies between;
 * - `given`: this address, always;
 * - `command`: what this program prints, started from the words as they are, without a shell;
 * - `url`: what https answers there.
 * @param family the one that the mode's servers know; null: both
 */
export function sourceAddress(family: AddressFamily | null) {
  return z.discriminatedUnion(
    'by',
    [
      group('Source', { by: z.literal('route') }),
      group('Source', { by: z.literal('given'), address: addressText(family) }),
      group('Source', { by: z.literal('command'), command }),
      group('Source', { by: z.literal('url'), url }),
    ],
    {
      error: ({ input }) =>
        `Source must be one of route, an address, an https URL and a command, and only one of them; this is ${shown(input)}.`,
    },
  );
}

export type SourceAddress = z.infer<ReturnType<typeof sourceAddress>>;

/** What a plan waits for because of the choice; null where the address is given. */
export function sourceFact(choice: SourceAddress): Extract<Fact, { kind: 'source' }> | null {
  return choice.by === 'given' ? null : { kind: 'source', lookup: choice };
}

/** The address: the given one, or what the moment knows of the others. */
export function sourceBytes(choice: SourceAddress, known: Uint8Array | undefined): Uint8Array | null {
  return (choice.by === 'given' ? parseAddress(choice.address) : known) ?? null;
}

/** A command as it is typed: words between blanks. Quotes have no meaning, and the schema refuses them. */
export function commandWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The options for it. @param field where the mode's settings keep the choice */
export function sourceOptions(field: string): readonly InlineOption[] {
  return [
    {
      flags: '--source-command <words>',
      field: `${field}.command`,
      description: 'a program that prints that address, and its arguments, between blanks; no quotes, no shell',
    },
    {
      flags: '--source <where>',
      field,
      description:
        'your address as the server sees it: route, an address, or https://… that answers it (default: route)',
    },
  ];
}

/** The choice from what was typed. Not checked: the schema does that. */
export function readSource(values: InlineValues, field: string): unknown {
  const [given, typedCommand] = [values[field], values[`${field}.command`]];
  if (typedCommand !== undefined)
    return given === undefined ? { by: 'command', command: commandWords(typedCommand) } : [given, typedCommand];
  if (given === undefined || given === 'route') return { by: 'route' };
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? { by: 'url', url: given } : { by: 'given', address: given };
}

/** The words that give this choice. */
export function writeSource(choice: SourceAddress): readonly string[] {
  switch (choice.by) {
    case 'route':
      return ['--source', 'route'];
    case 'given':
      return ['--source', choice.address];
    case 'url':
      return ['--source', choice.url];
    case 'command':
      return ['--source-command', choice.command.join(' ')];
  }
}

/** Of somebody else's choice only what asks nobody is taken; the remark says what it was. */
export function sourceOfStranger(choice: SourceAddress): {
  readonly source: SourceAddress;
  readonly remarks: readonly Text[];
} {
  if (choice.by !== 'command' && choice.by !== 'url') return { source: choice, remarks: [] };
  const asked = choice.by === 'url' ? choice.url : choice.command.join(' ');
  return { source: { by: 'route' }, remarks: [text('source.of-stranger', { asked })] };
}
