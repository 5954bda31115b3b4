/**
 * Power cuts. A killed process tests no fsync, since the system keeps what was written; so this models a disk that
 * keeps only what it was told to sync, and of everything else any part: names in any combination, contents whole, half
 * or not at all.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { restoreBackupWith } from './backup';
import { REAL_FILES } from './file-system';
import type { FileSystem } from './file-system';
import { createVaultWith, openVaultWith } from './open';
import { CHEAP_OPTIONS, fakeKeyring, keyFile, numberedProfile, profileWithKey, temporaryVault } from './testing';

interface Content {
  written: Buffer;
  synced: Buffer | null;
}
type Names = ReadonlyMap<string, Content>;
type NameChange = (names: Map<string, Content>) => void;

/** What may stand under two names after a power cut: each pair once, as base64 or `absent`. */
type Outcomes = Set<string>;

class Disk {
  readonly #syncs: boolean;
  /** What the disk surely has, and what it may have besides. */
  #durable: Names = new Map();
  #pending: NameChange[] = [];
  #now = new Map<string, Content>();
  /** Whether the work under test has ended: what it said is saved has to be there. */
  readonly outcomes: { during: Outcomes; after: Outcomes } = { during: new Set(), after: new Set() };

  constructor(
    private readonly file: string,
    private readonly backup: string,
    options: { readonly syncs: boolean },
  ) {
    this.#syncs = options.syncs;
    for (const name of [file, backup]) {
      const bytes = contentOf(name);
      if (bytes !== null) this.#now.set(name, { written: bytes, synced: bytes });
    }
    this.#durable = new Map(this.#now);
  }

  /** Does everything on the real disk too, and cuts the power in thought before each step. */
  readonly files: FileSystem = {
    create: async (name) => {
      const real = await REAL_FILES.create(name);
      const content: Content = { written: Buffer.alloc(0), synced: null };
      this.#change((names) => names.set(name, content));
      return {
        write: async (data) => {
          this.cut('during');
          content.written = Buffer.concat([content.written, data]);
          await real.write(data);
        },
        sync: async () => {
          this.cut('during');
          if (this.#syncs) content.synced = content.written;
          await real.sync();
        },
        close: () => real.close(),
      };
    },
    link: async (file, name) => {
      await REAL_FILES.link(file, name);
      const content = this.#now.get(file);
      if (content !== undefined) this.#change((names) => names.set(name, content));
    },
    rename: async (from, to) => {
      await REAL_FILES.rename(from, to);
      const content = this.#now.get(from);
      if (content === undefined) throw new Error(`${from} is unknown`);
      this.#change((names) => {
        names.delete(from);
        names.set(to, content);
      });
    },
    remove: async (name) => {
      await REAL_FILES.remove(name);
      this.#change((names) => names.delete(name));
    },
    syncFolder: async (folder) => {
      this.cut('during');
      if (this.#syncs) {
        this.#durable = new Map(this.#now);
        this.#pending = [];
      }
      await REAL_FILES.syncFolder(folder);
    },
  };

  #change(change: NameChange): void {
    this.cut('during');
    change(this.#now);
    this.#pending.push(change);
    this.cut('during');
  }

  /** Notes everything that a power cut at this moment could leave. */
  cut(when: 'during' | 'after'): void {
    for (let chosen = 0; chosen < 2 ** this.#pending.length; chosen++) {
      const names = new Map(this.#durable);
      for (const [index, change] of this.#pending.entries()) if ((chosen >> index) % 2 === 1) change(names);
      for (const file of leftOf(names.get(this.file)))
        for (const backup of leftOf(names.get(this.backup))) this.outcomes[when].add(`${file} ${backup}`);
    }
  }
}

function leftOf(content: Content | undefined): readonly string[] {
  if (content === undefined) return ['absent'];
  if (content.synced !== null) return [content.synced.toString('base64')];
  const { written } = content;
  return [written, written.subarray(0, Math.floor(written.length / 2)), Buffer.alloc(0)].map((bytes) =>
    bytes.length === 0 ? 'empty' : bytes.toString('base64'),
  );
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

let place: ReturnType<typeof temporaryVault>;
beforeEach(() => {
  place = temporaryVault();
});
afterEach(() => place.dispose());

const KEYRING = fakeKeyring();
const said = (...bytes: readonly (Buffer | null)[]) =>
  bytes.map((each) => each?.toString('base64') ?? 'absent').join(' ');

async function prepared() {
  const { location } = place;
  const vault = await createVaultWith(CHEAP_OPTIONS, location, 'open sesamy', KEYRING);
  const key = keyFile(1, 1000);
  const profile = profileWithKey(1, key);
  await vault.change([
    { kind: 'attach', bytes: key },
    { kind: 'save', profile, base: null },
    { kind: 'state', id: profile.id, used: 1, base: 0 },
  ]);
  const old = readFileSync(location.file);
  const older = readFileSync(location.backup);
  return { location, old, older };
}

async function changeOn(disk: Disk): Promise<Buffer> {
  const vault = await openVaultWith({ ...CHEAP_OPTIONS, files: disk.files }, place.location, {
    kind: 'device',
    keyring: KEYRING,
  });
  await vault.change([{ kind: 'save', profile: numberedProfile(2), base: null }]);
  disk.cut('after');
  return readFileSync(place.location.file);
}

it('a power cut at any step of a save leaves the old version or the new one, and a whole backup', async () => {
  const { location, old, older } = await prepared();
  const disk = new Disk(location.file, location.backup, { syncs: true });
  const fresh = await changeOn(disk);
  expect([...disk.outcomes.during].sort()).toEqual(
    [said(old, older), said(old, old), said(fresh, older), said(fresh, old)].sort(),
  );
  expect([...disk.outcomes.after]).toEqual([said(fresh, old)]);
});

it('that is what the syncing is for: without it, the model loses the vault', async () => {
  const { location } = await prepared();
  const disk = new Disk(location.file, location.backup, { syncs: false });
  await changeOn(disk);
  expect([...disk.outcomes.after].some((outcome) => outcome.startsWith('empty '))).toBe(true);
});

it('a power cut while the first version is saved leaves none or a whole one', async () => {
  const { location } = place;
  mkdirSync(location.folder);
  const disk = new Disk(location.file, location.backup, { syncs: true });
  await createVaultWith({ ...CHEAP_OPTIONS, files: disk.files }, location, 'open sesamy');
  disk.cut('after');
  const fresh = readFileSync(location.file);
  expect([...disk.outcomes.during].sort()).toEqual([said(null, null), said(fresh, null)].sort());
  expect([...disk.outcomes.after]).toEqual([said(fresh, null)]);
});

it('a power cut while the backup is put in place leaves the backup whole', async () => {
  const { location, older } = await prepared();
  const damaged = Buffer.from('damaged');
  writeFileSync(location.file, damaged);
  const disk = new Disk(location.file, location.backup, { syncs: true });
  await restoreBackupWith(disk.files, location);
  disk.cut('after');
  expect([...disk.outcomes.during].sort()).toEqual([said(damaged, older), said(older, older)].sort());
  expect([...disk.outcomes.after]).toEqual([said(older, older)]);
});
