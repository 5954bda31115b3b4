/**
 * Tiny programs that have to run inside a namespace, as arguments for `node -e`. A Node process cannot change its
 * namespace, so each is a process of its own.
 */

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
 * A server for one connection that says when it listens, when its own half is closed, and at the end the hash of what
 * it got. "client" or "server" tells who closes its half first; the other sends only after that.
 */
const HALF_CLOSE_SERVER = `
const [port, first, size] = process.argv.slice(1);
const { createHash } = require('node:crypto');
const bytes = Buffer.alloc(Number(size), createHash('sha512').update('from the server').digest());
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
