/**
 * The IPC contract: the one description of what window and main process may say to each other. Main's dispatcher, the
 * preload bridge, the renderer's client and the test doubles are all derived from `REQUESTS` and `AppState`.
 *
 * Requests go from the renderer to main and are checked there against their schema. State goes from main to the
 * renderer, change by change, and is trusted, because main made it.
 */
import * as z from 'zod';
import type { Sentence } from '../text/text';
import type { ErrorInfo } from '../domain/errors';
import type { KeySlot } from '../domain/key-slot';
import { modeSchema } from '../domain/modes/registry';
import type { Recipe } from '../domain/modes/recipe';
import type { ModeKind } from '../domain/modes/registry';
import type { NetworkInterface } from '../domain/network-interface';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { TransportState } from '../domain/plan/transport';
import { profileSchema } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';

/** What the list on the left may know of a profile: nothing secret. */
export interface ProfileSummary {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly servicePort: number;
  readonly modeKind: ModeKind;
  /** For example "count-window, 4 bursts". */
  readonly outline: Sentence;
  readonly tags: readonly string[];
  /** How many of its one-time secrets are used up; 0 also where it has none. */
  readonly used: number;
}

/** The latest run of one profile. It ends with an event `closed`, `sent`, `open` (when `done`) or `failed`. */
export interface RunState {
  readonly runId: string;
  readonly profileId: string;
  /** `session`: a terminal with ssh uses the door. `knock`: only the knock was asked for. */
  readonly purpose: 'session' | 'knock';
  readonly events: readonly KnockEvent[];
  /** No further event will come. */
  readonly done: boolean;
  /** Wall-clock time, in milliseconds since 1970, before which another try would only spoil itself; 0: none. */
  readonly retryNotBeforeMs: number;
}

/** A run without its events, which cross by themselves. */
export type RunHead = Omit<RunState, 'events'>;

/** The practice door: an SSH server in the app, on loopback. */
export type PracticeState =
  | { readonly status: 'stopped' }
  | {
      readonly status: 'running';
      readonly host: string;
      readonly servicePort: number;
      /** Profile in the list that knocks on it, null when it was removed. */
      readonly profileId: string | null;
      /** Knocks that the door has counted so far and still remembers. */
      readonly counted: number;
      /** Sessions that are on it now, and all there were. */
      readonly sessions: number;
      readonly sessionsEver: number;
    };

export const settingsSchema = z.strictObject({
  /** One of the names in `AppInfo.terminals`, or null for the first that is found. */
  terminal: z.string().max(64).nullable(),
  /** Lock after this many minutes without a key or a mouse move; null: never. */
  lockAfterMinutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .nullable(),
  lockOnSleep: z.boolean(),
  lockOnScreenLock: z.boolean(),
});

/** None of these is secret; they are kept in a file of their own. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Whether this device's keyring can hold a key, and the reason for a person when it cannot. */
export type DeviceKeyState =
  { readonly usable: true; readonly backend: string } | { readonly usable: false; readonly reason: string };

/** The encrypted profile store. Profiles, runs and what is learnt from them are empty unless it is `open`. */
export type VaultState =
  /** First run: there is no vault yet. */
  | { readonly status: 'absent'; readonly device: DeviceKeyState }
  | {
      readonly status: 'locked';
      /** The device key is among the slots and its keyring is the one that sealed it. */
      readonly deviceUnlock: boolean;
      /** Something to tell above the field, for example that the keyring has changed. */
      readonly notice: ErrorInfo | null;
    }
  | { readonly status: 'open'; readonly slots: readonly KeySlot[]; readonly device: DeviceKeyState }
  | {
      readonly status: 'damaged';
      readonly error: ErrorInfo;
      /** When the backup was saved, in milliseconds since 1970; null: there is no backup that could be used. */
      readonly backupUnixMs: number | null;
    };

/** Something that the command line did through the app while it was unlocked. */
export interface AgentUse {
  readonly unixMs: number;
  readonly profileName: string;
  readonly verb: 'knock' | 'proxy';
}

export interface AppInfo {
  readonly version: string;
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** Terminal programs found on this computer, in the order of preference. */
  readonly terminals: readonly string[];
}

