import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { bridge } from './bridge';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A connected pair on loopback: our end, and what the server does with its own. */
async function connection(serve: (socket: Socket) => void): Promise<Socket> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    cleanUps.push(() => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => server.close());
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Our program's end, with a note of what it was given. */
function local(): {
  input: PassThrough;
  output: PassThrough;
  endOutput: () => void;
  received: () => Buffer;
  ended: () => boolean;
} {
  const input = new PassThrough();
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  let outputEnded = false;
  return {
    input,
    output,
    endOutput: () => (outputEnded = true),
    received: () => Buffer.concat(chunks),
    ended: () => outputEnded,
  };
}

const never = new AbortController().signal;

describe('bridge', () => {
  it('carries bytes both ways and counts them', async () => {
    const sent = randomBytes(300_000);
    const end = local();
    const done = bridge(await connection((socket) => socket.pipe(socket)), end, never);
    end.input.end(sent);
    expect(await done).toEqual({ bytesIn: sent.length, bytesOut: sent.length });
    expect(end.received().equals(sent)).toBe(true);
    expect(end.ended()).toBe(true);
  });

  it('goes on hearing the server after our side has ended', async () => {
    const end = local();
    const done = bridge(
      await connection((socket) => {
        socket.resume();
        socket.once('end', () => socket.end('last words'));
      }),
      end,
      never,
    );
    end.input.end('goodbye');
    await done;
    expect(end.received().toString()).toBe('last words');
  });

  it('goes on carrying our bytes after the server has ended', async () => {
    const heard: Buffer[] = [];
    const end = local();
    const done = bridge(
      await connection((socket) => {
        socket.end('that is all');
        socket.on('data', (chunk: Buffer) => heard.push(chunk));
      }),
      end,
      never,
    );
    await expect.poll(() => end.ended()).toBe(true);
    end.input.end('but not from me');
    await done;
    await expect.poll(() => Buffer.concat(heard).toString()).toBe('but not from me');
  });

  it('ends at once when told to', async () => {
    const controller = new AbortController();
    const end = local();
    const done = bridge(await connection((socket) => socket.write('hello')), end, controller.signal);
    await expect.poll(() => end.received().length).toBe(5);
    controller.abort();
    expect(await done).toEqual({ bytesIn: 5, bytesOut: 0 });
  });

  it('tells a server that hangs up at once from a session that breaks', async () => {
    const caller = local();
    caller.input.write('knock knock');
    const early = bridge(
      await connection((socket) => socket.once('data', () => socket.resetAndDestroy())),
      caller,
      never,
    );
    await expect(early).rejects.toMatchObject({ code: 'hung-up' });
    const end = local();
    let server: Socket | null = null;
    const late = bridge(
      await connection((socket) => {
        server = socket;
        socket.write('hello');
      }),
      end,
      never,
    );
    const broken = expect(late).rejects.toMatchObject({ code: 'connection-lost' });
    await expect.poll(() => end.received().length).toBe(5);
    (server as Socket | null)?.resetAndDestroy();
    await broken;
  });
});
