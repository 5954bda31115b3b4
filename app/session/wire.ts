/** How processes of this product speak over private sockets: one JSON object a line, checked and bounded at both ends. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type * as z from 'zod';

/** Longest line that is read, in bytes: a plan of 72 knocks, told whole, is under 20,000. */
export const MAX_LINE = 200_000;

/** Says one line. A peer that is gone hears nothing. */
export function sendLine(socket: Socket, message: unknown): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Parses the lines of a socket; the first line that is not what it should be, or is longer than `maxLine` bytes, ends the connection. */
export function readLines<T>(
  socket: Socket,
  schema: z.ZodType<T>,
  onValue: (value: T) => void,
  maxLine: number = MAX_LINE,
): void {
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    const lastBreak = chunk.lastIndexOf(0x0a);
    length = lastBreak === -1 ? length + chunk.length : chunk.length - lastBreak;
    if (length > maxLine) socket.destroy();
  });
  const lines = createInterface({ input: socket });
  // readline passes the socket's own errors on; the socket's listeners deal with them.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const value = parsed(line, schema);
    if (value === null) socket.destroy();
    else onValue(value);
  });
}

function parsed<T>(line: string, schema: z.ZodType<T>): T | null {
  try {
    const result = schema.safeParse(JSON.parse(line));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
