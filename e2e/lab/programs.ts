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

/** Sends back what it gets, and closes when its client does. */
const ECHO_SERVER = `
const [port] = process.argv.slice(1);
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', (error) => console.log('failed ' + error.message));
  socket.pipe(socket);
}).listen({ port: Number(port), backlog: 1024 }, () => console.log('listening'));
`;

/** Greets, and breaks the connection a moment later. */
const RESETTING_SERVER = `
const [port, greeting] = process.argv.slice(1);
require('node:net').createServer((socket) => {
  if (greeting) socket.write(greeting);
  setTimeout(() => socket.resetAndDestroy(), 200);
}).listen(Number(port), () => console.log('listening'));
`;

/**
 * Runs the helper once for each frame on its input, in hex and a line each, so many at a time. Each has something to send
 * and ends its half only when all of its batch are open. Prints for each the hash of what came back, and its source port.
 */
const HELPER_SESSIONS = `
const [helper, batchSize, message] = process.argv.slice(1);
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const SESSION_MS = 30000;
const frames = require('node:fs').readFileSync(0, 'utf8').trim().split('\\n');
function session(frame) {
  const child = spawn(helper, [], { stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'], env: {}, timeout: SESSION_MS });
  const hash = createHash('sha256');
  let reports = Buffer.alloc(0);
  child.stdio[4].on('data', (chunk) => hash.update(chunk));
  child.stdio[3].on('error', () => {});
  child.stdio[3].write(message);
  child.stdin.write(Buffer.from(frame, 'hex'));
  let opened;
  const open = new Promise((resolve) => (opened = resolve));
  let port = null;
  child.stdout.on('data', (chunk) => {
    reports = Buffer.concat([reports, chunk]);
    while (reports.length >= 6 && reports.length >= 4 + reports.readUInt32BE(0)) {
      const type = reports.readUInt8(5);
      if (type === 136) { port = reports.readUInt16BE(6); opened(); }
      reports = reports.subarray(4 + reports.readUInt32BE(0));
    }
  });
  const ended = new Promise((resolve) => child.on('close', (code) => { opened(); resolve(code); }));
  return { open, finish: async () => { child.stdio[3].end(); return { code: await ended, port, hash: hash.digest('hex') }; } };
}
(async () => {
  for (let at = 0; at < frames.length; at += Number(batchSize)) {
    const batch = frames.slice(at, at + Number(batchSize)).map(session);
    await Promise.all(batch.map(({ open }) => open));
    for (const result of await Promise.all(batch.map(({ finish }) => finish()))) console.log(JSON.stringify(result));
  }
})();
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

export const echoServer = (port: number): readonly string[] => program(ECHO_SERVER, [port]);

export const resettingServer = (port: number, greeting: string): readonly string[] =>
  program(RESETTING_SERVER, [port, greeting]);

export const helperSessions = (helper: string, batchSize: number, message: string): readonly string[] =>
  program(HELPER_SESSIONS, [helper, batchSize, message]);
