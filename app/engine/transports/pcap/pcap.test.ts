import { describe, expect, it } from 'vitest';
import { toErrorInfo } from '../../../domain/errors';
import type { NetworkInterface } from '../../../domain/network-interface';
import { bareKnock } from '../../../domain/plan/knock-plan';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import type { Route, TransportReport } from '../transport';
import type { PcapLauncher } from './launch';
import { readRequest } from './messages';
import type { PcapFailure, PcapReport, PcapRequest } from './messages';
import { pcapTransport } from './pcap';
import type { PcapSurroundings } from './prepare';
import { askPcap } from './system';
import { pcapState } from './words';

const packets: readonly PlannedPacket[] = [
  bareKnock(0, 0, { protocol: 'tcp', port: 7000 }),
  bareKnock(1, 5.5, { protocol: 'udp', port: 7001 }),
];
const route: Route = {
  address: '10.77.0.1',
  family: 4,
  source: '10.77.0.2',
  bindSource: false,
  interface: null,
  sourceMac: null,
};

function card(name: string, addresses: readonly string[], changes: Partial<NetworkInterface> = {}): NetworkInterface {
  const common = { index: 0, mac: '02:00:00:00:00:01', loopback: false, up: true, defaultRoute: false, kernelIndex: 1 };
  return { ...common, name, addresses, ...changes };
}

const LOOPBACK = card('lo', ['127.0.0.1', '::1'], { mac: null, loopback: true });
const ETH0 = card('eth0', ['10.77.0.2', 'fd77::2']);
const ROUTES =
  'Iface\neth0\t00000000\tFE004D0A\t0003\t0\t0\t0\t00000000\t0\t0\t0 \neth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0 ';

function surroundings(cards: readonly NetworkInterface[] = [LOOPBACK, ETH0]): PcapSurroundings {
  return {
    interfaces: () => Promise.resolve(cards),
    broadcasts: () => ['10.77.0.255'],
    routes: {
      platform: 'linux',
      byteOrder: 'LE',
      read: () => Promise.resolve(ROUTES),
      run: () => Promise.reject(new Error('not on Linux')),
    },
    chance: { below: () => 7 },
  };
}

interface Script {
  readonly launch: PcapLauncher;
  readonly asked: PcapRequest[];
  alive(): number;
}

/** What a process does once it has its job. */
type Act = (say: (message: unknown) => void, end: (how: string) => void) => void;

/** A process that does as it is told. */
function scripted(act: Act): Script {
  const asked: PcapRequest[] = [];
  let alive = 0;
  return {
    asked,
    alive: () => alive,
    launch: () => {
      alive += 1;
      let running = true;
      let hear: (message: unknown) => void = () => undefined;
      let ended: (how: string) => void = () => undefined;
      const end = (how: string): void => {
        if (running) alive -= 1;
        running = false;
        ended(how);
      };
      return {
        post: (message) => {
          const request = readRequest(structuredClone(message));
          if (typeof request === 'string') throw new Error(request);
          asked.push(request);
          setImmediate(() => {
            act((report) => {
              if (running) hear(structuredClone(report));
            }, end);
          });
        },
        onMessage: (listener) => (hear = listener),
        onExit: (listener) => (ended = listener),
        kill: () => {
          end('was ended by SIGKILL');
        },
      };
    },
  };
}

const armed = (): PcapReport => ({
  type: 'armed',
  zeroNs: process.hrtime.bigint().toString(),
  nextHopMac: '02:00:00:00:00:09',
});
const sent = (packet: number): PcapReport => {
  const now = process.hrtime.bigint().toString();
  return { type: 'sent', packet, plannedNs: now, actualNs: now };
};
const says =
  (...reports: readonly unknown[]): Act =>
  (say) => {
    for (const report of reports) say(report);
  };

async function send(
  { launch }: Pick<Script, 'launch'>,
  changes: Partial<Route> = {},
  around = surroundings(),
  signal = new AbortController().signal,
): Promise<TransportReport[]> {
  const reports: TransportReport[] = [];
  for await (const report of pcapTransport(launch, around).send(packets, { ...route, ...changes }, 100, signal))
    reports.push(report);
  return reports;
}

