import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../domain/errors';
import { planKnock } from '../domain/modes/registry';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { FIRST_TRY } from '../engine/prepare';
import { agentPath, askAgent, serveAgent } from './agent';
import type { AgentKeeper, AgentRequest, AgentServer } from './agent';

let tmp = '';
let path = '';
let servers: AgentServer[] = [];
beforeEach(() => {
  tmp = mkdtempSync(join(tmpdir(), 'sesamy-agent-'));
  path = join(tmp, 'a', 'agent');
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  rmSync(tmp, { recursive: true, force: true });
});

const plan = planKnock(
  { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
  { servicePort: 22 },
);
const prepared: PreparedKnock = {
  host: 'home.example.org',
  address: '192.0.2.7',
  family: 4,
  source: '192.0.2.9',
  bindSource: false,
  plan,
  advice: { 'not-opened': { steps: ['Look.'], field: 'mode.sequence' } },
  tries: 2,
  resolvedInMs: 1.5,
  needs: { wish: 'auto', interface: 'eth0', sourceMac: '00:0E:35:0E:77:B0', syn: 'plain' },
};
const request: AgentRequest = { name: 'home', verb: 'knock', host: null, port: null };

type Prepare = AgentKeeper['prepare'];

async function serve(
  prepare: Prepare = () => Promise.resolve(prepared),
  requestTimeoutMs?: number,
  onOpen: AgentKeeper['onOpen'] = () => undefined,
): Promise<AgentServer> {
  const limit = requestTimeoutMs === undefined ? {} : { requestTimeoutMs };
  const server = await serveAgent({ path, keeper: { prepare, onOpen }, ...limit });
  servers.push(server);
  return server;
}

const never = new AbortController().signal;

/** Asks as the command line does, for the first plan of a knock; null: the passphrase is needed. */
async function asked(what: AgentRequest = request): Promise<PreparedKnock | null> {
  const agent = await askAgent(path, what);
  if (agent === null) return null;
  const first = await agent.prepare(FIRST_TRY, never);
  await agent.end();
  return first;
}

/** A question as it goes over the wire. */
const question = (what: unknown): string =>
  `${JSON.stringify({ say: 'prepare', request: what, firstBytes: null, learned: null })}\n`;

/** Says something to the agent as no client of ours would, and gives all that it answers before it hangs up. */
function say(text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(heard);
    });
    socket.write(text);
  });
}

describe('where the agent listens', () => {
  const linux = { platform: 'linux', uid: 1000, tmp: '/tmp' } as const;
  it('is in the runtime folder of the user, else in a folder of the user’s own under the temporary one', () => {
    expect(agentPath({ ...linux, env: { XDG_RUNTIME_DIR: '/run/user/1000' } })).toBe(
      '/run/user/1000/open-sesamy/agent',
    );
    expect(agentPath({ ...linux, env: {} })).toBe('/tmp/open-sesamy-1000/agent');
    // The specification says that a relative path counts as none.
    expect(agentPath({ ...linux, env: { XDG_RUNTIME_DIR: 'run' } })).toBe('/tmp/open-sesamy-1000/agent');
  });

  it('is a pipe with the user’s name on Windows', () => {
    const env = { USERNAME: 'Ann \\ Bee' };
    expect(agentPath({ env, platform: 'win32', uid: null, tmp: 'C:\\Temp' })).toBe(
      '\\\\.\\pipe\\open-sesamy-Ann___Bee-agent',
    );
  });

  it('differs for another store', () => {
    const paths = [{}, { SESAMY_HOME: '/a' }, { SESAMY_HOME: '/b' }].map((env) => agentPath({ ...linux, env }));
    expect(new Set(paths).size).toBe(3);
    expect(agentPath({ ...linux, env: { SESAMY_HOME: '/a/' } })).toBe(paths[1]);
    expect(agentPath({ ...linux, env: { SESAMY_HOME: '' } })).toBe(paths[0]);
  });
});

