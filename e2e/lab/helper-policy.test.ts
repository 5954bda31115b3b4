/** What the helper refuses, whoever asks, with the wire watched meanwhile; and what it may do itself. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFrame, frameOf, probeFrame, readReports, REASONS, REPORTS, sendFrame } from './helper-frames';
import type { TestConnection, TestPacket, TestReport, TestRequest } from './helper-frames';
import { HELPER } from './installed-helper';
import { Lab } from './lab';
import { run, until } from './process';
import type { Running } from './process';
import { echoServer } from './programs';
import { stageInto } from '../../scripts/lib/stage.mjs';

let lab: Lab;
let helper: string;
/** The same program as nobody installed it. */
let powerless: string;

beforeAll(async () => {
  lab = await Lab.create();
  helper = await lab.installHelper();
  mkdirSync(join(lab.staged, 'powerless'));
  stageInto(join(lab.staged, 'powerless'), [HELPER]);
  powerless = join(lab.staged, 'powerless/sesamy-helper');
});

afterAll(async () => {
  await lab.dispose();
});

function start(input: Buffer, program = helper, end = false): Running {
  const running = lab.start(lab.asClient([program], 'file-capabilities'), lab.clientEnvironment);
  running.child.stdin.write(input);
  if (end) running.child.stdin.end();
  return running;
}

/** Says something to a helper, and gives all that it reports. */
async function speak(input: Buffer, program = helper, end = false): Promise<readonly TestReport[]> {
  const running = start(input, program, end);
  const finished = await running.within(10_000);
  expect(finished.stderr).toBe('');
  return readReports(running.stdout);
}

/** Fails unless that is refused for this reason alone and nothing leaves the computer. */
async function expectRefused(input: Buffer, reason: number, end = false): Promise<void> {
  const capture = await lab.capture();
  const reports = await speak(input, helper, end);
  expect(await capture.stop()).toEqual([]);
  expect(reports.map(({ type }) => type)).toEqual([REPORTS.failed]);
  expect(reports[0]?.fields.readUInt8(0)).toBe(reason);
}

const good = (changes: Partial<TestRequest> = {}): TestRequest => ({
  source: lab.client.ipv4,
  destination: lab.server.ipv4,
  ...changes,
});
const goodConnection = (changes: Partial<TestConnection> = {}): TestConnection => ({
  ...good(),
  port: 7000,
  isn: 0x12345678,
  ...changes,
});
const SERVER_IPV6 = '20010db8000000000000000000000002';
const CLIENT_IPV6 = '20010db8000000000000000000000001';
const every = (count: number, stepNs: bigint): readonly TestPacket[] =>
  Array.from({ length: count }, (_, index) => ({ atNs: BigInt(index) * stepNs }));

