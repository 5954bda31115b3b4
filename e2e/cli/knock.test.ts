import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../../app/domain/errors';
import { planKnock } from '../../app/domain/modes/registry';
import type { PreparedKnock } from '../../app/domain/plan/prepared-knock';
import { serveAgent } from '../../app/session/agent';
import type { AgentRequest, AgentServer } from '../../app/session/agent';
import { checkBuilt, Home, sesamyCommand } from './sesamy';

const PASSPHRASE = 'a long passphrase';
/** Ports of nobody: the knocks go there and are refused. */
const STEPS = ['--mode', 'port-sequence', '--steps', '9,7:udp', '--delay', '0'];

let home: Home;
let server: Server;
let port = 0;
let agent: AgentServer | null = null;
beforeAll(checkBuilt);
beforeEach(async () => {
  home = new Home();
  // Says back what it is told, in capitals, and hangs up when the client has.
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  await home.holding(PASSPHRASE, ['door', '--host', '127.0.0.1', '--port', String(port), ...STEPS]);
});
afterEach(async () => {
  await agent?.close();
  agent = null;
  await new Promise((resolve) => server.close(resolve));
  await home.remove();
});

/** What the window would hand out for the profile. */
function prepared(to = port): PreparedKnock {
  const steps = [{ port: 9, protocol: 'tcp' } as const];
  const plan = planKnock({ kind: 'port-sequence', steps, delayMs: 0, closing: null }, { servicePort: to });
  return {
    host: 'door',
    address: '127.0.0.1',
    family: 4,
    source: '127.0.0.1',
    bindSource: false,
    plan,
    advice: {},
    tries: 1,
    resolvedInMs: 0,
    needs: { wish: 'auto', interface: null, sourceMac: null, syn: 'plain' },
  };
}

describe('knock', () => {
  it('prints what a saved profile would send, and knocks with it', async () => {
    const dry = await home.sesamy(['knock', 'door', '--dry-run', '--json'], [PASSPHRASE]);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      type: 'plan',
      host: '127.0.0.1',
      plan: { packets: [{ port: 9 }, { port: 7 }] },
    });
    const knocked = await home.sesamy(['knock', 'door', '--json'], [PASSPHRASE]);
    expect(knocked.code).toBe(0);
    const events = knocked.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['armed', 'packet-sent', 'open']));
  });

  it('tells what is wrong as an event too', async () => {
    const { code, stdout } = await home.sesamy(['knock', 'nobody', '--json'], [PASSPHRASE]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'failed', error: { code: 'unknown-target' } });
  });

  it('takes a saved profile or inline options, not both', async () => {
    for (const args of [
      ['door', '--host', 'x'],
      ['door', ...STEPS],
      ['door', '--delay', '1'],
    ])
      expect((await home.sesamy(['knock', ...args], [PASSPHRASE])).code).toBe(2);
  });

  it('needs no store for inline options', async () => {
    const bare = new Home();
    const { code } = await bare.unattended(['knock', '--host', '127.0.0.1', '--port', String(port), ...STEPS]);
    expect(code).toBe(0);
    await bare.remove();
  });
});