/** Everything that the renderer mirrors. Slices are replaced whole, and runs grow: see {@link StateChange}. */
export interface AppState {
  readonly info: AppInfo;
  readonly profiles: readonly ProfileSummary[];
  /** By profile id. */
  readonly runs: Readonly<Record<string, RunState>>;
  readonly practice: PracticeState;
  readonly settings: Settings;
  readonly vault: VaultState;
  /** The latest last, one hundred at most. */
  readonly agentUses: readonly AgentUse[];
}

/** One file, or one profile in a bundle, before anything is imported. */
export interface ImportItem {
  /** Position in the preview, from 0. */
  readonly index: number;
  readonly file: string;
  readonly content:
    | {
        readonly kind: 'profile';
        readonly name: string;
        readonly host: string;
        readonly servicePort: number;
        readonly outline: Sentence;
        /** What the file left open, and what is worth a look before trusting it. */
        readonly remarks: readonly Sentence[];
      }
    /** An encrypted bundle that wants its own passphrase first (`import.openBundle`). */
    | { readonly kind: 'sealed-bundle' }
    | { readonly kind: 'unusable'; readonly error: ErrorInfo };
}

/** What would be imported. Nothing is, until `import.confirm`. */
export interface ImportPreview {
  readonly previewId: string;
  readonly items: readonly ImportItem[];
}

/** What became of a confirmed import. */
export interface ImportOutcome {
  readonly imported: readonly {
    readonly file: string;
    readonly id: string;
    readonly name: string;
    readonly remarks: readonly Sentence[];
  }[];
  readonly failed: readonly { readonly file: string; readonly error: ErrorInfo }[];
}

const id = z.string().min(1).max(64);
const nothing = z.strictObject({});
/** Longer ones gain nothing and cost time. */
const passphrase = z.string().min(1).max(1024);

/** Every request, with the schema of its one argument. The type of its answer stands in {@link Answers}. */
export const REQUESTS = {
  /** The whole state at start, runs with all their events; what comes later are changes. */
  'state.get': nothing,
  /** A whole profile, for the editor and for drawing its plan. */
  'profile.get': z.strictObject({ id }),
  /** Makes the vault at first run. With `device`, this device's keyring gets a key too. */
  'vault.create': z.strictObject({ passphrase, device: z.boolean() }),
  'vault.unlock': z.strictObject({ passphrase }),
  'vault.unlockWithDevice': nothing,
  'vault.lock': nothing,
  /** Looks at the file again, after somebody has mended what kept it shut. */
  'vault.look': nothing,
  /** Puts the backup in the damaged file's place; the damaged file is kept under another name. */
  'vault.restoreBackup': nothing,
  'vault.addPassphrase': z.strictObject({ passphrase }),
  'vault.addDevice': nothing,
  /** `present` is what opens the slot now; when it is something else, the answer is an error `wrong-passphrase`. */
  'vault.changePassphrase': z.strictObject({ slotId: id, present: passphrase, passphrase }),
  'vault.removeSlot': z.strictObject({ slotId: id }),
  /**
   * Makes or replaces the profile with this id. `base` is the profile as the editor loaded it, null for a new one; the
   * answer is an error `profile-changed` when another program changed it meanwhile.
   */
  'profile.save': z.strictObject({ profile: profileSchema, base: profileSchema.nullable() }),
  /** Answers with the id of the copy. */
  'profile.duplicate': z.strictObject({ id }),
  'profile.remove': z.strictObject({ id }),
  /** Sets by hand how many of a profile's one-time secrets are used up. */
  'profile.setUsed': z.strictObject({ id, used: z.int().min(0).max(1_000_000) }),
  /** Puts back what `profile.remove` took away, as long as the vault is not locked in between. */
  'profile.undoRemove': z.strictObject({ id }),
  /** Opens the system's file dialog and reads what is chosen. */
  'import.choose': nothing,
  /** Reads dropped files. Text only; a file too large to be settings is refused with a clear error. */
  'import.texts': z.strictObject({
    files: z
      .array(z.strictObject({ name: z.string().max(255), text: z.string().max(64_000_000) }))
      .min(1)
      .max(1000),
  }),
  /** Opens a sealed bundle of a preview; answers with the preview in which its profiles have taken its place. */
  'import.openBundle': z.strictObject({ previewId: id, index: z.int().min(0), passphrase }),
  /** Imports the chosen items of a preview. */
  'import.confirm': z.strictObject({ previewId: id, indexes: z.array(z.int().min(0)).max(100_000) }),
  'import.discard': z.strictObject({ previewId: id }),
  /** Opens the save dialog and writes a knocksettings.txt, in the clear. The page has warned of that. */
  'export.settings': z.strictObject({ id }),
  /** Opens the save dialog and writes an encrypted bundle of these profiles under a passphrase of its own. */
  'export.bundle': z.strictObject({ ids: z.array(id).min(1).max(100_000), passphrase }),
  /** What the profile's server needs, as text: main looks up the host for it. An error where there is no such text. */
  'recipe.get': z.strictObject({ profileId: id }),
  /** Opens the save dialog and writes one of them, for this user alone. */
  'recipe.save': z.strictObject({ profileId: id, index: z.int().min(0).max(1000) }),
  /** Knocks; with `session`, by way of a terminal with ssh on it. Answers when the run has begun. */
  'run.start': z.strictObject({ profileId: id, purpose: z.enum(['session', 'knock']) }),
  'run.cancel': z.strictObject({ profileId: id }),
  /** Opens the practice door for this secret and puts a profile for it into the list. Answers with the profile's id. */
  'practice.start': z.strictObject({ mode: modeSchema }),
  'practice.stop': nothing,
  'interfaces.list': nothing,
  /** Finds out which transports work on this computer now. */
  'transports.list': nothing,
  'settings.save': settingsSchema,
} as const satisfies Record<string, z.ZodType>;

