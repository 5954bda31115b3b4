/**
 * A process that saves until it is killed, and what looks at the vault afterwards. scripts/test-faults-run.mjs bundles
 * this for plain Node. Not part of the product.
 *
 * Each change writes one number into two profiles, a state and an attachment at once, so that a half-made change shows.
 */
import { readdirSync } from 'node:fs';
import { attachmentDigest } from '../attachments';
import { restoreBackupWith } from '../backup';
import { REAL_FILES } from '../file-system';
import type { FileSystem } from '../file-system';
import { vaultLocation } from '../location';
import { createVaultWith, openVaultWith, vaultStatus } from '../open';
import { CHEAP_OPTIONS, fakeKeyring, keyFile, numberedProfile, profileWithKey } from '../testing';
import type { OpenVault, ProfileEdit } from '../vault';
import { steppingFiles } from './stepping';

const FILLING = 40;
const PAIR = [1, 2] as const;

const locationIn = (home: string) => vaultLocation({ env: { SESAMY_HOME: home }, platform: process.platform, home });

const open = (home: string, files: FileSystem = REAL_FILES): Promise<OpenVault> =>
  openVaultWith({ ...CHEAP_OPTIONS, files }, locationIn(home), { kind: 'device', keyring: fakeKeyring() });

/** The state's own key file is attached anew each time; nobody refers to the last one's any more. */
const pairEdits = (state: number): ProfileEdit[] => [
  { kind: 'attach', bytes: keyFile(state) },
  ...PAIR.map((number): ProfileEdit => {
    const profile = profileWithKey(number, keyFile(state), { servicePort: state });
    return { kind: 'save', profile, base: 'any' };
  }),
  { kind: 'state', id: numberedProfile(PAIR[0]).id, used: state, base: 'any' },
];

/** Makes a vault with some profiles. Its state is 1, its backup's is that of an empty vault. */
export async function prepare(home: string): Promise<void> {
  const vault = await create(home, REAL_FILES);
  const filling = Array.from({ length: FILLING }, (_, index) => numberedProfile(index + 10));
  await vault.change([
    ...pairEdits(1),
    ...filling.map((profile): ProfileEdit => ({ kind: 'save', profile, base: null })),
  ]);
  vault.close();
}

/** Saves one state after another, telling each one before and after. Ends only when it is killed. */
export async function saveForever(
  home: string,
  tell: (event: 'saving' | 'saved', state: number) => void,
): Promise<never> {
  const vault = await open(home);
  for (;;) {
    const state = stateOf(vault) + 1;
    tell('saving', state);
    await vault.change(pairEdits(state));
    tell('saved', state);
  }
}

/** Adds this many profiles of its own, one change each, for the test of two writers. */
export async function addProfiles(home: string, first: number, count: number): Promise<void> {
  const vault = await open(home);
  for (let number = first; number < first + count; number++)
    await vault.change([{ kind: 'save', profile: numberedProfile(number), base: null }]);
}

export type Deed = 'create' | 'change' | 'restore';

/** Does one thing and stops this process dead before a step of it. Returns when there are no more steps than that. */
export async function dieAtStep(home: string, deed: Deed, step: number): Promise<void> {
  const files = steppingFiles(async (_what, number) => {
    if (number !== step) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  });
  if (deed === 'create') await create(home, files);
  else if (deed === 'restore') await restoreBackupWith(files, locationIn(home));
  else await (await open(home, files)).change(pairEdits(2));
}

/** What a person finds afterwards: null for no vault, else the state that everything holds and how many profiles there are. */
export async function inspect(home: string): Promise<{ readonly state: number; readonly profiles: number } | null> {
  if ((await vaultStatus(locationIn(home))).status === 'absent') return null;
  const vault = await open(home);
  return { state: stateOf(vault), profiles: vault.profiles.size };
}

/**
 * Goes on working: one more change, as the next process would make it.
 * @returns the names of the files in the folder, which are then the vault and its backup alone
 */
export async function goOn(home: string): Promise<readonly string[]> {
  const vault = (await inspect(home)) === null ? await create(home, REAL_FILES) : await open(home);
  await vault.change(pairEdits(Math.max(1, stateOf(vault) + 1)));
  return readdirSync(locationIn(home).folder).sort();
}

function create(home: string, files: FileSystem): Promise<OpenVault> {
  return createVaultWith({ ...CHEAP_OPTIONS, files }, locationIn(home), 'open sesamy', fakeKeyring());
}

/** 0 for an empty vault. Throws when its parts differ: half a change was saved. */
function stateOf(vault: OpenVault): number {
  const state = vault.states.get(numberedProfile(PAIR[0]).id)?.used ?? 0;
  const states = PAIR.map((number) => vault.profiles.get(numberedProfile(number).id)?.servicePort ?? 0);
  if (states.some((each) => each !== state)) throw new Error(`half a change was saved: ${state}, ${states.join()}`);
  const key = keyFile(state);
  const found = vault.attachment(attachmentDigest(key));
  if (state !== 0 && (found === null || !key.equals(found))) throw new Error(`the key file of ${state} is not there`);
  return state;
}