describe('proxy', () => {
  it('carries standard input while the passphrase is asked for on the terminal', async () => {
    const [input, output] = [home.path('input'), home.path('output')];
    writeFileSync(input, 'hello door');
    const typist = home.terminal(['proxy', 'door', '127.0.0.1', String(port)], `<${input} >${output}`);
    await typist.at('Passphrase of your profiles: ', `wrong\r`);
    await typist.at('Passphrase of your profiles: ', `${PASSPHRASE}\r`);
    const { code, screen } = await typist.end();
    expect(code).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe('HELLO DOOR');
    expect(screen).not.toContain(PASSPHRASE);
  });

  it('asks for the passphrase under ssh itself, which then has its session', async () => {
    const steps = ['--mode', 'port-sequence', '--steps', '17000,18000:udp', '--delay', '0'];
    const door = home.start(['practice', ...steps]);
    const doorPort = (): string | undefined => /listens on \S+ port (\d+)/.exec(door.stdout.toString())?.[1];
    await door.ready('the practice door', () => doorPort() !== undefined);
    await home.holding(PASSPHRASE, ['practice', '--host', '127.0.0.1', ...steps]);
    const ssh = home.shell(
      `ssh -F none -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o ProxyCommand="${sesamyCommand(['proxy', 'practice'])} %h %p" -p ${doorPort() ?? ''} guest@127.0.0.1`,
    );
    await ssh.at('Passphrase of your profiles: ', `${PASSPHRASE}\r`);
    await ssh.at('practice> ', 'exit\r');
    expect((await ssh.end()).code).toBe(0);
  });

  it('goes where SSH says, and keeps its hands off what is no host and no port', async () => {
    await home.holding(PASSPHRASE, ['elsewhere', '--host', '192.0.2.1', ...STEPS]);
    const { code } = await home.sesamy(['proxy', 'elsewhere', '127.0.0.1', String(port)], [PASSPHRASE]);
    expect(code).toBe(0);
    for (const words of [['-x'], ['a b'], ['host', '0'], ['host', 'ssh'], ['host', '22', 'more']])
      expect((await home.unattended(['proxy', 'door', '--', ...words])).code).toBe(2);
  });

  it('reads its passphrase from standard input and leaves the session what follows', async () => {
    const { code, stdout } = await home.unattended(
      ['proxy', 'door', '--passphrase-fd', '0'],
      `${PASSPHRASE}\nand more`,
    );
    expect(code).toBe(0);
    expect(stdout).toBe('AND MORE');
  });
});

describe('while the window is unlocked', () => {
  const opened: string[] = [];
  const serve = async (prepare: (request: AgentRequest) => Promise<PreparedKnock>): Promise<AgentRequest[]> => {
    const asked: AgentRequest[] = [];
    opened.length = 0;
    agent = await serveAgent({
      path: home.agent,
      keeper: {
        prepare: (request) => {
          asked.push(request);
          return prepare(request);
        },
        onOpen: (request) => opened.push(request.name),
      },
    });
    return asked;
  };

  it('no passphrase is needed', async () => {
    const asked = await serve(() => Promise.resolve(prepared()));
    expect((await home.unattended(['knock', 'door'])).code).toBe(0);
    const proxied = await home.unattended(['proxy', 'door', 'example.org', '2222'], 'through the window');
    expect(proxied).toMatchObject({ code: 0, stdout: 'THROUGH THE WINDOW' });
    expect(asked).toEqual([
      { name: 'door', verb: 'knock', host: null, port: null },
      { name: 'door', verb: 'proxy', host: 'example.org', port: 2222 },
    ]);
    // The door was seen to open both times, which the window has to know where secrets are used up.
    expect(opened).toEqual(['door', 'door']);
  });

  it('it is not asked for what shows a secret, nor with --no-agent', async () => {
    const asked = await serve(() => Promise.resolve(prepared()));
    for (const args of [
      ['knock', 'door', '--no-agent'],
      ['proxy', 'door', '--no-agent'],
      ['knock', 'door', '--dry-run'],
    ])
      expect((await home.unattended(args)).code).toBe(4);
    expect(asked).toEqual([]);
  });

  it('what it cannot do is told, and a locked one leads to the passphrase', async () => {
    await serve(({ name }) =>
      Promise.reject(
        name === 'door'
          ? new SesamyError('vault-locked', 'locked')
          : new SesamyError('name-not-found', 'No such host: nowhere.example.'),
      ),
    );
    const failed = await home.unattended(['knock', 'nowhere']);
    expect(failed).toMatchObject({ code: 5, stderr: expect.stringContaining('nowhere.example') as string });
    expect((await home.unattended(['knock', 'door'])).code).toBe(4);
    expect((await home.sesamy(['knock', 'door'], [PASSPHRASE])).code).toBe(0);
  });
});