export type RequestName = keyof typeof REQUESTS;
export type RequestArgument<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]>;

/** The answer to each request. */
export interface Answers {
  'state.get': AppState;
  'profile.get': Profile;
  'vault.create': null;
  'vault.unlock': null;
  'vault.unlockWithDevice': null;
  'vault.lock': null;
  'vault.look': null;
  'vault.restoreBackup': null;
  'vault.addPassphrase': null;
  'vault.addDevice': null;
  'vault.changePassphrase': null;
  'vault.removeSlot': null;
  'profile.save': null;
  'profile.duplicate': { readonly id: string };
  'profile.remove': null;
  'profile.setUsed': null;
  'profile.undoRemove': null;
  /** Null when the person closed the dialog. */
  'import.choose': ImportPreview | null;
  'import.texts': ImportPreview;
  'import.openBundle': ImportPreview;
  'import.confirm': ImportOutcome;
  'import.discard': null;
  /** The file's name, null when the person closed the dialog. */
  'export.settings': { readonly file: string | null };
  'export.bundle': { readonly file: string | null };
  'recipe.get': readonly Recipe[];
  'recipe.save': { readonly file: string | null };
  'run.start': null;
  'run.cancel': null;
  'practice.start': { readonly profileId: string };
  'practice.stop': null;
  'interfaces.list': readonly NetworkInterface[];
  'transports.list': readonly TransportState[];
  'settings.save': null;
}

/** What comes back over IPC: errors are data, so that their cause and steps survive the crossing. */
export type Reply<Name extends RequestName> =
  { readonly ok: true; readonly value: Answers[Name] } | { readonly ok: false; readonly error: ErrorInfo };

/** A slice of the state that is replaced whole. */
export type SliceChange = {
  [Slice in keyof AppState]: { readonly kind: 'slice'; readonly slice: Slice; readonly value: AppState[Slice] };
}[keyof AppState];

/** The next events of a run. A run of many packets would cost a megabyte if it crossed whole with each of them. */
export interface RunEventsChange {
  readonly kind: 'run-events';
  readonly profileId: string;
  readonly runId: string;
  /** How many events of the run came before these: whoever has some of these already takes only the others. */
  readonly from: number;
  readonly events: readonly KnockEvent[];
}

/**
 * One change of the state, as main tells it; `state-change.ts` applies it. They come in order and without gaps. `run` begins
 * a run, which takes the place of the profile's latest, or changes the head of that one: its events come before it is done.
 */
export type StateChange = SliceChange | { readonly kind: 'run'; readonly run: RunHead } | RunEventsChange;

/** The one object that the preload script gives to the page, as `window.sesamy`. */
export interface Bridge {
  request<Name extends RequestName>(name: Name, argument: RequestArgument<Name>): Promise<Reply<Name>>;
  /** Calls back for every change of state; returns the way to stop. */
  onState(listener: (change: StateChange) => void): () => void;
}

/** Names of the two IPC channels. */
export const REQUEST_CHANNEL = 'sesamy:request';
export const STATE_CHANNEL = 'sesamy:state';