describe('the helper’s policy', () => {
  const refused: readonly (readonly [string, () => Buffer, number])[] = [
    ['a source that is not this host’s', () => sendFrame(good({ source: '192.0.2.77' })), REASONS.sourceNotOwn],
    [
      'an IPv6 source that is not this host’s',
      () => sendFrame(good({ family: 6, source: SERVER_IPV6, destination: SERVER_IPV6 })),
      REASONS.sourceNotOwn,
    ],
    ['the broadcast address', () => sendFrame(good({ destination: '255.255.255.255' })), REASONS.notOneHost],
    ['the network’s own broadcast address', () => sendFrame(good({ destination: '192.0.2.255' })), REASONS.notOneHost],
    ['multicast', () => sendFrame(good({ destination: '224.0.0.1' })), REASONS.notOneHost],
    [
      'IPv6 multicast',
      () => sendFrame(good({ family: 6, source: CLIENT_IPV6, destination: `ff02${'0'.repeat(27)}1` })),
      REASONS.notOneHost,
    ],
    ['the unspecified address', () => sendFrame(good({ destination: '0.0.0.0' })), REASONS.notOneHost],
    ['more than 1,000 packets', () => sendFrame(good({ packets: every(1001, 10_000_000n) })), REASONS.tooMany],
    ['no packet', () => sendFrame(good({ packets: [] })), REASONS.tooMany],
    ['more than ten minutes', () => sendFrame(good({ packets: [{}, { atNs: 600_000_000_001n }] })), REASONS.tooLong],
    ['more than 200 a second', () => sendFrame(good({ packets: every(201, 4_990_000n) })), REASONS.tooFast],
    ['times that run backwards', () => sendFrame(good({ packets: [{ atNs: 5n }, { atNs: 4n }] })), REASONS.malformed],
    [
      'a payload of more than 512 bytes',
      () => sendFrame(good({ packets: [{ protocol: 'udp', data: Buffer.alloc(513) }] })),
      REASONS.malformed,
    ],
    ['options of half a word', () => sendFrame(good({ packets: [{ data: Buffer.alloc(6) }] })), REASONS.malformed],
    ['a TTL of 0', () => sendFrame(good({ packets: [{ ttl: 0 }] })), REASONS.malformed],
    ['fewer packets than it says', () => sendFrame(good({ count: 2 })), REASONS.malformed],
    ['more packets than it says', () => sendFrame(good({ count: 1, packets: [{}, {}] })), REASONS.malformed],
    ['an unknown command', () => sendFrame(good({ type: 7 })), REASONS.unknownCommand],
    ['another version', () => sendFrame(good({ version: 2 })), REASONS.version],
    ['a frame that is too large', () => Buffer.from([0xff, 0xff, 0xff, 0xff]), REASONS.tooLarge],
    ['a frame without a type', () => frameOf(Buffer.from([1])), REASONS.malformed],
    ['an interface that is not there', () => sendFrame(good({ level: 2, interfaceIndex: 9999 })), REASONS.noInterface],
    ['a host without a route', () => sendFrame(good({ destination: '198.51.100.1' })), REASONS.noRoute],
    [
      'a multicast source MAC',
      () => sendFrame(good({ level: 2, interfaceIndex: 2, sourceMac: '01:00:5E:00:00:01' })),
      REASONS.malformed,
    ],
    [
      'a connection from a source that is not this host’s',
      () => connectFrame(goodConnection({ source: '192.0.2.77' })),
      REASONS.sourceNotOwn,
    ],
    [
      'a connection to the network’s broadcast address',
      () => connectFrame(goodConnection({ destination: '192.0.2.255' })),
      REASONS.noRoute,
    ],
    [
      'a connection to a multicast address',
      () => connectFrame(goodConnection({ destination: '224.0.0.1' })),
      REASONS.notOneHost,
    ],
    [
      'a connection to a host without a route',
      () => connectFrame(goodConnection({ destination: '198.51.100.1' })),
      REASONS.noRoute,
    ],
    ['an odd TSval', () => connectFrame(goodConnection({ tsval: 1 })), REASONS.malformed],
    [
      'more than a minute for a handshake',
      () => connectFrame(goodConnection({ timeoutMs: 60_001 })),
      REASONS.malformed,
    ],
    [
      'more first bytes than it takes',
      () => connectFrame(goodConnection({ first: Buffer.alloc(256) })),
      REASONS.malformed,
    ],
  ];
  it.each(refused)('refuses %s', async (_name, input, reason) => {
    await expectRefused(input(), reason);
  });

  it('refuses a frame that is cut off', async () => {
    await expectRefused(sendFrame(good()).subarray(0, 60), REASONS.malformed, true);
  });

  it.each([
    ['send', () => sendFrame(good())],
    ['connect', () => connectFrame(goodConnection())],
  ])('%s sends nothing without its capabilities', async (_command, frame) => {
    const capture = await lab.capture();
    const reports = await speak(frame(), powerless);
    expect(await capture.stop()).toEqual([]);
    expect(reports.map(({ type, fields }) => [type, fields.readUInt8(0)])).toEqual([
      [REPORTS.failed, REASONS.notPermitted],
    ]);
  });

  it('sends what is allowed, once, when it was planned', async () => {
    const capture = await lab.capture();
    const packets = every(3, 50_000_000n).map((packet, index) => ({ ...packet, destinationPort: 7000 + index }));
    const reports = await speak(sendFrame(good({ packets })));
    const sent = (await capture.stop()).filter(({ flags }) => flags === 'S');
    expect(sent.map(({ dstPort }) => dstPort)).toEqual([7000, 7001, 7002]);
    expect(reports.map(({ type }) => type).filter((type) => type !== REPORTS.answer)).toEqual([
      REPORTS.armed,
      ...Array.from({ length: 3 }, () => REPORTS.sent),
      REPORTS.done,
    ]);
    const times = reports.filter(({ type }) => type === REPORTS.sent).map(({ fields }) => fields);
    for (const fields of times) expect(fields.readBigUInt64BE(10)).toBeGreaterThanOrEqual(fields.readBigUInt64BE(2));
  });

  it('stops at once when its input is closed', async () => {
    const capture = await lab.capture();
    const running = start(sendFrame(good({ packets: [{}, { atNs: 30_000_000_000n, destinationPort: 7001 }] })));
    await until('the first packet', () => capture.sent.length > 0);
    running.child.stdin.end();
    await running.within(2_000);
    const ports = (await capture.stop()).filter(({ flags }) => flags === 'S').map(({ dstPort }) => dstPort);
    expect(ports).toEqual([7000]);
  });
});

