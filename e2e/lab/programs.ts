/**
 * Tiny programs that have to run inside a namespace, as arguments for `node -e`. A Node process cannot change its
 * namespace, so each is a process of its own.
 */
import { createCipheriv } from 'node:crypto';

/** One connection attempt, and so one SYN as long as the time is under a second. Prints what the server says first. */
const CONNECT_ONCE = `
const [host, port, ms] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
const end = (code) => { socket.destroy(); process.exit(code); };
socket.setTimeout(Number(ms), () => end(1));
socket.on('error', () => end(2));
socket.on('data', (chunk) => { process.stdout.write(chunk, () => end(0)); });
`;

/** A datagram that everyone on the link hears and nobody answers. */
const BROADCAST = `
const [address, port, text] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.bind(() => {
  socket.setBroadcast(true);
  socket.send(text, Number(port), address, () => socket.close());
});
`;

/**
 * A server for one connection, with {@link noise} of its own to send. It says when it listens, when its own half is
 * closed, and at the end the hash of what it got. `first` is who closes its half first: the server sends at once, or
 * only when the client has ended.
 */
const HALF_CLOSE_SERVER = `
const [port, first, size] = process.argv.slice(1);
const { createCipheriv, createHash } = require('node:crypto');
const bytes = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'server'), Buffer.alloc(16)).update(Buffer.alloc(Number(size)));
require('node:net').createServer({ allowHalfOpen: true }, function (socket) {
  this.close();
  const hash = createHash('sha256');
  const send = () => socket.end(bytes, () => console.log('half closed'));
  socket.on('data', (chunk) => hash.update(chunk));
  socket.on('end', () => {
    console.log('got ' + hash.digest('hex'));
    if (first === 'client') send();
  });
  socket.on('error', (error) => { console.log('failed ' + error.message); });
  if (first === 'server') send();
}).listen(Number(port), () => console.log('listening'));
`;

/** Bytes that look random and are the same each time, so that any that are lost or out of place show in their hash. */
export function noise(seed: 'client' | 'server', size: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

const program = (source: string, args: readonly (string | number)[]): readonly string[] => [
  '-e',
  source,
  '--',
  ...args.map(String),
];

export const connectOnce = (host: string, port: number, timeoutMs: number): readonly string[] =>
  program(CONNECT_ONCE, [host, port, timeoutMs]);

export const broadcast = (address: string, port: number, text: string): readonly string[] =>
  program(BROADCAST, [address, port, text]);

export const halfCloseServer = (port: number, first: 'client' | 'server', size: number): readonly string[] =>
  program(HALF_CLOSE_SERVER, [port, first, size]);
