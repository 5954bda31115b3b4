/**
 * The IPC contract: the one description of what window and main process may say to each other. Main's dispatcher, the
 * preload bridge, the renderer's client and the test doubles are all derived from `REQUESTS` and `AppState`.
 *
 * Requests go from the renderer to main and are checked there against their schema. State goes from main to the
 * renderer, one slice at a time, and is trusted, because main made it.
 */
import * as z from 'zod';
import type { ErrorInfo } from '../domain/errors';
import { modeSchema } from '../domain/modes/registry';
import type { ModeKind } from '../domain/modes/registry';
import type { KnockEvent } from '../domain/plan/knock-event';
import { profileSchema } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';

/** A network interface as the Info panel lists it. */
export interface InterfaceInfo {
  /** Position in the list, from 0: what knocksettings.txt calls the interface index. */
  readonly index: number;
  readonly name: string;
  readonly mac: string | null;
  readonly addresses: readonly string[];
  readonly loopback: boolean;
}

/** What the list on the left may know of a profile: nothing secret. */
export interface ProfileSummary {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly servicePort: number;
  readonly modeKind: ModeKind;
  /** For example "count-window, 4 bursts". */
  readonly outline: string;
  readonly tags: readonly string[];
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

export interface Settings {
  /** One of the names in `AppInfo.terminals`, or null for the first that is found. */
  readonly terminal: string | null;
}

export interface AppInfo {
  readonly version: string;
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** Terminal programs found on this computer, in the order of preference. */
  readonly terminals: readonly string[];
}

/** Everything that the renderer mirrors. Each slice is replaced whole. */
export interface AppState {
  readonly info: AppInfo;
  readonly profiles: readonly ProfileSummary[];
  /** By profile id. */
  readonly runs: Readonly<Record<string, RunState>>;
  readonly practice: PracticeState;
  readonly settings: Settings;
}

/** What became of files that were given for import: profiles that were made, and what was wrong with the others. */
export interface ImportOutcome {
  readonly imported: readonly {
    readonly file: string;
    readonly id: string;
    readonly name: string;
    readonly remarks: readonly string[];
  }[];
  readonly failed: readonly { readonly file: string; readonly error: ErrorInfo }[];
}

const id = z.string().min(1).max(64);
const nothing = z.strictObject({});

/** Every request, with the schema of its one argument. The type of its answer stands in {@link Answers}. */
export const REQUESTS = {
  /** The whole state at start; later changes come as slices. */
  'state.get': nothing,
  /** A whole profile, for the editor and for drawing its plan. */
  'profile.get': z.strictObject({ id }),
  /** Makes or replaces the profile with this id. */
  'profile.save': z.strictObject({ profile: profileSchema }),
  'profile.remove': z.strictObject({ id }),
  /** Opens the system's file dialog and imports what is chosen. */
  'import.choose': nothing,
  /** Imports dropped files. Text only; a file too large to be settings is refused with a clear error. */
  'import.texts': z.strictObject({
    files: z
      .array(z.strictObject({ name: z.string().max(255), text: z.string().max(4_000_000) }))
      .min(1)
      .max(100),
  }),
  /** Knocks; with `session`, by way of a terminal with ssh on it. Answers when the run has begun. */
  'run.start': z.strictObject({ profileId: id, purpose: z.enum(['session', 'knock']) }),
  'run.cancel': z.strictObject({ profileId: id }),
  /** Opens the practice door for this secret and puts a profile for it into the list. Answers with the profile's id. */
  'practice.start': z.strictObject({ mode: modeSchema }),
  'practice.stop': nothing,
  'interfaces.list': nothing,
  'settings.save': z.strictObject({ terminal: z.string().max(64).nullable() }),
} as const satisfies Record<string, z.ZodType>;

export type RequestName = keyof typeof REQUESTS;
export type RequestArgument<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]>;

/** The answer to each request. */
export interface Answers {
  'state.get': AppState;
  'profile.get': Profile;
  'profile.save': null;
  'profile.remove': null;
  /** Null when the person closed the dialog. */
  'import.choose': ImportOutcome | null;
  'import.texts': ImportOutcome;
  'run.start': null;
  'run.cancel': null;
  'practice.start': { readonly profileId: string };
  'practice.stop': null;
  'interfaces.list': readonly InterfaceInfo[];
  'settings.save': null;
}

/** What comes back over IPC: errors are data, so that their cause and steps survive the crossing. */
export type Reply<Name extends RequestName> =
  { readonly ok: true; readonly value: Answers[Name] } | { readonly ok: false; readonly error: ErrorInfo };

/** One slice of the state, as main pushes it. */
export type StateChange = {
  [Slice in keyof AppState]: { readonly slice: Slice; readonly value: AppState[Slice] };
}[keyof AppState];

/** The one object that the preload script gives to the page, as `window.sesamy`. */
export interface Bridge {
  request<Name extends RequestName>(name: Name, argument: RequestArgument<Name>): Promise<Reply<Name>>;
  /** Calls back for every change of state; returns the way to stop. */
  onState(listener: (change: StateChange) => void): () => void;
}

/** Names of the two IPC channels. */
export const REQUEST_CHANNEL = 'sesamy:request';
export const STATE_CHANNEL = 'sesamy:state';
