import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError, toErrorInfo } from '../../../domain/errors';
import { bareKnock } from '../../../domain/plan/knock-plan';
import type { PlannedPacket } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import type { Route, TransportReport } from '../transport';
import { failureOf } from './failures';
import { helperTransport } from './helper';
import { converse, HelperFailure } from './process';
import type { HelperStart } from './process';
import { encodeProbe } from './protocol';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-helper-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What every fake begins with: its pid for us, reports from hex digits, and a word for the frame that came. */
const PRELUDE = `
require('node:fs').writeFileSync(process.argv[2], String(process.pid));
const say = (...reports) => {
  for (const report of reports) {
    const body = Buffer.from(report.replaceAll(' ', ''), 'hex');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    process.stdout.write(Buffer.concat([length, body]));
  }
};
const ns = (ms = 0) => (process.hrtime.bigint() + BigInt(ms) * 1000000n).toString(16).padStart(16, '0');
const armed = (at = ns()) => '0182' + at + '00000000' + '00'.repeat(28);
const asked = (then) => process.stdin.once('data', then);
`;

/** A helper that does what no real one would, and what to start it with. */
function fake(code: string): HelperStart {
  const script = join(folder, 'fake.cjs');
  writeFileSync(script, PRELUDE + code);
  const command = { file: process.execPath, args: [script, join(folder, 'pid')] };
  return { path: 'sesamy-helper', command, throughPkexec: false };
}

/** Whether the fake is over. One that never began is. */
function gone(): boolean {
  if (!existsSync(join(folder, 'pid'))) return true;
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0);
    return false;
  } catch {
    return true;
  }
}

const PACKETS: readonly PlannedPacket[] = [
  bareKnock(0, 0, { protocol: 'tcp', port: 7000 }),
  bareKnock(1, 5, { protocol: 'udp', port: 8000 }),
];
const ROUTE: Route = {
  address: '127.0.0.1',
  family: 4,
  source: '127.0.0.1',
  bindSource: false,
  interface: null,
  sourceMac: null,
};

async function send(
  start: HelperStart,
  onReport: (report: TransportReport) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const transport = helperTransport(start);
  for await (const report of transport.send(PACKETS, ROUTE, 0, signal)) onReport(report);
}

describe('the transport helper', () => {
  it('tells each packet on one clock, with the port that it came from', async () => {
    const start = fake(`asked(() => {
      const zero = process.hrtime.bigint();
      const after = (us) => (zero + BigInt(us) * 1000n).toString(16).padStart(16, '0');
      say(armed(after(0)), '0183 0000' + after(0) + after(250), '0184' + after(900) + '0000 03 03 0a c0000201' + '00'.repeat(12));
      say('0183 0001' + after(5000) + after(5125), '0185 0002');
    });`);
    const reports: TransportReport[] = [];
    await send(start, (report) => reports.push(report));
    const [armed, first, answer, second] = reports;
    const zeroMs = armed?.type === 'armed' ? armed.zeroMs : NaN;
    expect(armed).toMatchObject({ type: 'armed', link: null });
    const times = [
      first?.type === 'sent' ? first.sentAtMs - zeroMs : NaN,
      answer?.type === 'answer' ? answer.atMs - zeroMs : NaN,
      second?.type === 'sent' ? second.sentAtMs - zeroMs : NaN,
    ];
    expect(times.map((ms) => ms.toFixed(3))).toEqual(['0.250', '0.900', '5.125']);
    expect(answer).toMatchObject({ packet: PACKETS[0], kind: 'icmp', from: '192.0.2.1', icmp: { type: 3, code: 10 } });
    const ports = [first, second].map((report) => (report?.type === 'sent' ? (report.sourcePort ?? 0) : 0));
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(61_000);
    await expect.poll(gone).toBe(true);
  });

  it.each([
    ['writes what is no report', `asked(() => process.stdout.write('Segmentation fault'))`, /protocol/],
    [
      'dies before it begins',
      `asked(() => { console.error('no seccomp here'); process.exitCode = 1; process.stdin.destroy(); })`,
      /code 1; it says: no seccomp here/,
    ],
    [
      'dies in the middle',
      `asked(() => { say(armed(), '0183 0000' + ns() + ns()); process.stdin.destroy(); })`,
      /ended with code 0/,
    ],
    [
      'stops in the middle of a report',
      `asked(() => { process.stdout.write(Buffer.of(0, 0)); process.stdin.destroy(); })`,
      /cut off/,
    ],
    ['is killed', `asked(() => process.kill(process.pid, 'SIGKILL'))`, /SIGKILL/],
    ['never reads, and dies', `process.exit(3)`, /code 3/],
    ['begins in another year', `asked(() => say(armed(ns(1e9))))`, /another time/],
    ['begins twice', `asked(() => say(armed(), armed()))`, /begins twice/],
    ['sends before it begins', `asked(() => say('0183 0000' + ns() + ns()))`, /before it begins/],
    ['tells of the second packet first', `asked(() => say(armed(), '0183 0001' + ns() + ns()))`, /out of order/],
    ['tells of a packet that there is not', `asked(() => say(armed(), '0183 0007' + ns() + ns()))`, /out of order/],
    ['is done too early', `asked(() => say(armed(), '0185 0002'))`, /before all packets/],
    ['answers a probe', `asked(() => say('0181 0000000000002000 01 02'))`, /another question/],
  ])('that %s is a transport that failed, and leaves nothing behind', async (_, code, cause) => {
    const failure: unknown = await send(fake(code)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SesamyError);
    expect(failure).toMatchObject({ code: 'transport-failed', message: expect.stringMatching(cause) as string });
    await expect.poll(gone).toBe(true);
  });

  it('that is not there, or no program, is a transport that failed', async () => {
    for (const file of [join(folder, 'none'), folder])
      await expect(send({ path: file, command: { file, args: [] }, throughPkexec: false })).rejects.toMatchObject({
        code: 'transport-failed',
        message: expect.stringContaining(file) as string,
      });
  });

  it('stops by itself when the knock is cancelled, and tells until then what has left', async () => {
    const controller = new AbortController();
    const start = fake(`asked(() => say(armed(), '0183 0000' + ns() + ns()));
      process.stdin.on('end', () => say('0183 0001' + ns() + ns(), '0186 0f ffff 00000000'));`);
    const seen: string[] = [];
    const sending = send(
      start,
      (report) => {
        seen.push(report.type);
        if (seen.length === 2) controller.abort();
      },
      controller.signal,
    );
    await expect(sending).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual(['armed', 'sent', 'sent']);
    await expect.poll(gone).toBe(true);
  });

  it('is killed when it does not stop', async () => {
    const controller = new AbortController();
    const start = fake(`asked(() => say(armed())); setInterval(() => undefined, 1000);`);
    const sending = send(
      start,
      () => {
        controller.abort();
      },
      controller.signal,
    );
    await expect(sending).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(gone).toBe(true);
  });

  it('is not started for a knock that is cancelled already', async () => {
    await expect(send(fake(''), undefined, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(join(folder, 'pid'))).toBe(false);
  });

  it('ends with whoever listens no more', async () => {
    const start = fake(`asked(() => say(armed()));`);
    const transport = helperTransport(start);
    for await (const report of transport.send(PACKETS, ROUTE, 0, new AbortController().signal))
      if (report.type === 'armed') break;
    await expect.poll(gone).toBe(true);
  });

  it('that falls silent is not waited for', async () => {
    const { command } = fake(`asked(() => undefined);`);
    const talk = converse(command, encodeProbe(), new AbortController().signal, () => 300);
    await expect(talk.next()).rejects.toThrow(/has said nothing for 0\.3 s/);
    await expect.poll(gone).toBe(true);
  });

  it('through pkexec says that the password was not given', async () => {
    const start = {
      ...fake(`asked(() => undefined); console.error('Request dismissed'); process.exit(126);`),
      throughPkexec: true,
    };
    const failure: unknown = await send(start).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'not-permitted' });
    expect(say(toErrorInfo(failure).cause)).toContain('Request dismissed');
  });
});