describe('the transport pcap', () => {
  it('reports the way out, what was sent and what came back', async () => {
    const answer: PcapReport = {
      type: 'answer',
      packet: 1,
      seenNs: process.hrtime.bigint().toString(),
      kind: 'icmp',
      from: '10.77.0.254',
      icmp: { type: 3, code: 13 },
    };
    const script = scripted(says(armed(), sent(0), sent(1), answer, { type: 'done' }));
    const reports = await send(script, { address: '192.0.2.1', sourceMac: '00:0E:35:01:02:03' });
    expect(reports).toMatchObject([
      {
        type: 'armed',
        link: {
          interface: 'eth0',
          sourceMac: '00:0E:35:01:02:03',
          nextHop: '10.77.0.254',
          nextHopMac: '02:00:00:00:00:09',
        },
      },
      { type: 'sent', packet: packets[0], sourcePort: 61_007 },
      { type: 'sent', packet: packets[1], sourcePort: 61_008 },
      { type: 'answer', packet: packets[1], kind: 'icmp', from: '10.77.0.254', icmp: { type: 3, code: 13 } },
    ]);
    expect(script.asked).toMatchObject([
      {
        device: { name: 'eth0' },
        source: '10.77.0.2',
        destination: '192.0.2.1',
        link: { ownMac: '02:00:00:00:00:01', sourceMac: '00:0E:35:01:02:03', nextHop: '10.77.0.254' },
        listenMs: 100,
        packets: [{ atNs: '0' }, { atNs: '5500000', packet: { protocol: 'udp', destinationPort: 7001 } }],
      },
    ]);
    expect(script.alive()).toBe(0);
  });

  it('sends to this computer itself over loopback, without MAC addresses', async () => {
    const script = scripted(says({ ...armed(), nextHopMac: '00:00:00:00:00:00' }, sent(0), sent(1), { type: 'done' }));
    const [first] = await send(script, { address: '127.0.0.1', source: '127.0.0.1' });
    expect(first).toMatchObject({ link: { interface: 'lo', sourceMac: '00:00:00:00:00:00', nextHop: '127.0.0.1' } });
    expect(script.asked).toMatchObject([{ device: { name: 'lo' }, link: null }]);
  });

  it.each([
    ['an interface that is not there', { interface: 'eth9' }, 'interface-not-found'],
    ['an interface that is down', { interface: 'eth1' }, 'interface-not-found'],
    ['a source address of no interface', { source: '10.9.9.9' }, 'interface-not-found'],
    ['an interface without MAC address', { interface: 'wg0' }, 'transport-failed'],
    ['an interface without a route', { interface: 'eth2' }, 'no-route'],
    ['an interface for this computer itself', { address: '10.77.0.2', interface: 'eth0' }, 'no-route'],
    ['a broadcast address', { address: '10.77.0.255' }, 'bad-input'],
    ['a multicast address', { address: '224.0.0.251' }, 'bad-input'],
    ['a source MAC of many devices', { sourceMac: 'FF:FF:FF:FF:FF:FF' }, 'bad-input'],
  ] as const)('refuses %s before a process is started', async (_, changes, code) => {
    const around = surroundings([
      LOOPBACK,
      ETH0,
      card('eth1', [], { up: false }),
      card('eth2', ['10.78.0.2']),
      card('wg0', ['10.79.0.2'], { mac: null }),
    ]);
    const script = scripted(says());
    await expect(send(script, changes, around)).rejects.toMatchObject({ code });
    expect(script.asked).toEqual([]);
  });

  it.each([
    ['not-permitted', 'not-permitted'],
    ['no-device', 'interface-not-found'],
    ['next-hop-silent', 'next-hop-silent'],
    ['send-failed', 'transport-failed'],
    ['not-ethernet', 'transport-failed'],
  ] satisfies [PcapFailure, string][])('gives the failure %s its code', async (reason, code) => {
    const script = scripted(says({ type: 'failed', reason, detail: 'because.' }));
    const failure: unknown = await send(script).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(say(toErrorInfo(failure).cause)).toContain('because.');
    expect(script.alive()).toBe(0);
  });

  it.each([
    ['a message that is none', says('hello')],
    ['a report with a field too many', says({ ...armed(), more: 1 })],
    ['a time that is none', says({ ...armed(), zeroNs: '-1' })],
    ['a zero far away', says({ ...armed(), zeroNs: '1' })],
    ['a second zero', says(armed(), armed())],
    ['a packet before the zero', says(sent(0))],
    ['a packet out of order', says(armed(), sent(1))],
    ['a packet that there is not', says(armed(), sent(0), sent(1), sent(2))],
    ['an end too early', says(armed(), sent(0), { type: 'done' })],
    ['an answer to a job that is not this one', says({ type: 'works' })],
  ] satisfies [string, Act][])('refuses %s', async (_, act) => {
    const script = scripted(act);
    await expect(send(script)).rejects.toMatchObject({ code: 'transport-failed' });
    expect(script.alive()).toBe(0);
  });

  it('says how the process ended', async () => {
    const crash = scripted((say, end) => {
      say(armed());
      end('was ended by SIGSEGV');
    });
    const failure: unknown = await send(crash).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'transport-failed' });
    expect(say(toErrorInfo(failure).cause)).toBe('The pcap process was ended by SIGSEGV.');
  });

  it('says that the interface went away, when that is why', async () => {
    const script = scripted((_, end) => {
      cards[1] = { ...ETH0, up: false };
      end('was ended by SIGABRT');
    });
    const cards = [LOOPBACK, ETH0];
    await expect(send(script, {}, surroundings(cards))).rejects.toMatchObject({ code: 'interface-not-found' });
  });

  it('ends the process when it is cancelled', async () => {
    const cancel = new AbortController();
    const script = scripted((say) => {
      say(armed());
      say(sent(0));
      setImmediate(() => cancel.abort());
    });
    await expect(send(script, {}, surroundings(), cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(script.alive()).toBe(0);
    await expect(send(script, {}, surroundings(), cancel.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(script.asked).toHaveLength(1);
  });

  it('ends the process when nobody listens any more', async () => {
    const script = scripted(says(armed(), sent(0)));
    for await (const report of pcapTransport(script.launch, surroundings()).send(
      packets,
      route,
      100,
      new AbortController().signal,
    ))
      if (report.type === 'sent') break;
    expect(script.alive()).toBe(0);
  });
});

describe('the state of pcap', () => {
  const LINUX = { platform: 'linux', uid: 1000, gid: 100 } as const;
  const stateOf = async ({ launch }: Script) => pcapState(await askPcap(launch), LINUX);

  it('works when a device opens', async () => {
    const script = scripted(says({ type: 'works' }));
    expect(await stateOf(script)).toMatchObject({ name: 'pcap', works: true, fix: null });
    expect(script.asked).toEqual([{ job: 'state' }]);
    expect(script.alive()).toBe(0);
  });

  it('is a sentence too when the process cannot be started, or says nonsense', async () => {
    const absent = await stateOf(
      scripted((_, end) => {
        end('could not be started: spawn node ENOENT');
      }),
    );
    expect(absent).toMatchObject({ works: false, broken: true });
    expect(say(absent.detail)).toContain('spawn node ENOENT');
    expect(await stateOf(scripted(says(7)))).toMatchObject({ works: false, broken: true });
    const confused = await stateOf(scripted(says(armed())));
    expect(say(confused.detail)).toContain('something unexpected');
  });

  it('says what the system said, but not what Node says of a package', async () => {
    const refused = (reason: PcapFailure) =>
      stateOf(scripted(says({ type: 'failed', reason, detail: 'socket:\n Operation not permitted' })));
    const { detail, broken } = await refused('not-permitted');
    expect(say(detail)).toBe('This account may not send raw frames (socket: Operation not permitted).');
    expect(broken).toBe(false);
    expect(say((await refused('cap-absent')).detail)).not.toContain('socket');
  });

  it('says what mends it on each system', () => {
    const fix = (kind: PcapFailure, platform: NodeJS.Platform) =>
      pcapState({ kind, said: 'words' }, { ...LINUX, platform }).fix;
    expect(fix('not-permitted', 'linux')?.command).toMatch(/^sudo setpriv --reuid 1000 --regid 100 .*net_raw/);
    expect(say(fix('not-permitted', 'darwin')?.text ?? '')).toMatch(/\/dev\/bpf.*ChmodBPF.*access_bpf/);
    expect(fix('npcap-absent', 'win32')?.command).toBeNull();
    expect(say(fix('npcap-absent', 'win32')?.text ?? '')).toContain('https://npcap.com');
    expect(fix('libpcap-absent', 'linux')?.command).toBe('sudo apt-get install libpcap0.8');
    expect(fix('cap-not-built', 'linux')?.command).toContain('libpcap-dev');
  });
});
