/** TCP Stealth between two stock kernels: an ordinary user knocks with the connection's own SYN, on a port that is guarded. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recipesOf } from '../../app/domain/modes/registry';
import { secretBytes, stealthIsn } from '../../app/domain/modes/tcp-stealth/isn';
import { proxyCommandLine } from '../../app/session/shell-quote';
import { connectFrame, readReports, REASONS, REPORTS } from './helper-frames';
import { CLIENT_USER, Lab } from './lab';
import type { IpVersion } from './lab';
import { loadRecipe } from './load-recipe';
import { must, until } from './process';
import type { Finished, Running } from './process';
import { addressBytes, synOf } from './syn';
import type { Syn } from './syn';
import type { SshServer } from './ssh-server';

const PORT = 22;
/** sshd listens there too, and nothing guards it. */
const OPEN_PORT = 2222;
const SECRET = 'open sesamy';
const FAMILIES = { ipv4: 4, ipv6: 6 } as const;
const VERSIONS: readonly IpVersion[] = ['ipv4', 'ipv6'];
/** What an SSH client says first, whatever its version (RFC 4253 §4.2). */
const BANNER = Buffer.from('SSH-2.0-');
const MEGABYTE = 1_000_000;

interface Variant {
  readonly version: IpVersion;
  readonly timestamps: boolean;
  readonly integrity: boolean;
}

let lab: Lab;
let helper: string;
let guarded: SshServer;
let open: SshServer;

beforeAll(async () => {
  lab = await Lab.create();
  helper = await lab.installHelper();
  guarded = await lab.startSshServer(PORT);
  open = await lab.startSshServer(OPEN_PORT);
});
afterAll(async () => {
  await lab.dispose();
});
afterEach(async () => {
  await lab.inServer(['nft', 'flush', 'ruleset']);
  await must(lab.asClientRoot(['nft', 'flush', 'ruleset']));
});

const environment = (): Readonly<Record<string, string>> => ({ ...lab.clientEnvironment, SESAMY_HELPER: helper });

/** As a person would type it. */
function mode({ timestamps, integrity }: Omit<Variant, 'version'>, secret = SECRET): readonly string[] {
  const switches = ['--timestamps', timestamps ? 'on' : 'off', '--integrity', String(integrity ? BANNER.length : 0)];
  return ['--mode', 'tcp-stealth', '--secret', secret, ...switches];
}
const PLAIN = { timestamps: false, integrity: false };

function proxyCommand(variant: Omit<Variant, 'version'>, ...more: readonly string[]): string {
  return `${proxyCommandLine(lab.sesamy('proxy', ...mode(variant), ...more, '--'))} %h %p`;
}

function sesamy(...args: readonly string[]): Promise<Finished> {
  return lab.inClient(lab.sesamy(...args), { env: environment() }, 'file-capabilities');
}

/** What the ISN has to be, by the function that the authors' vectors check. */
function isnFor(variant: Variant, port: number, tsval: number | null): number {
  return stealthIsn({
    secret: secretBytes(SECRET),
    destination: addressBytes(lab.server[variant.version]),
    destinationPort: port,
    tsval: tsval ?? 0,
    payload: variant.integrity ? BANNER : null,
  });
}

/** Guards the port. Of a knock without timestamps the ISN is the same each time, with integrity too: all SSH clients begin alike. */
async function guard(version: IpVersion, integrity = false): Promise<void> {
  const profile = { kind: 'tcp-stealth', secret: SECRET, integrityLength: 0, use: 'connection', ...PLAIN } as const;
  const server = { address: lab.server[version], family: FAMILIES[version], servicePort: PORT };
  const [recipe] = recipesOf(profile, server);
  if (recipe === undefined) throw new Error('There is no recipe');
  const hex = (isn: number): string => `0x${isn.toString(16).padStart(8, '0')}`;
  const [without, wanted] = [false, integrity].map((on) => hex(isnFor({ ...PLAIN, version, integrity: on }, PORT, null)));
  const text = recipe.text.replaceAll(without ?? '', wanted ?? '');
  expect(text).toContain(wanted);
  await loadRecipe(lab, { ...recipe, text });
}

describe.each(VERSIONS)('over %s', (version) => {
  const remote = (): string => (version === 'ipv6' ? `root@[${lab.server.ipv6}]` : `root@${lab.server.ipv4}`);
  const onlySyns = (): ReturnType<Lab['capture']> =>
    lab.capture(version === 'ipv4' ? 'tcp[tcpflags] & tcp-syn != 0' : 'ip6[6] == 6 and ip6[53] & 2 != 0');

  /** Copies a file to the server and back, and fails unless both copies are the same. */
  async function copyBothWays(server: SshServer, command: string, bytes: number, timeoutMs: number): Promise<void> {
    const folder = await mkdtemp(join(lab.home, 'copy-'));
    const [original, there, back] = ['original', 'there', 'back'].map((name) => join(folder, name)) as [string, string, string];
    await must(['chown', `${CLIENT_USER}:${CLIENT_USER}`, folder]);
    await must(['sh', '-c', `head -c ${bytes} /dev/urandom > ${original} && chmod a+r ${original}`]);
    const options = [...server.options, '-c', 'aes128-gcm@openssh.com', '-o', `ProxyCommand=${command}`, '-P', String(server.port)];
    for (const [from, to] of [
      [original, `${remote()}:${there}`],
      [`${remote()}:${there}`, back],
    ] as const) {
      const copied = await lab.inClient(['scp', ...options, from, to], { env: environment(), timeoutMs }, 'file-capabilities');
      expect(copied).toMatchObject({ code: 0 });
    }
    const hashes = (await must(['sha256sum', original, there, back])).trim().split('\n').map((line) => line.slice(0, 64));
    expect(new Set(hashes).size).toBe(1);
    await must(['rm', '-r', folder]);
  }

  /** Fails unless each SYN is the knock it should be, and gives them. */
  function expectKnocks(sent: readonly Syn[], variant: Omit<Variant, 'version'>, port: number): void {
    expect(sent.length).toBeGreaterThan(0);
    for (const syn of sent) {
      expect(syn.tsval !== null).toBe(variant.timestamps);
      expect(syn.isn).toBe(isnFor({ ...variant, version }, port, syn.tsval));
    }
  }

  it.each([
    { timestamps: false, integrity: false },
    { timestamps: true, integrity: false },
    { timestamps: false, integrity: true },
    { timestamps: true, integrity: true },
  ])(
    'ssh logs in and 200 MB pass each way: timestamps $timestamps, integrity $integrity',
    { timeout: 120_000 },
    async (variant) => {
      // Only what does not change from one SYN to the next can be checked by a stock kernel.
      const server = variant.timestamps ? open : guarded;
      if (!variant.timestamps) await guard(version, variant.integrity);
      const capture = await onlySyns();
      const login = await lab.ssh(server, 'id -u', {
        version,
        proxyCommand: proxyCommand(variant),
        env: environment(),
        rights: 'file-capabilities',
      });
      expect(login).toMatchObject({ code: 0, stdout: '0\n' });
      await copyBothWays(server, proxyCommand(variant), 200 * MEGABYTE, 60_000);
      const sent = (await capture.stop()).filter(({ flags }) => flags === 'S').map(synOf);
      expect(sent).toHaveLength(3);
      expectKnocks(sent, variant, server.port);
      expect(lab.strayClientProcesses()).toEqual([]);
    },
  );
});
