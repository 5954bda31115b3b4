/**
 * The closed set of things that can go wrong, and the words for each.
 *
 * Everything that fails anywhere in the product ends as one of these codes. The window and the command line
 * show the same title, cause and steps; only the way they show them differs.
 */
import * as z from 'zod';
import { text } from '../text/text';
import type { Sentence } from '../text/text';
import { sentenceSchema } from './sentence';

/** What a person can do with one button. The window maps each kind to a control; the command line ignores it. */
export const errorActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('retry'), label: sentenceSchema, afterMs: z.number() }),
  z.strictObject({ kind: z.literal('edit-field'), label: sentenceSchema, field: z.string() }),
  z.strictObject({ kind: z.literal('open-settings'), label: sentenceSchema }),
  /** To the list of transports, which says what each one lacks and how to mend it. */
  z.strictObject({ kind: z.literal('open-permissions'), label: sentenceSchema }),
]);
export type ErrorAction = Readonly<z.infer<typeof errorActionSchema>>;

interface ErrorKind {
  readonly title: Sentence;
  readonly steps: readonly Sentence[];
  /** Exit code of the command line (docs/cli.md: 2 usage or bad input, 3 not opened, 4 not permitted, 5 name or route). */
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 130;
}

const KINDS = {
  'bad-input': {
    title: 'This input cannot be used',
    steps: ['Correct what is named above and try again.'],
    exitCode: 2,
  },
  'unknown-target': {
    title: 'There is no such profile',
    steps: ['Check the name, or give the target inline: --mode, --host, --port and the mode’s own options.'],
    exitCode: 2,
  },
  'name-not-found': {
    title: 'The host name was not found',
    steps: ['Check the spelling of the host.', 'Check that this computer’s name service works.'],
    exitCode: 5,
  },
  'no-address-of-family': {
    title: 'The host has no address of the chosen family',
    steps: ['Set the address family to automatic, or to the one that the host has.'],
    exitCode: 5,
  },
  'interface-not-found': {
    title: 'The chosen network interface is not there',
    steps: ['Choose one of the interfaces that this computer has, or leave the choice automatic.'],
    exitCode: 5,
  },
  'no-route': {
    title: 'The network gives no way to the host',
    steps: ['Check that this computer is online.', 'Check the address family and the interface of the profile.'],
    exitCode: 5,
  },
  'not-permitted': {
    title: 'This computer does not let the packet leave',
    steps: ['Check the firewall of this computer for rules on outgoing traffic.'],
    exitCode: 4,
  },
  'next-hop-silent': {
    title: 'The next hop does not answer',
    steps: [
      'Check the cable or the wireless network, and that the interface is the right one.',
      'Check that the host or the gateway is switched on.',
    ],
    exitCode: 5,
  },
  'transport-unavailable': {
    title: 'The chosen transport does not work here',
    steps: ['See what it lacks: sesamy doctor, or Permissions in the Settings.', 'Or set the transport to automatic.'],
    exitCode: 4,
  },
  'transport-failed': {
    title: 'The transport broke down',
    steps: ['Try again.', 'If it happens again, choose another transport and report this with the text above.'],
    exitCode: 1,
  },
  'not-opened': {
    title: 'The door did not open',
    steps: [text('advice.settings'), text('advice.same-address')],
    exitCode: 3,
  },
  'no-listener': {
    title: 'No listener of Open Sesamy answers there',
    steps: ['Start one on the server, with sesamy doctor --isn-listen PORT.'],
    exitCode: 1,
  },
  'hung-up': {
    title: 'The server hung up at once',
    steps: [text('advice.settings'), text('advice.service')],
    exitCode: 3,
  },
  'first-bytes': {
    title: text('error.first-bytes'),
    steps: [text('advice.first-bytes')],
    exitCode: 2,
  },
  'source-unknown': {
    title: text('error.source-unknown'),
    steps: [text('advice.source.lookup'), text('advice.source.given')],
    exitCode: 5,
  },
  'knock-refused': {
    title: text('error.knock-refused'),
    steps: [text('advice.settings')],
    exitCode: 2,
  },
  'connection-lost': {
    title: 'The connection broke',
    steps: ['Knock again to start a new session.'],
    exitCode: 1,
  },
  'terminal-not-found': {
    title: 'No terminal program was found',
    steps: [
      'Install a terminal such as xterm, or choose one in Settings.',
      'Or run the command line: sesamy proxy works from any SSH.',
    ],
    exitCode: 1,
  },
  'ssh-not-found': {
    title: 'The ssh program was not found',
    steps: ['Install the OpenSSH client.'],
    exitCode: 1,
  },
  'session-not-started': {
    title: 'The terminal did not start the session',
    steps: ['Look at the terminal window for what ssh says.', 'Choose another terminal in Settings.'],
    exitCode: 1,
  },
  'port-in-use': {
    title: 'The port is in use on this computer',
    steps: ['Choose another port, or 0 to let the system choose.'],
    exitCode: 1,
  },
  'vault-absent': {
    title: 'There are no saved profiles yet',
    steps: ['Make the first one: sesamy add NAME --mode …, or New in the window.'],
    exitCode: 2,
  },
  'vault-locked': {
    title: 'The profiles are locked',
    steps: ['Unlock them with your passphrase.'],
    exitCode: 4,
  },
  'wrong-passphrase': {
    title: 'The passphrase is wrong',
    steps: ['Try again. Watch the keyboard layout and Caps Lock.'],
    exitCode: 4,
  },
  'vault-damaged': {
    title: 'The profile store is damaged',
    steps: ['Restore the backup, in the window or with sesamy restore. The damaged file is kept.'],
    exitCode: 1,
  },
  'vault-version': {
    title: 'The profile store is from a newer version',
    steps: ['Update Open Sesamy.'],
    exitCode: 1,
  },
  'vault-busy': {
    title: 'Another program is saving the profiles',
    steps: ['Try again in a moment.'],
    exitCode: 1,
  },
  'vault-not-writable': {
    title: 'The profiles could not be saved',
    steps: ['Make room on the disk, or allow writing to the folder, and save again. Nothing was changed.'],
    exitCode: 1,
  },
  'vault-unsafe': {
    title: 'What must be private is open to others',
    steps: ['Make the folder and its files private to you: folder mode 700, files mode 600.'],
    exitCode: 4,
  },
  'profile-changed': {
    title: 'The profile was changed elsewhere meanwhile',
    steps: ['Look at the other change, then save again or give yours up.'],
    exitCode: 1,
  },
  'attachment-missing': {
    title: 'The profile’s key file is missing',
    steps: ['Choose the key file again in the profile, and save it.'],
    exitCode: 1,
  },
  'device-key-unavailable': {
    title: 'This device’s keyring cannot be used',
    steps: ['Unlock with your passphrase.'],
    exitCode: 4,
  },
  'last-passphrase': {
    title: 'One passphrase has to remain',
    steps: ['Add another passphrase first.'],
    exitCode: 2,
  },
  cancelled: { title: 'Cancelled', steps: [], exitCode: 130 },
  internal: {
    title: 'Open Sesamy made a mistake',
    steps: ['Please report this with the text above.'],
    exitCode: 1,
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof KINDS;

/** A failure as data: it crosses processes, is printed as JSON and is drawn. */
export const errorInfoSchema = z.strictObject({
  code: z.enum(Object.keys(KINDS) as [ErrorCode, ...ErrorCode[]]),
  /** One short line, no full stop. */
  title: sentenceSchema,
  /** Why it happened, as far as is known. */
  cause: sentenceSchema,
  /** What to do next, in the order in which to try it. */
  steps: z.array(sentenceSchema).readonly(),
  action: errorActionSchema.nullable(),
});
export type ErrorInfo = Readonly<z.infer<typeof errorInfoSchema>>;

/** Steps and action, where they differ from the code's own. */
interface ErrorOptions {
  readonly steps?: readonly Sentence[];
  readonly action?: ErrorAction;
}

/** An {@link ErrorInfo} that can be thrown. The engine and the session throw nothing else on purpose. */
export class SesamyError extends Error {
  readonly info: ErrorInfo;

  /**
   * @param code which of the closed set
   * @param cause the sentence that says why, with the values that matter
   * @param options steps and action, where they differ from the code's own
   */
  constructor(code: ErrorCode, cause: Sentence, options: ErrorOptions = {}) {
    super(typeof cause === 'string' ? cause : cause.id);
    this.name = 'SesamyError';
    this.info = errorInfo(code, cause, options);
  }

  get code(): ErrorCode {
    return this.info.code;
  }
}

/** Builds the data of an error. See {@link SesamyError} for the thrown form. */
export function errorInfo(code: ErrorCode, cause: Sentence, options: ErrorOptions = {}): ErrorInfo {
  const kind: ErrorKind = KINDS[code];
  return { code, title: kind.title, cause, steps: options.steps ?? kind.steps, action: options.action ?? null };
}

/** An error that came as data, thrown again. */
export function fromErrorInfo({ code, cause, steps, action }: ErrorInfo): SesamyError {
  return new SesamyError(code, cause, { steps, ...(action === null ? {} : { action }) });
}

/** Turns anything that was thrown into an {@link ErrorInfo}; what is not ours becomes `internal`. */
export function toErrorInfo(thrown: unknown): ErrorInfo {
  if (thrown instanceof SesamyError) return thrown.info;
  if (thrown instanceof Error) return errorInfo('internal', thrown.message);
  // String() of an object says nothing, and throws for one without a prototype.
  return errorInfo('internal', typeof thrown === 'object' && thrown !== null ? typeof thrown : String(thrown));
}

/** The exit code of `sesamy` for a failure. */
export function exitCodeOf(code: ErrorCode): number {
  return KINDS[code].exitCode;
}
