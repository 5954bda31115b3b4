import * as z from 'zod';
import { group, oneOf, shown, wholeNumber } from '../../fields';
import { isHexSecret, utf8Length } from './isn';

/** An SSH banner has at most 255 bytes with its line end (RFC 4253 §4.2), and more than it is not known beforehand. */
const MAX_INTEGRITY_LENGTH = 255;

const SECRET = 'Secret must be text of 1 to 64 bytes on one line, or 64 bytes as 128 hex digits';

const fields = group('Mode', {
  kind: z.literal('tcp-stealth'),
  // A longer text would be cut by the server's side in silence; the message never shows the secret.
  secret: z
    .string({ error: `${SECRET}.` })
    .refine((secret) => isHexSecret(secret) || (/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(secret) && utf8Length(secret) <= 64), {
      error: ({ input }) => `${SECRET}; ${length(input)}.`,
    }),
  /** Whether the SYN has a timestamp option, whose value then is part of the ISN. */
  timestamps: z.boolean({ error: ({ input }) => `Timestamps must be true or false; this is ${shown(input)}.` }),
  /** How many of the first bytes of the connection the ISN protects; 0: none. */
  integrityLength: wholeNumber('Integrity length', 0, MAX_INTEGRITY_LENGTH, 'bytes'),
  /**
   * `connection`: the right SYN becomes the connection. `knock`: the server's rule takes it as a knock and opens the port
   * for its source for a moment; then an ordinary connection follows.
   */
  use: oneOf('Use', ['connection', 'knock']),
});

/** The secret of TCP Stealth (docs/knock-modes.md §4, the Internet-Draft "TCP Stealth"). */
export const tcpStealthSchema = fields.refine(({ use, integrityLength }) => use !== 'knock' || integrityLength === 0, {
  path: ['integrityLength'],
  error:
    'Integrity length must be 0 where the SYN is only a knock: there is no connection whose bytes it could protect.',
});

export type TcpStealth = z.infer<typeof tcpStealthSchema>;

function length(input: unknown): string {
  return typeof input === 'string' && input !== '' ? `this takes ${utf8Length(input)} bytes` : 'it is empty';
}