describe('the agent', () => {
  it('hands out a plan behind a private socket in a private folder', async () => {
    const seen: AgentRequest[] = [];
    await serve((wanted) => {
      seen.push(wanted);
      return Promise.resolve(prepared);
    });
    expect(lstatSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    const override: AgentRequest = { name: 'home', verb: 'proxy', host: '2001:db8::1', port: 2222 };
    expect(await asked()).toEqual(prepared);
    expect(await asked(override)).toEqual(prepared);
    expect(seen).toEqual([request, override]);
  });

  it('is asked again for each try, and hears when the door has opened', async () => {
    const questions: unknown[] = [];
    const opened: unknown[] = [];
    await serve(
      (_wanted, what) => {
        questions.push(what);
        return Promise.resolve({ ...prepared, resolvedInMs: questions.length });
      },
      undefined,
      (wanted, { resolvedInMs }) => opened.push([wanted.name, resolvedInMs]),
    );
    const agent = await askAgent(path, request);
    expect(await agent?.prepare(FIRST_TRY, never)).toMatchObject({ resolvedInMs: 1 });
    expect(questions).toEqual([FIRST_TRY]);
    const firstBytes = Uint8Array.of(1, 2, 3);
    expect(await agent?.prepare({ firstBytes, learned: 'refused' }, never)).toMatchObject({ resolvedInMs: 2 });
    expect(questions[1]).toEqual({ firstBytes, learned: 'refused' });
    agent?.tell({ type: 'sent', atMs: 1, doorToMs: null });
    agent?.tell({ type: 'open', atMs: 1, answeredInMs: 1 });
    await agent?.end();
    await expect.poll(() => opened).toEqual([['home', 2]]);
  });

  it('is not there when nobody listens, and when it is locked', async () => {
    expect(await askAgent(path, request)).toBeNull();
    mkdirSync(dirname(path), { mode: 0o700 });
    expect(await askAgent(path, request)).toBeNull();
    await serve(() => Promise.reject(new SesamyError('vault-locked', 'locked')));
    expect(await askAgent(path, request)).toBeNull();
  });

  it.each([
    new SesamyError('unknown-target', 'No profile is called that.', { steps: ['Look.'] }),
    new SesamyError('name-not-found', 'No such host.', {
      action: { kind: 'edit-field', label: 'Edit', field: 'host' },
    }),
  ])('lets an error of the profile cross as it is (%#)', async (error) => {
    await serve(() => Promise.reject(error));
    await expect(askAgent(path, request)).rejects.toMatchObject({ info: error.info });
  });

  it('takes the socket of a dead process over, and leaves that of a living one alone', async () => {
    const listenAndDie = `require('net').createServer().listen(${JSON.stringify(path)}, () => {
      require('fs').chmodSync(${JSON.stringify(path)}, 0o600); process.kill(process.pid, 'SIGKILL'); })`;
    mkdirSync(dirname(path), { mode: 0o700 });
    expect(spawnSync(process.execPath, ['-e', listenAndDie]).signal).toBe('SIGKILL');
    expect(lstatSync(path).isSocket()).toBe(true);
    await serve();
    expect(await asked()).toEqual(prepared);
    await expect(serve()).rejects.toMatchObject({ code: 'port-in-use' });
    expect(await asked()).toEqual(prepared);
  });

  it('takes its socket away when it is closed, but no other’s', async () => {
    const first = await serve();
    await first.close();
    expect(existsSync(path)).toBe(false);

    const second = await serve();
    rmSync(path);
    const third = await serve();
    await second.close();
    expect(await asked()).toEqual(prepared);
    await third.close();
    await third.close();
    expect(existsSync(path)).toBe(false);
  });

  it('hangs up on whoever is connected when it is closed', async () => {
    let aborted = false;
    let begun = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (begun = resolve));
    const server = await serve(
      (_wanted, _question, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new SesamyError('cancelled', 'gone'));
          });
          begun();
        }),
    );
    const answer = askAgent(path, request);
    await waiting;
    await server.close();
    expect(await answer).toBeNull();
    expect(aborted).toBe(true);
  });

  it.each([
    'junk\n',
    '{}\n',
    'null\n',
    question({ ...request, extra: 1 }),
    question({ ...request, host: '-oProxyCommand=x' }),
    question({ ...request, port: 70_000 }),
    question({ ...request, name: 'x'.repeat(201) }),
    'x'.repeat(10_000),
    Buffer.alloc(10_000),
  ])('hangs up on a request that is none, without a word (%#)', async (text) => {
    let prepares = 0;
    await serve(() => {
      prepares += 1;
      return Promise.resolve(prepared);
    });
    expect(await say(text)).toBe('');
    expect(prepares).toBe(0);
    expect(await asked()).toEqual(prepared);
  });

  it('hangs up on whoever does not finish to ask', async () => {
    await serve(undefined, 20);
    expect(await say('{"name":')).toBe('');
  });

  it('answers one question at a time, and hangs up on whoever does not wait', async () => {
    let prepares = 0;
    await serve(async () => {
      prepares += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return prepared;
    });
    expect(await say(question(request) + question(request))).toBe('');
    expect(prepares).toBe(1);
  });
});

