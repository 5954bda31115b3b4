/**
 * knocksettings.txt, the settings file of the original Open Sesamy and PortKnocker tools (docs/knock-modes.md §1;
 * docs/formats.md says what is read). Values in a fixed order, apart by blanks or line ends in any mixture:
 * server, port, sequence, window and then, both optional, interface index and MAC address.
 */
import type * as z from 'zod';
import { errorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import { check, group, matching, portNumber, shown, wholeNumber } from '../fields';
import { countWindowSchema } from '../modes/count-window/schema';
import type { CountWindow } from '../modes/count-window/schema';
import type { KnockProtocol, Port } from '../plan/knock-plan';
import { hostSchema } from '../profile/host';
import { MAC_PATTERN, newProfile, normaliseMac } from '../profile/profile';
import type { Profile } from '../profile/profile';

export interface KnockSettings {
  readonly host: string;
  readonly knockPort: Port;
  readonly sequence: string;
  readonly windowMs: number;
  /** Position in the list of interfaces, from 0. */
  readonly interfaceIndex: number | null;
  /** In the form that profiles hold: capitals and colons. */
  readonly mac: string | null;
}

export interface KnockSettingsError {
  /** Both count from 1; the column counts UTF-16 units, as editors do. A missing value is placed at the end of the text. */
  readonly line: number;
  readonly column: number;
  /** Null for a value too many. */
  readonly field: keyof KnockSettings | null;
  /** Names the field, what is allowed and what was found. Bounded, whatever the file holds. */
  readonly message: string;
}

export type KnockSettingsResult =
  { readonly ok: true; readonly value: KnockSettings } | { readonly ok: false; readonly error: KnockSettingsError };

const interfaceIndexField = wholeNumber('Interface index', 0, 9999);

/** In the file's order. The rules are the profile's own; only the labels are the file's. */
const settingsSchema: z.ZodType<KnockSettings> = group('Settings', {
  host: hostSchema,
  knockPort: portNumber('Port'),
  sequence: countWindowSchema.shape.sequence,
  windowMs: countWindowSchema.shape.windowMs,
  interfaceIndex: interfaceIndexField.nullable(),
  mac: matching(
    'MAC address',
    MAC_PATTERN,
    'six pairs of hex digits with colons or hyphens between, such as 00:0E:35:0E:77:B0',
  ).nullable(),
});

const FIELD_NAMES = ['host', 'knockPort', 'sequence', 'windowMs', 'interfaceIndex', 'mac'] as const;

interface Place {
  readonly line: number;
  readonly column: number;
}

interface Token extends Place {
  readonly text: string;
}

/** The first values of the text, one more than there are fields, and where the text ends. Reads no further than it must. */
function tokensOf(text: string): { readonly tokens: readonly Token[]; readonly end: Place } {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  // A line ends with LF, CR LF or a lone CR. Only space and tab are blanks: anything stranger belongs to a value, and is refused there.
  for (const match of text.matchAll(/\r\n|\r|\n|[^ \t\r\n]+/g)) {
    const [found] = match;
    if (found === '\n' || found === '\r' || found === '\r\n') {
      line += 1;
      lineStart = match.index + found.length;
    } else {
      tokens.push({ text: found, line, column: match.index - lineStart + 1 });
      if (tokens.length > FIELD_NAMES.length) break;
    }
  }
  return { tokens, end: { line, column: text.length - lineStart + 1 } };
}

/** Digits without a leading zero become a number; anything else stays text, for the schema to refuse and to show. */
function numeral(text: string | undefined): number | string | undefined {
  return text !== undefined && /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : text;
}

/** Why a file that looks like junk may look so. */
function hint(text: string): string {
  if (text.includes('\0')) return ' The file seems to be UTF-16 or no text at all; save it as plain text (UTF-8).';
  if (text.includes('\uFFFD')) return ' The file is not UTF-8; save it as plain text (UTF-8).';
  return '';
}

/** A MAC address in the profile's form; what is none stays as it is, for the schema to refuse and to show. */
function macOf(text: string): string {
  // Not everything that normaliseMac trims is a blank in this file.
  const mac = /^[0-9A-Fa-f:-]{17}$/.test(text) ? normaliseMac(text) : text;
  return MAC_PATTERN.test(mac) ? mac : text;
}

/** Reads the file. Never throws; linear in the length of the text. */
export function parseKnockSettings(text: string): KnockSettingsResult {
  const { tokens, end } = tokensOf(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const [host, knockPort, sequence, windowMs, fifth] = tokens;
  // The last two are optional each, and no number looks like a MAC address: a file may have the second without the first.
  const macAt = fifth !== undefined && MAC_PATTERN.test(macOf(fifth.text)) ? 4 : 5;
  const interfaceIndex = macAt === 4 ? undefined : fifth;
  const mac = tokens[macAt];

  const places = { host, knockPort, sequence, windowMs, interfaceIndex, mac };
  const refuse = (
    place: Place,
    field: KnockSettingsError['field'],
    message: string,
    found = '',
  ): KnockSettingsResult => ({
    ok: false,
    error: { line: place.line, column: place.column, field, message: message + hint(found) },
  });

  const result = check(settingsSchema, {
    host: host?.text,
    knockPort: numeral(knockPort?.text),
    sequence: sequence?.text,
    windowMs: numeral(windowMs?.text),
    interfaceIndex: numeral(interfaceIndex?.text) ?? null,
    mac: mac === undefined ? null : macOf(mac.text),
  });
  if (!result.ok) {
    // The schema's fields stand in the file's order, so the first problem is the first in the file.
    const [problem] = result.problems;
    const field = FIELD_NAMES.find((name) => name === problem?.field) ?? null;
    const token = field === null ? undefined : places[field];
    return refuse(token ?? end, field, problem?.message ?? 'These settings cannot be used.', token?.text);
  }

  const extra = tokens[macAt + 1];
  if (extra !== undefined)
    return refuse(
      extra,
      null,
      'Nothing may follow the MAC address: the values are server, port, sequence, window, interface index and ' +
        `MAC address, in this order; this is ${shown(extra.text)}.`,
      extra.text,
    );
  return { ok: true, value: result.value };
}

/** The error as every other part of the product shows errors. `file` is the file's name for a person, if it has one. */
export function knockSettingsErrorInfo(error: KnockSettingsError, file?: string): ErrorInfo {
  const place = `line ${error.line}, column ${error.column}`;
  return errorInfo('bad-input', `${file === undefined ? place : `${file}, ${place}`}: ${error.message}`);
}

/** Writes the file: one value a line, ending in a line feed. Parsing it gives the same settings. */
export function printKnockSettings(settings: KnockSettings): string {
  const { host, knockPort, sequence, windowMs, interfaceIndex, mac } = settings;
  const values = [host, knockPort, sequence, windowMs, interfaceIndex, mac].filter((value) => value !== null);
  return `${values.join('\n')}\n`;
}

/** What the file cannot say. The id and the name must suit the profile's schema. */
export interface KnockSettingsExtras {
  readonly id: string;
  readonly name: string;
  readonly protocol: KnockProtocol;
}

/** A profile from the file's settings, with remarks on what the file does not say: plain sentences for a person. */
export function profileFromKnockSettings(
  settings: KnockSettings,
  extras: KnockSettingsExtras,
): { readonly profile: Profile; readonly remarks: readonly string[] } {
  const mode: CountWindow = {
    kind: 'count-window',
    sequence: settings.sequence,
    windowMs: settings.windowMs,
    knockPort: null,
    protocol: extras.protocol,
  };
  const remarks = [
    `The file has one port: ${settings.knockPort} is taken for the knocks and for the port that opens.`,
    `The file does not say how to knock; ${extras.protocol === 'tcp' ? 'TCP SYNs' : 'UDP datagrams'} are taken.`,
  ];
  if (settings.interfaceIndex === null) remarks.push('The file has no interface; the routing table will choose.');
  if (settings.mac === null) remarks.push('The file has no MAC address; the interface’s own is used.');
  if (settings.windowMs % 1000 !== 0)
    remarks.push(`The window is ${settings.windowMs} ms, but the original firewall rules count in whole seconds.`);
  return {
    profile: newProfile(extras.id, {
      name: extras.name,
      host: settings.host,
      servicePort: settings.knockPort,
      interface: settings.interfaceIndex === null ? null : String(settings.interfaceIndex),
      sourceMac: settings.mac,
      mode,
    }),
    remarks,
  };
}

/** The file's settings from a profile, with remarks on what the file has no place for; an error for other kinds of knock. */
export function knockSettingsFromProfile(
  profile: Profile,
):
  | { readonly ok: true; readonly value: KnockSettings; readonly remarks: readonly string[] }
  | { readonly ok: false; readonly error: ErrorInfo } {
  const { mode } = profile;
  if (mode.kind !== 'count-window')
    return {
      ok: false,
      error: errorInfo(
        'bad-input',
        `knocksettings.txt holds count-window knocks only; ${shown(profile.name)} is of the kind ${mode.kind}.`,
        { steps: ['Choose a profile of the kind count-window.'] },
      ),
    };
  const index = profile.interface === null ? null : interfaceIndexField.safeParse(numeral(profile.interface));
  const knockPort = mode.knockPort ?? profile.servicePort;
  const remarks = [
    `The file has no place for the kind of knock: ${mode.protocol === 'tcp' ? 'TCP SYNs' : 'UDP datagrams'}.`,
  ];
  if (knockPort !== profile.servicePort)
    remarks.push(
      `The file has one port, the knock port ${knockPort}; the port that opens, ${profile.servicePort}, is left out.`,
    );
  if (index?.success === false)
    remarks.push(`The file takes an interface by its number only; ${shown(profile.interface)} is left out.`);
  return {
    ok: true,
    value: {
      host: profile.host,
      knockPort,
      sequence: mode.sequence,
      windowMs: mode.windowMs,
      interfaceIndex: index?.data ?? null,
      mac: profile.sourceMac,
    },
    remarks,
  };
}
