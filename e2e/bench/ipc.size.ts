/**
 * How many bytes main sends to the window for one run of 72 packets (`npm run bench:ipc`), by way of the app's own run recorder and
 * state. Electron clones what it sends as `v8.serialize` does. Beside it what the same run would cost if every event sent all runs
 * whole, alone and after ten such runs.
 */
import { serialize } from 'node:v8';
import { afterEach, expect, it, vi } from 'vitest';
import { planKnock } from '../../app/domain/modes/registry';
import type { KnockEvent } from '../../app/domain/plan/knock-event';
import { recordRuns } from '../../app/main/run-recorder';
import { holdState } from '../../app/main/state';
import type { AppState, RunState, StateChange } from '../../app/shared/contract';

const LIMIT_BYTES = 40_000;

const PROFILE_ID = '00000000-0000-4000-8000-000000000001';
const ADDRESS = '203.0.113.10';
const START: AppState = {
  info: { version: '0.0.0', platform: 'linux', terminals: ['xterm'] },
  profiles: [],
  runs: {},
  practice: { status: 'stopped' },
  settings: { terminal: null, lockAfterMinutes: 15, lockOnSleep: true, lockOnScreenLock: true },
  vault: { status: 'locked', deviceUnlock: false, notice: null },
  agentUses: [],
};

interface Happened {
  /** In milliseconds from the plan's zero. */
  readonly atMs: number;
  readonly event: KnockEvent;
}

/** A session through the helper on eight bursts of nine, whose closed port answers each knock with a reset: the longest that there is. */
function session(): readonly Happened[] {
  const mode = {
    kind: 'count-window',
    sequence: '99999999',
    windowMs: 3000,
    knockPort: null,
    protocol: 'tcp',
  } as const;
  const plan = planKnock(mode, { servicePort: 22 });
  const { port, atMs: connectMs } = plan.connect;
  const knocks = plan.packets.flatMap(({ index, protocol, atMs: plannedMs }): Happened[] => {
    const actualMs = plannedMs + 0.0123 * (1 + (index % 9));
    const sourcePort = 49_152 + index;
    const common = { index, phase: 'knock' } as const;
    const answeredMs = actualMs + 14.25;
    return [
      {
        atMs: actualMs,
        event: {
          ...common,
          type: 'packet-sent',
          plannedMs,
          actualMs,
          protocol,
          address: ADDRESS,
          port: port,
          sourcePort,
        },
      },
      {
        atMs: answeredMs,
        event: { ...common, type: 'answer', atMs: answeredMs, kind: 'rst', from: ADDRESS, icmp: null },
      },
    ];
  });
  const openMs = connectMs + 15.75;
  const actualMs = connectMs + 0.25;
  const rest: Happened[] = [
    { atMs: -50, event: { type: 'launched', program: 'xterm' } },
    {
      atMs: -12,
      event: { type: 'resolved', host: 'home.example.org', address: ADDRESS, family: 4, tookMs: 12.5 },
    },
    {
      atMs: 0,
      event: {
        type: 'armed',
        plan,
        transport: 'helper',
        reason: 'The profile asks for a source MAC.',
        unixMs: 1_790_000_000_000,
      },
    },
    {
      atMs: 0,
      event: {
        type: 'link',
        interface: 'eth0',
        sourceMac: '02:00:00:00:00:0a',
        nextHop: '192.0.2.1',
        nextHopMac: '02:00:00:00:00:01',
      },
    },
    {
      atMs: actualMs,
      event: { type: 'connecting', plannedMs: connectMs, actualMs, address: ADDRESS, port, attempt: 1 },
    },
    { atMs: openMs, event: { type: 'open', atMs: openMs, answeredInMs: 15.5 } },
    { atMs: openMs + 60_000, event: { type: 'closed', atMs: openMs + 60_000, bytesIn: 18_233, bytesOut: 2410 } },
  ];
  return [...rest, ...knocks].sort((a, b) => a.atMs - b.atMs);
}

/** Sends a run in its own time through the app's own parts, and counts. */
function measure(happened: readonly Happened[]): { readonly bytes: number; readonly messages: number; run: RunState } {
  const told: StateChange[] = [];
  const state = holdState(START, (change) => told.push(change));
  const recorder = recordRuns({ state, spend: () => undefined, onFinish: () => undefined });
  const runId = recorder.begin(PROFILE_ID, 'session');
  let nowMs = happened[0]?.atMs ?? 0;
  for (const { atMs, event } of happened) {
    vi.advanceTimersByTime(Math.max(atMs - nowMs, 0));
    nowMs = Math.max(nowMs, atMs);
    recorder.record(runId, PROFILE_ID, event);
  }
  recorder.finish(runId, PROFILE_ID);
  const run = state.current.runs[PROFILE_ID];
  if (run === undefined) throw new Error('the run is gone');
  const bytes = told.reduce((sum, change) => sum + serialize(change).length, 0);
  return { bytes, messages: told.length, run };
}

/** What it would cost to send all runs whole with each event, and at begin and end. */
function whole(run: RunState, finished: number): number {
  const others = Array.from({ length: finished }, (_, position) => {
    const profileId = `00000000-0000-4000-8000-0000000001${String(position).padStart(2, '0')}`;
    // A copy: what stands twice in a message would be sent once.
    return [profileId, { ...structuredClone(run), profileId }] as const;
  });
  const send = (sent: RunState): number =>
    serialize({ slice: 'runs', value: { ...Object.fromEntries(others), [PROFILE_ID]: sent } }).length;
  let bytes = send(run);
  for (let length = 0; length <= run.events.length; length++)
    bytes += send({ ...run, events: run.events.slice(0, length), done: false });
  return bytes;
}

afterEach(() => {
  vi.useRealTimers();
});

it(`sends a run of 72 packets in under ${LIMIT_BYTES} bytes`, () => {
  vi.useFakeTimers();
  const happened = session();
  const { bytes, messages, run } = measure(happened);
  expect(run.events.filter((event) => event.type === 'packet-sent')).toHaveLength(72);
  expect(run.events).toHaveLength(happened.length);
  const kB = (n: number): string => `${(n / 1000).toFixed(1)} kB`;
  console.log(`One run of 72 packets, ${happened.length} events: ${bytes} bytes in ${messages} messages`);
  console.log(`  with every run sent whole at every event: ${kB(whole(run, 0))}`);
  console.log(`  the same after ten such runs:             ${kB(whole(run, 10))}`);
  expect(bytes).toBeLessThan(LIMIT_BYTES);
});