describe('the helper’s reasons', () => {
  const attempt = {
    path: '/h',
    route: { ...ROUTE, address: '192.0.2.7', source: '192.0.2.1' },
    interface: 'eth9',
    packets: 3,
  };
  const failed = { type: 'failed', packet: null, errno: 0 } as const;

  it.each([
    ['malformed', 'transport-failed', /\/h/],
    ['version', 'transport-failed', /\/h/],
    ['too-large', 'transport-failed', /\/h/],
    ['unknown-command', 'transport-failed', /\/h/],
    ['source-not-own', 'no-route', /192\.0\.2\.1/],
    ['not-one-host', 'bad-input', /192\.0\.2\.7/],
    ['too-many', 'bad-input', /3 packets/],
    ['too-long', 'bad-input', /10 minutes/],
    ['too-fast', 'bad-input', /200/],
    ['not-permitted', 'not-permitted', /\/h/],
    ['no-interface', 'interface-not-found', /eth9/],
    ['no-route', 'no-route', /192\.0\.2\.7 through eth9/],
    ['next-hop-silent', 'next-hop-silent', /eth9.*192\.0\.2\.7.*ARP/],
    ['send-failed', 'transport-failed', /192\.0\.2\.7/],
    ['cancelled', 'cancelled', /cancelled/],
    ['internal', 'transport-failed', /\/h/],
    ['refused', 'not-opened', /192\.0\.2\.7.*reset/],
    ['no-answer', 'not-opened', /192\.0\.2\.7/],
    ['port-busy', 'transport-failed', /no port free/],
    ['first-too-long', 'bad-input', /one segment/],
    ['hung-up', 'hung-up', /before it said anything/],
    ['connection-broken', 'connection-lost', /session/],
  ] as const)('%s is %s', (reason, code, cause) => {
    const error = failureOf({ ...failed, reason }, attempt);
    expect(error.code).toBe(code);
    expect(say(error.info.cause)).toMatch(cause);
  });

  it('an ICMP error comes with its type and code', () => {
    const error = failureOf({ ...failed, reason: 'unreachable', packet: 0x030d }, attempt);
    expect(error.code).toBe('not-opened');
    expect(say(error.info.cause)).toContain('ICMP type 3 code 13');
  });

  it.each([
    [101, 'no-route', /Packet 2 of 3.*ENETUNREACH/],
    [1, 'not-permitted', /EPERM/],
    [100, 'interface-not-found', /ENETDOWN/],
    [112, 'next-hop-silent', /EHOSTDOWN/],
    [22, 'transport-failed', /EINVAL/],
    [105, 'transport-failed', /ENOBUFS/],
    [9999, 'transport-failed', /error 9999/],
  ])('a packet that the system refuses with %i is %s', (errno, code, cause) => {
    const error = failureOf({ ...failed, reason: 'send-failed', packet: 1, errno }, attempt);
    expect(error.code).toBe(code);
    expect(say(error.info.cause)).toMatch(cause);
  });
});

it('a failure to start keeps the system’s word', async () => {
  const talk = converse(
    { file: join(folder, 'none'), args: [] },
    encodeProbe(),
    new AbortController().signal,
    () => 300,
  );
  const failure: unknown = await talk.next().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HelperFailure);
  expect(failure).toMatchObject({ systemCode: 'ENOENT' });
});
