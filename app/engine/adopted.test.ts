import { describe, expect, it } from 'vitest';
import { secretBytes, stealthIsn } from '../domain/modes/tcp-stealth/isn';
import type { TcpStealth } from '../domain/modes/tcp-stealth/schema';
import type { KnockEvent } from '../domain/plan/knock-event';
import { newProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import { knock } from './knock';
import type { KnockOptions } from './knock';
import { FIRST_TRY, NOTHING_KEPT, preparing } from './prepare';
import type { AdoptedConnection, ConnectReport } from './transports/helper/connect';
import type { Transports } from './transports/registry';
import { sockets } from './transports/sockets';

const SECRET = 'open sesamy';
const never = new AbortController().signal;

const profile = (changes: Partial<TcpStealth> = {}): Profile =>
  newProfile('00000000-0000-4000-8000-000000000000', {
    name: 'test',
    host: '127.0.0.1',
    servicePort: 22,
    mode: { kind: 'tcp-stealth', secret: SECRET, timestamps: false, integrityLength: 0, use: 'connection', ...changes },
  });

const isnFor = (tsval: number): number =>
  stealthIsn({
    secret: secretBytes(SECRET),
    destination: Uint8Array.of(127, 0, 0, 1),
    destinationPort: 22,
    tsval,
    payload: null,
  });

/** A helper that reports as it is told to, and the connections that it was asked for. */
function fakeHelper(reports: readonly ConnectReport[]): Transports & { readonly asked: AdoptedConnection[] } {
  const asked: AdoptedConnection[] = [];
  return {
    asked,
    states: () => Promise.resolve([{ name: 'helper', works: true, detail: 'works', fix: null }]),
    get: () => sockets,
    // eslint-disable-next-line @typescript-eslint/require-await -- as the real one
    async *connect(connection) {
      asked.push(connection);
      yield* reports;
    },
  };
}

async function collect(of: Profile, options: Partial<KnockOptions>): Promise<KnockEvent[]> {
  const events: KnockEvent[] = [];
  for await (const event of knock(
    preparing(of, () => NOTHING_KEPT),
    { signal: never, ...options },
  ))
    events.push(event);
  return events;
}

const prepared = (changes: Partial<TcpStealth>, firstBytes: Uint8Array | null = null) =>
  preparing(profile(changes), () => NOTHING_KEPT)({ ...FIRST_TRY, firstBytes }, never);

describe('a knock that is made ready for one address', () => {
  it('has the ISN in place of the secret', async () => {
    const { plan } = await prepared({});
    expect(plan.connect.syn).toEqual({ sequence: isnFor(0), acknowledgment: 0, ipId: null, tsval: null });
    expect(plan.awaits).toEqual([]);
    expect(JSON.stringify(plan)).not.toContain(SECRET);
  });

  it('with timestamps has another TSval each time, an even one, and the ISN for it', async () => {
    const seen = new Set<number>();
    for (let run = 0; run < 20; run++) {
      const { syn } = (await prepared({ timestamps: true })).plan.connect;
      if (syn === null || syn === 'later' || syn.tsval === null) throw new Error('There is no TSval');
      expect(syn.tsval % 2).toBe(0);
      expect(syn.sequence).toBe(isnFor(syn.tsval));
      seen.add(syn.tsval);
    }
    expect(seen.size).toBeGreaterThan(15);
  });

  it('waits for the first bytes where it protects them, and holds no secret before or after', async () => {
    const before = await prepared({ integrityLength: 8 });
    expect(before.plan.awaits).toEqual([{ kind: 'firstBytes', length: 8 }]);
    expect(before.plan.connect.syn).toBe('later');
    const after = await prepared({ integrityLength: 8 }, new TextEncoder().encode('SSH-2.0-'));
    expect(after.plan.awaits).toEqual([]);
    expect(after.plan.connect.syn).toMatchObject({ tsval: null });
    expect(JSON.stringify([before, after])).not.toContain(SECRET);
  });

  it('as a mere knock has the ISN in its packet', async () => {
    const { plan } = await prepared({ use: 'knock' });
    expect(plan.packets).toMatchObject([{ syn: { sequence: isnFor(0), tsval: null } }]);
    expect(plan.connect).toMatchObject({ by: 'ordinary', syn: null });
  });
});

describe('a connection that is its own knock', () => {
  const reports: readonly ConnectReport[] = [
    { type: 'syn', sentAtMs: 5000 },
    { type: 'syn', sentAtMs: 6000.5 },
    { type: 'open', atMs: 6010, sourcePort: 40_000 },
    { type: 'carried', bytesOut: 7, bytesIn: 9 },
  ];

  it('counts its times from its first SYN, and gives the descriptors away once it stands', async () => {
    const transports = fakeHelper(reports);
    const log: string[] = [];
    const descriptors = { input: 0, output: 1, pass: false, release: () => log.push('released') };
    for await (const event of knock(
      preparing(profile(), () => NOTHING_KEPT),
      { signal: never, transports, descriptors },
    ))
      log.push(event.type);
    expect(log).toEqual(['resolved', 'armed', 'connecting', 'connecting', 'released', 'open', 'closed']);
    expect(transports.asked).toMatchObject([{ port: 22, use: { how: 'splice', input: 0, output: 1 } }]);

    const events = await collect(profile(), { transports: fakeHelper(reports), descriptors });
    expect(events.slice(2)).toMatchObject([
      { plannedMs: 0, actualMs: 0, attempt: 1 },
      { plannedMs: 1000, actualMs: 1000.5, attempt: 2 },
      { type: 'open', atMs: 1010, answeredInMs: 9.5 },
      { type: 'closed', bytesIn: 9, bytesOut: 7 },
    ]);
    expect(JSON.stringify(events)).not.toContain(SECRET);
  });

  it('that is handed over has no end to tell, and one that is only looked at neither', async () => {
    const descriptors = { input: 0, output: 1, pass: true, release: () => undefined };
    const handed = await collect(profile(), { transports: fakeHelper(reports), descriptors });
    const looked = await collect(profile(), { transports: fakeHelper(reports) });
    for (const events of [handed, looked]) expect(events.at(-1)).toMatchObject({ type: 'open' });
  });

  it.each([
    ['a mere knock', undefined],
    ['a connection that is handed over', { input: 0, output: 1, pass: true, release: () => undefined }],
  ])('cannot protect the first bytes of %s, and asks the helper for nothing', async (_what, descriptors) => {
    const transports = fakeHelper(reports);
    const events = await collect(profile({ integrityLength: 8 }), {
      transports,
      ...(descriptors === undefined ? {} : { descriptors }),
    });
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'first-bytes' }, retryAfterMs: 0 });
    expect(transports.asked).toEqual([]);
  });
});
