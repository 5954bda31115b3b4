/**
 * A main process made by hand, after the contract: it keeps profiles in memory and plays runs event by event, so that
 * the renderer can be tried and tested without Electron, network or clock.
 */
import { errorInfo, SesamyError, toErrorInfo } from '../../domain/errors';
import type { KeySlot } from '../../domain/key-slot';
import { modeDefinition, MODES, planKnock, recipesOf } from '../../domain/modes/registry';
import type { Recipe } from '../../domain/modes/recipe';
import type { KnockEvent } from '../../domain/plan/knock-event';
import type { NetworkInterface } from '../../domain/network-interface';
import type { TransportState } from '../../domain/plan/transport';
import { newProfile } from '../../domain/profile/profile';
import type { Profile } from '../../domain/profile/profile';
import { REQUESTS } from '../../shared/contract';
import type {
  Answers,
  AgentUse,
  AppState,
  Bridge,
  ImportItem,
  ImportOutcome,
  ProfileSummary,
  Reply,
  RequestArgument,
  RequestName,
  RunHead,
  RunState,
  StateChange,
  VaultState,
} from '../../shared/contract';
import { applyChange, headOf } from '../../shared/state-change';

export interface FakeMain {
  readonly bridge: Bridge;
  /** Every request that came, in order. */
  readonly asked: readonly { readonly name: RequestName; readonly argument: unknown }[];
  /** Adds events to the latest run of a profile. */
  play(profileId: string, ...events: readonly KnockEvent[]): void;
  /** Changes the latest run of a profile, for example to `done`. */
  changeRun(profileId: string, change: Partial<RunHead>): void;
  /** Changes the state and tells the renderer. */
  push(change: StateChange): void;
}

interface Options {
  readonly profiles?: readonly Profile[];
  readonly interfaces?: readonly NetworkInterface[];
  /** What a computer has that allows plain sockets only, when it is left out. */
  readonly transports?: readonly TransportState[];
  readonly terminals?: readonly string[];
  /** What both ways of importing preview. */
  readonly importItems?: readonly ImportItem[];
  /** What a sealed bundle of the preview holds. */
  readonly bundleItems?: readonly ImportItem['content'][];
  /** Open when it is left out. */
  readonly vault?: VaultState;
  readonly agentUses?: readonly AgentUse[];
  /** How long scrypt takes. */
  readonly unlockMs?: number;
  /** Called when a run begins: plays its events now or later. */
  readonly onRun?: (main: FakeMain, run: RunState) => void;
}

/** What opens the fake vault and its bundles. */
const PASSPHRASE = 'open sesamy';

type Handlers = { readonly [Name in RequestName]: (argument: RequestArgument<Name>) => Answers[Name] };

const SOCKETS_ONLY: readonly TransportState[] = [
  { name: 'sockets', works: true, detail: 'Plain SYNs and datagrams.', fix: null },
  {
    name: 'helper',
    works: false,
    detail: 'The helper is not installed.',
    fix: { text: 'Install it:', command: 'sudo npm run helper:install' },
  },
  {
    name: 'pcap',
    works: false,
    detail: 'libpcap is not installed.',
    fix: { text: 'Install it:', command: 'sudo apt-get install libpcap0.8' },
  },
];

const PRACTICE_ID = '00000000-0000-4000-8000-0000000000aa';

function summaryOf(profile: Profile, used: number): ProfileSummary {
  const { id, name, host, servicePort, mode, tags } = profile;
  return {
    id,
    name,
    host,
    servicePort,
    tags,
    modeKind: mode.kind,
    outline: modeDefinition(mode.kind).outline(mode),
    used,
  };
}