describe('a client', () => {
  /** Something that is no agent, at the agent's place. */
  async function impostor(answer: string | null): Promise<AgentServer> {
    mkdirSync(dirname(path), { mode: 0o700 });
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      if (answer !== null) socket.write(answer);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    chmodSync(path, 0o600);
    const closing = {
      close: () =>
        new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        }),
    };
    servers.push(closing);
    return closing;
  }

  it.each([
    'junk\n',
    '{"say":"prepared"}\n',
    `${JSON.stringify({ say: 'prepared', prepared: { ...prepared, vault: 'x' } })}\n`,
    `${JSON.stringify({ say: 'failed', error: { code: 'no-such-code', title: '', cause: '', steps: [], action: null } })}\n`,
    'x'.repeat(300_000),
  ])('takes an answer of another version for none (%#)', async (answer) => {
    await impostor(answer);
    expect(await askAgent(path, request)).toBeNull();
  });

  it('does not wait for ever', async () => {
    await impostor(null);
    expect(await askAgent(path, request, { timeoutMs: 20 })).toBeNull();
  });

  it('can be cancelled', async () => {
    await impostor(null);
    await expect(askAgent(path, request, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const stop = new AbortController();
    const asking = askAgent(path, request, { signal: stop.signal });
    stop.abort();
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a place that is not this user’s alone is refused by both ends', () => {
  const refusesBoth = async (cause: RegExp): Promise<void> => {
    const expected = { info: { code: 'vault-unsafe', cause: expect.stringMatching(cause) as string } };
    await expect(serve()).rejects.toMatchObject(expected);
    await expect(askAgent(path, request)).rejects.toMatchObject(expected);
  };
  /** Gives a file to another user where this one may, and otherwise lets this process take itself for another. */
  const giveAway = (target: string): (() => void) => {
    if (process.getuid?.() === 0) {
      chownSync(target, 65534, 65534);
      return () => undefined;
    }
    const { getuid } = process;
    process.getuid = () => 65534;
    return () => {
      if (getuid !== undefined) process.getuid = getuid;
    };
  };

  it('a folder that others may enter', async () => {
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o750);
    await refusesBoth(/folder .* others may use it \(mode 750\)/);
  });

  it('a folder of somebody else', async () => {
    mkdirSync(dirname(path), { mode: 0o700 });
    const back = giveAway(dirname(path));
    try {
      await refusesBoth(/belongs to user/);
    } finally {
      back();
    }
  });

  it('a link to a folder', async () => {
    mkdirSync(join(tmp, 'real'), { mode: 0o700 });
    symlinkSync(join(tmp, 'real'), dirname(path));
    await refusesBoth(/it is no folder/);
  });

  it('a file where the socket should be, which stays', async () => {
    mkdirSync(dirname(path), { mode: 0o700 });
    writeFileSync(path, 'mine', { mode: 0o600 });
    await refusesBoth(/it is no socket/);
    expect(lstatSync(path).size).toBe(4);
  });

  it('a socket of somebody else, or that others may use', async () => {
    await serve();
    chmodSync(path, 0o666);
    await refusesBoth(/socket .* others may use it \(mode 666\)/);
    chmodSync(path, 0o600);
    if (process.getuid?.() === 0) {
      chownSync(path, 65534, 65534);
      await refusesBoth(/belongs to user 65534/);
    }
  });

  it('a path that no socket can have', async () => {
    path = join(tmp, 'x'.repeat(120), 'agent');
    await expect(serve()).rejects.toMatchObject({ code: 'bad-input' });
  });
});