describe('what the helper may do itself', () => {
  const CAP_NET_ADMIN = 1n << 12n;
  const CAP_NET_RAW = 1n << 13n;
  const status = async (pid: number): Promise<ReadonlyMap<string, string>> => {
    const text = (await run(['cat', `/proc/${pid}/status`])).stdout;
    return new Map(text.split('\n').map((line) => line.split(':\t') as [string, string]));
  };

  interface Powers {
    readonly permitted: bigint;
    readonly effective: bigint;
    readonly others: bigint;
    readonly noNewPrivs: string | undefined;
    readonly seccomp: string | undefined;
  }
  /** Each program on the way to the helper replaces itself by the next: the process is the same. */
  async function powersOf(pid: number | undefined): Promise<Powers> {
    const fields = await status(pid ?? 0);
    const mask = (name: string): bigint => BigInt(`0x${fields.get(name) ?? ''}`);
    return {
      permitted: mask('CapPrm'),
      effective: mask('CapEff'),
      others: mask('CapInh') | mask('CapAmb'),
      noNewPrivs: fields.get('NoNewPrivs'),
      seccomp: fields.get('Seccomp'),
    };
  }
  const shut = { others: 0n, noNewPrivs: '1', seccomp: '2' };

  it('holds only CAP_NET_RAW, can gain nothing, and has its seccomp filter on while it waits', async () => {
    const running = start(sendFrame(good({ packets: [{}, { atNs: 30_000_000_000n }] })));
    await until('it is armed', () => running.stdout.length > 0);
    expect(await powersOf(running.child.pid)).toEqual({ permitted: CAP_NET_RAW, effective: CAP_NET_RAW, ...shut });
    running.child.stdin.end();
    await running.within(2_000);
  });

  it('holds both capabilities for a handshake, and none once the connection stands', async () => {
    await lab.inServer(['nft', 'add table inet slow']);
    await lab.inServer(['nft', 'add chain inet slow in { type filter hook input priority 0; }']);
    await lab.inServer(['nft', 'add rule inet slow in tcp dport 7000 drop']);
    const server = lab.start(lab.asServer([process.execPath, ...echoServer(7000)]));
    await server.ready('the server', () => server.stdout.includes('listening'));
    const inline = ['--mode', 'tcp-stealth', '--secret', 'open sesamy', '--', lab.server.ipv4, '7000'];
    const env = { ...lab.clientEnvironment, SESAMY_HELPER: helper };
    const session = lab.start(lab.asClient(lab.sesamy('proxy', ...inline), 'file-capabilities'), env);
    session.child.stdin.write('hello');
    await session.ready('its SYN', () => session.stderr.includes('connecting'));
    const both = CAP_NET_RAW | CAP_NET_ADMIN;
    const [pid] = lab.strayClientProcesses();
    expect(await powersOf(pid)).toEqual({ permitted: both, effective: both, ...shut });
    await lab.inServer(['nft', 'flush', 'ruleset']);
    await until('the connection carries', () => session.stdout.toString() === 'hello');
    expect(await powersOf(pid)).toEqual({ permitted: 0n, effective: 0n, ...shut });
    session.child.stdin.end();
    expect((await session.within(5_000)).code).toBe(0);
    await server.stop();
  });

  it('says so itself when it is asked', async () => {
    const [probed] = await speak(probeFrame());
    expect(probed?.type).toBe(REPORTS.probed);
    expect(probed?.fields.readBigUInt64BE(0)).toBe(CAP_NET_RAW | CAP_NET_ADMIN);
    expect([...(probed?.fields.subarray(8) ?? [])]).toEqual([1, 2]);
  });
});