export function fakeMain(options: Options = {}): FakeMain {
  const profiles = new Map((options.profiles ?? []).map((profile) => [profile.id, profile]));
  const listeners = new Set<(change: StateChange) => void>();
  const asked: { name: RequestName; argument: unknown }[] = [];
  const removed = new Map<string, Profile>();
  const slots: KeySlot[] = [{ id: 'slot-1', kind: 'passphrase', backend: null, createdUnixMs: 1_790_000_000_000 }];
  let passphrase = PASSPHRASE;
  let items = options.importItems ?? [];
  let made = 0;
  const used = new Map<string, number>();
  const summaries = (): readonly ProfileSummary[] =>
    [...profiles.values()].map((profile) => summaryOf(profile, used.get(profile.id) ?? 0));
  let state: AppState = {
    info: { version: '0.1.0', platform: 'linux', terminals: options.terminals ?? ['xterm'] },
    profiles: options.vault === undefined ? summaries() : [],
    runs: {},
    practice: { status: 'stopped' },
    settings: { terminal: null, lockAfterMinutes: 15, lockOnSleep: true, lockOnScreenLock: true },
    vault: options.vault ?? { status: 'open', slots, device: { usable: true, backend: 'gnome-keyring' } },
    agentUses: options.agentUses ?? [],
  };

  const push = (change: StateChange): void => {
    state = applyChange(state, change);
    for (const listener of listeners) listener(change);
  };
  const pushProfiles = (): void => {
    push({ kind: 'slice', slice: 'profiles', value: summaries() });
  };
  const setRun = (run: RunHead): void => {
    push({ kind: 'run', run });
  };
  const changeRun: FakeMain['changeRun'] = (profileId, change) => {
    const run = state.runs[profileId];
    if (run !== undefined) setRun({ ...headOf(run), ...change });
  };
  const play: FakeMain['play'] = (profileId, ...events) => {
    const run = state.runs[profileId];
    if (run !== undefined) push({ kind: 'run-events', profileId, runId: run.runId, from: run.events.length, events });
  };

  const newId = (): string => `00000000-0000-4000-8000-${String(++made).padStart(12, '9')}`;
  const hasDevice = (): boolean => slots.some((slot) => slot.kind === 'device');
  const addSlot = (kind: KeySlot['kind']): void => {
    const backend = kind === 'device' ? 'gnome-keyring' : null;
    slots.push({ id: `slot-${slots.length + 1}`, kind, backend, createdUnixMs: 1_790_500_000_000 });
  };
  const open = (): void => {
    const device = { usable: true, backend: 'gnome-keyring' } as const;
    push({ kind: 'slice', slice: 'vault', value: { status: 'open', slots: [...slots], device } });
    pushProfiles();
  };

  const recipes = (profileId: string): readonly Recipe[] => {
    const profile = profiles.get(profileId);
    if (profile === undefined) throw new SesamyError('unknown-target', `There is no profile ${profileId}.`);
    const { mode, servicePort } = profile;
    return recipesOf(mode, { address: '203.0.113.10', family: 4, servicePort });
  };

  const handlers: Handlers = {
    'state.get': () => state,
    'profile.get': ({ id }) => {
      const profile = profiles.get(id);
      if (profile === undefined) throw new SesamyError('unknown-target', `There is no profile ${id}.`);
      return profile;
    },
    'vault.create': (argument) => {
      passphrase = argument.passphrase;
      if (argument.device) addSlot('device');
      open();
      return null;
    },
    'vault.unlock': (argument) => {
      if (argument.passphrase !== passphrase)
        throw new SesamyError('wrong-passphrase', 'None of the passphrases opens the profiles.');
      open();
      return null;
    },
    'vault.unlockWithDevice': () => {
      open();
      return null;
    },
    'vault.lock': () => {
      push({ kind: 'slice', slice: 'profiles', value: [] });
      push({ kind: 'slice', slice: 'runs', value: {} });
      push({ kind: 'slice', slice: 'agentUses', value: [] });
      push({ kind: 'slice', slice: 'vault', value: { status: 'locked', deviceUnlock: hasDevice(), notice: null } });
      return null;
    },
    'vault.look': () => null,
    'vault.restoreBackup': () => {
      push({ kind: 'slice', slice: 'vault', value: { status: 'locked', deviceUnlock: hasDevice(), notice: null } });
      return null;
    },
    'vault.addPassphrase': () => {
      addSlot('passphrase');
      open();
      return null;
    },
    'vault.addDevice': () => {
      addSlot('device');
      open();
      return null;
    },
    'vault.changePassphrase': (argument) => {
      if (argument.present !== passphrase)
        throw new SesamyError('wrong-passphrase', 'The present passphrase of this key is another one.');
      passphrase = argument.passphrase;
      return null;
    },
    'vault.removeSlot': ({ slotId }) => {
      const position = slots.findIndex((slot) => slot.id === slotId);
      if (position >= 0) slots.splice(position, 1);
      open();
      return null;
    },
    'profile.save': ({ profile, base }) => {
      const now = profiles.get(profile.id) ?? null;
      if (JSON.stringify(now) !== JSON.stringify(base))
        throw new SesamyError('profile-changed', `“${profile.name}” was changed by another program.`);
      profiles.set(profile.id, profile);
      pushProfiles();
      return null;
    },
    'profile.duplicate': ({ id }) => {
      const profile = profiles.get(id);
      if (profile === undefined) throw new RangeError(`no profile ${id}`);
      const copy = { ...profile, id: newId(), name: `${profile.name} copy` };
      profiles.set(copy.id, copy);
      pushProfiles();
      return { id: copy.id };
    },
    'profile.setUsed': ({ id, used: count }) => {
      used.set(id, count);
      pushProfiles();
      return null;
    },
    'profile.remove': ({ id }) => {
      const profile = profiles.get(id);
      if (profile !== undefined) removed.set(id, profile);
      profiles.delete(id);
      pushProfiles();
      return null;
    },
    'profile.undoRemove': ({ id }) => {
      const profile = removed.get(id);
      if (profile !== undefined) profiles.set(id, profile);
      pushProfiles();
      return null;
    },
    'import.choose': () => ({ previewId: 'preview', items }),
    'import.texts': () => ({ previewId: 'preview', items }),
    'import.openBundle': ({ index, passphrase: typed }) => {
      if (typed !== PASSPHRASE) throw new SesamyError('wrong-passphrase', 'This passphrase does not open the bundle.');
      items = items
        .flatMap((item) =>
          item.index === index
            ? (options.bundleItems ?? []).map((content) => ({ file: item.file, content }))
            : [{ file: item.file, content: item.content }],
        )
        .map((item, position) => ({ ...item, index: position }));
      return { previewId: 'preview', items };
    },
    'import.confirm': ({ indexes }) => {
      const imported: ImportOutcome['imported'][number][] = [];
      for (const { index, file, content } of items) {
        if (content.kind !== 'profile' || !indexes.includes(index)) continue;
        const { name, host, servicePort, remarks } = content;
        const id = newId();
        profiles.set(id, newProfile(id, { name, host, servicePort, mode: MODES[0].defaults }));
        imported.push({ file, id, name, remarks });
      }
      pushProfiles();
      return { imported, failed: [] };
    },
    'import.discard': () => null,
    'export.settings': () => ({ file: 'knocksettings.txt' }),
    'export.bundle': () => ({ file: 'profiles.sesamy' }),
    'recipe.get': ({ profileId }) => recipes(profileId),
    'recipe.save': ({ profileId, index }) => ({ file: recipes(profileId)[index]?.fileName ?? null }),
    'run.start': ({ profileId, purpose }) => {
      const run: RunState = {
        runId: `run-${asked.length}`,
        profileId,
        purpose,
        events: [],
        done: false,
        retryNotBeforeMs: 0,
      };
      setRun(headOf(run));
      options.onRun?.(main, run);
      return null;
    },
    'run.cancel': ({ profileId }) => {
      const run = state.runs[profileId];
      const error = errorInfo('cancelled', 'The run was cancelled.');
      const atMs = Math.max(
        0,
        ...(run?.events ?? []).map((event) => (event.type === 'packet-sent' ? event.actualMs : 0)),
      );
      if (run !== undefined && !run.done) {
        play(profileId, { type: 'failed', atMs, error, retryAfterMs: 0 });
        changeRun(profileId, { done: true });
      }
      return null;
    },
    'practice.start': ({ mode }) => {
      const servicePort = 40_022;
      profiles.set(PRACTICE_ID, newProfile(PRACTICE_ID, { name: 'practice', host: '127.0.0.1', mode, servicePort }));
      pushProfiles();
      const value = {
        host: '127.0.0.1',
        servicePort,
        profileId: PRACTICE_ID,
        counted: 0,
        sessions: 0,
        sessionsEver: 0,
      };
      push({ kind: 'slice', slice: 'practice', value: { status: 'running', ...value } });
      return { profileId: PRACTICE_ID };
    },
    'practice.stop': () => {
      push({ kind: 'slice', slice: 'practice', value: { status: 'stopped' } });
      return null;
    },
    'interfaces.list': () => options.interfaces ?? [],
    'transports.list': () => options.transports ?? SOCKETS_ONLY,
    'settings.save': (settings) => {
      push({ kind: 'slice', slice: 'settings', value: settings });
      return null;
    },
  };

  function answer<Name extends RequestName>(name: Name, argument: RequestArgument<Name>): Reply<Name> {
    asked.push({ name, argument });
    try {
      REQUESTS[name].parse(argument);
      return { ok: true, value: handlers[name](argument) };
    } catch (thrown) {
      return { ok: false, error: toErrorInfo(thrown) };
    }
  }

  const main: FakeMain = {
    asked,
    push,
    changeRun,
    play,
    bridge: {
      request: async (name, argument) => {
        if (name === 'vault.unlock' || name === 'vault.create')
          await new Promise((resolve) => setTimeout(resolve, options.unlockMs ?? 0));
        return answer(name, argument);
      },
      onState: (listener) => {
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
        };
      },
    },
  };
  return main;
}

