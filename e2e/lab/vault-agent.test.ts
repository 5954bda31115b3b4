import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../../app/domain/errors';
import { agentPath, askAgent, serveAgent } from '../../app/session/agent';
import type { AgentServer } from '../../app/session/agent';
import { Lab } from './lab';

/** Says whether a socket lets this process in. */
const KNOCK_ON_SOCKET = `
require('node:net').connect(process.argv[1])
  .on('connect', () => { console.log('let in'); process.exit(0); })
  .on('error', (error) => { console.log(error.code); process.exit(0); });
`;

describe('the agent of one user and another user of the same computer', () => {
  let lab: Lab;
  let runtime = '';
  let path = '';
  let asked = 0;
  let agent: AgentServer;

  beforeAll(async () => {
    lab = await Lab.create();
  });
  afterAll(async () => {
    await lab.dispose();
  });
  beforeEach(async () => {
    runtime = mkdtempSync(join(tmpdir(), 'sesamy-runtime-'));
    // Everybody may pass through here, so that only the agent's own folder and socket keep anybody out.
    chmodSync(runtime, 0o755);
    path = agentPath({ env: { XDG_RUNTIME_DIR: runtime }, platform: 'linux', uid: 0, tmp: tmpdir() });
    asked = 0;
    agent = await serveAgent({
      path,
      keeper: {
        prepare() {
          asked += 1;
          return Promise.reject(new SesamyError('unknown-target', 'No such profile.'));
        },
        onOpen: () => undefined,
      },
    });
  });
  afterEach(async () => {
    await agent.close();
    rmSync(runtime, { recursive: true });
  });

  const other = async (): Promise<string> =>
    (await lab.inClient([lab.node, '-e', KNOCK_ON_SOCKET, '--', path])).stdout.trim();

  it('the kernel lets the other one in through neither the folder nor the socket', async () => {
    expect(await other()).toBe('EACCES');
    chmodSync(dirname(path), 0o755);
    expect(await other()).toBe('EACCES');
    // What kept the other one out were these modes, and nothing else.
    chmodSync(path, 0o666);
    expect(await other()).toBe('let in');
  });

  it('the other one’s command line asks no agent that is not its own', async () => {
    const env = { ...lab.clientEnvironment, XDG_RUNTIME_DIR: runtime };
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o666);
    const finished = await lab.inClient(lab.sesamy('knock', 'home'), { env });
    expect(finished.stderr).toMatch(/the window is not asked\. .* is not safe: it belongs to user 0, not to user \d+/);
    expect(finished.code).toBe(2);
    expect(asked).toBe(0);
    await expect(askAgent(path, { name: 'home', verb: 'knock', host: null, port: null })).rejects.toMatchObject({
      code: 'vault-unsafe',
    });
  });
});
