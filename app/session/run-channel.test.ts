import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planKnock } from '../domain/modes/registry';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { SesamyError } from '../domain/errors';
import { FIRST_TRY } from '../engine/prepare';
import { makeTicket, useTicket } from './run-channel';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-channel-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const plan = planKnock(
  { kind: 'count-window', sequence: '99999999', windowMs: 3000, knockPort: null, protocol: 'tcp' },
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
const prepare = () => Promise.resolve(prepared);
const never = new AbortController().signal;
const ignore = (): void => undefined;

describe('the run channel', () => {
  it('hands the knock out privately, and brings every kind of event back', async () => {
    const events: KnockEvent[] = [];
    let over = false;
    const ticket = await makeTicket(
      folder,
      prepare,
      (event) => events.push(event),
      () => (over = true),
    );
    expect(statSync(ticket.folder).mode & 0o777).toBe(0o700);
    expect(statSync(ticket.socketPath).mode & 0o777).toBe(0o600);

    const proxy = useTicket(ticket.socketPath, ignore);
    expect(await proxy.prepare(FIRST_TRY, never)).toEqual(prepared);
    const told: KnockEvent[] = [
      { type: 'resolved', host: 'h', address: '192.0.2.7', family: 4, tookMs: 1 },
      { type: 'armed', plan, transport: 'sockets', reason: 'no privilege needed', unixMs: 1 },
      { type: 'warning', message: 'm' },
      { type: 'waiting', untilUnixMs: 5, reason: { id: 'waiting.for-its-time', values: {} } },
      { type: 'again', atMs: 5, learned: 'silent', next: 2, of: 3, atUnixMs: 7 },
      { type: 'link', interface: 'eth0', sourceMac: 'a', nextHop: '192.0.2.1', nextHopMac: 'b' },
      { type: 'answer', index: 0, phase: 'knock', atMs: 1, kind: 'rst', from: '192.0.2.7', icmp: null },
      {
        type: 'answer',
        index: 0,
        phase: 'knock',
        atMs: 1,
        kind: 'icmp',
        from: '192.0.2.1',
        icmp: { type: 3, code: 1 },
      },
      {
        type: 'packet-sent',
        index: 0,
        phase: 'knock',
        plannedMs: 0,
        actualMs: 0.4,
        protocol: 'tcp',
        address: '192.0.2.7',
        port: 22,
        sourcePort: null,
      },
      { type: 'connecting', plannedMs: 1, actualMs: 2, address: '192.0.2.7', port: 22, attempt: 1 },
      { type: 'open', atMs: 3, answeredInMs: 1 },
      { type: 'sent', atMs: 3, doorToMs: null },
      { type: 'launched', program: 'xterm' },
      { type: 'closed', atMs: 9, bytesIn: 1, bytesOut: 2 },
      {
        type: 'failed',
        atMs: 9,
        error: {
          code: 'not-opened',
          title: 't',
          cause: 'c',
          steps: ['s'],
          action: { kind: 'retry', label: 'l', afterMs: 1 },
        },
        retryAfterMs: 12,
      },
    ];
    for (const event of told) proxy.tell(event);
    await expect.poll(() => events).toEqual(told);
    expect(over).toBe(false);
    await proxy.end();
    await expect.poll(() => over).toBe(true);
    expect(existsSync(ticket.folder)).toBe(false);
  });

  it('is asked when the proxy wants to knock, and again for each try, with what the proxy knows', async () => {
    const asked: unknown[] = [];
    const ticket = await makeTicket(
      folder,
      (question) => {
        asked.push(question);
        return Promise.resolve({ ...prepared, resolvedInMs: asked.length });
      },
      ignore,
      ignore,
    );
    expect(asked).toEqual([]);
    const proxy = useTicket(ticket.socketPath, ignore);
    const firstBytes = Uint8Array.of(83, 83, 72);
    expect(await proxy.prepare(FIRST_TRY, never)).toMatchObject({ resolvedInMs: 1 });
    expect(await proxy.prepare({ firstBytes, learned: 'silent' }, never)).toMatchObject({ resolvedInMs: 2 });
    expect(asked).toEqual([FIRST_TRY, { firstBytes, learned: 'silent' }]);
    await proxy.end();
  });

  it('lets what goes wrong with a plan cross as it is', async () => {
    const error = new SesamyError('name-not-found', 'No such host.', {
      action: { kind: 'edit-field', label: 'Edit', field: 'host' },
    });
    const ticket = await makeTicket(folder, () => Promise.reject(error), ignore, ignore);
    const proxy = useTicket(ticket.socketPath, ignore);
    await expect(proxy.prepare(FIRST_TRY, never)).rejects.toMatchObject({ info: error.info });
    await proxy.end();
  });

  it('gives nothing to whoever comes second', async () => {
    const ticket = await makeTicket(folder, prepare, ignore, ignore);
    const first = useTicket(ticket.socketPath, ignore);
    await first.prepare(FIRST_TRY, never);
    await expect(useTicket(ticket.socketPath, ignore).prepare(FIRST_TRY, never)).rejects.toMatchObject({
      code: 'unknown-target',
    });
    await first.end();
  });

  it('passes the word to stop on, and takes an unused ticket away', async () => {
    const ticket = await makeTicket(folder, prepare, ignore, ignore);
    let stopped = false;
    const proxy = useTicket(ticket.socketPath, () => (stopped = true));
    await proxy.prepare(FIRST_TRY, never);
    ticket.withdraw();
    await expect.poll(() => stopped).toBe(true);
    await proxy.end();

    const abandoned = await makeTicket(folder, prepare, ignore, ignore);
    const left = useTicket(abandoned.socketPath, () => (stopped = false));
    await left.prepare(FIRST_TRY, never);
    abandoned.abandon();
    expect(existsSync(abandoned.folder)).toBe(false);
    await left.end();
    expect(stopped).toBe(true);

    const unused = await makeTicket(folder, prepare, ignore, ignore);
    unused.withdraw();
    expect(existsSync(unused.folder)).toBe(false);
    await expect(useTicket(unused.socketPath, ignore).prepare(FIRST_TRY, never)).rejects.toMatchObject({
      code: 'unknown-target',
    });
  });

  it.each([
    'junk\n',
    '{"say":"event","event":{"type":"open"}}\n',
    '{"say":"event","event":{"type":"open","atMs":1,"answeredInMs":1,"extra":1}}\n',
    '{"say":"prepare","request":{},"firstBytes":null,"learned":null}\n',
    '{"say":"prepare","request":null,"firstBytes":"xy","learned":null}\n',
    'x'.repeat(300_000),
  ])('hangs up on a proxy that says what no proxy says (%#)', async (line) => {
    const events: KnockEvent[] = [];
    const ticket = await makeTicket(folder, prepare, (event) => events.push(event), ignore);
    const socket = connect(ticket.socketPath);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', ignore);
    socket.resume();
    socket.write(line);
    await closed;
    expect(events).toEqual([]);
  });
});