/** The events of a run that goes well, in order, for a plan's whole length. */
export function eventsOf(profile: Profile, unixMs: number, address = '203.0.113.10'): readonly KnockEvent[] {
  const plan = planKnock(profile.mode, { servicePort: profile.servicePort });
  const answered = plan.connect.atMs + 14;
  return [
    { type: 'resolved', host: profile.host, address, family: 4, tookMs: 12 },
    { type: 'armed', plan, transport: 'sockets', reason: 'A plain SYN is enough, so no privilege is needed.', unixMs },
    ...plan.packets.map((packet): KnockEvent => {
      const { index, protocol, port, atMs: plannedMs } = packet;
      const actualMs = plannedMs + 0.1 + (index % 3) * 0.1;
      return {
        type: 'packet-sent',
        index,
        phase: 'knock',
        plannedMs,
        actualMs,
        protocol,
        address,
        port,
        sourcePort: 49_152 + index,
      };
    }),
    {
      type: 'connecting',
      plannedMs: plan.connect.atMs,
      actualMs: plan.connect.atMs + 0.2,
      address,
      port: plan.connect.port,
      attempt: 1,
    },
    { type: 'open', atMs: answered, answeredInMs: 14 },
    { type: 'launched', program: 'xterm' },
    { type: 'closed', atMs: answered + 61_000, bytesIn: 18_233, bytesOut: 2410 },
  ];
}
