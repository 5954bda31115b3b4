/** A vault with its key in memory: every change goes lock, newest file, edits, save, and only then shows here. */
import { isDeepStrictEqual } from 'node:util';
import { SesamyError } from '../domain/errors';
import type { KeySlot } from '../domain/key-slot';
import type { Profile } from '../domain/profile/profile';
import type { ProfileState } from '../domain/profile/state';
import { AttachmentMemory } from './attachments';
import type { Attachments, AttachmentsOf } from './attachments';
import { MAX_SLOTS, openContainer, sealContainer } from './container';
import type { Container, PassphraseSlot, ScryptCost, Slot } from './container';
import { decodeContent, encodeContent } from './content';
import type { Content } from './content';
import { applyEdits } from './edits';
import type { FileSystem } from './file-system';
import { takeLock } from './lock';
import type { Lock } from './lock';
import { notReadable, vaultProblem } from './problems';
import { ensurePrivate } from './private';
import { readChecksum, readContainer } from './read';
import { LostLock, replaceVault, stampOf, sweep } from './save';
import type { FileStamp } from './save';
import { checkPassphrase, deviceSlot, passphraseSlot, keySlot } from './slots';
import type { OpenVault, ProfileEdits, VaultLocation } from './vault';

/** What the tests may replace: nothing of it is in the product's hands. */
export interface VaultOptions {
  readonly files: FileSystem;
  /** Of new passphrase slots. */
  readonly cost: ScryptCost;
  /** Asked of every profile at each save: it must be cheap. */
  readonly attachmentsOf: AttachmentsOf;
}

/** One version of the file, decrypted. */
interface Version extends Content {
  readonly checksum: string;
  readonly slots: readonly Slot[];
}

/** A version as an open vault keeps it: its attachments are in the {@link AttachmentMemory}. */
type KeptVersion = Omit<Version, 'attachments'>;

/** What a change makes of the newest version; a part that is left out stays. */
interface Changed {
  readonly slots?: readonly Slot[];
  readonly profiles?: ReadonlyMap<string, Profile>;
  readonly states?: ReadonlyMap<string, ProfileState>;
  /** To be remembered, and to be written where a profile refers to it. */
  readonly attached?: Attachments;
  /** False: the file stays as it is. */
  readonly save: boolean;
}

const NOTHING: Attachments = new Map();

/** Being taken for dead is rare; more than a few times in one change means that something else is wrong. */
const MAX_LOST_LOCKS = 5;

/**
 * Decrypts a version.
 * @returns null when the key does not fit
 * @throws SesamyError `vault-damaged`, `vault-version`
 */
export function decryptVersion(file: string, container: Container, dataKey: Buffer): Version | null {
  const plaintext = openContainer(container, dataKey);
  if (plaintext === null) return null;
  try {
    const content = decodeContent(plaintext, container.version, 'ours');
    return { ...content, checksum: container.checksum, slots: container.header.slots };
  } catch (thrown) {
    throw vaultProblem(file, thrown);
  } finally {
    plaintext.fill(0);
  }
}

/**
 * Takes the lock, does the work, and starts again when the lock was lost before the commit.
 * @throws SesamyError `vault-busy`, `vault-not-writable`, `vault-unsafe`, and what the work throws
 */
export async function underLock<T>(
  files: FileSystem,
  location: VaultLocation,
  work: (lock: Lock, seen: FileStamp) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await ensurePrivate(location);
    const lock = await takeLock(files, location);
    try {
      await sweep(files, location);
      // Taken before the reading: when the file changes in between, the commit notices.
      return await work(lock, await stampOf(location.file));
    } catch (thrown) {
      if (!(thrown instanceof LostLock)) throw notReadable(location.folder, thrown);
      if (attempt === MAX_LOST_LOCKS)
        throw new SesamyError(
          'vault-busy',
          `${location.file} keeps being changed by another program: ${thrown.message}.`,
        );
    } finally {
      await lock.release();
    }
  }
}

/** Encrypts and saves one version. The lock is held. Errors as {@link replaceVault}. */
export async function saveVersion(
  files: FileSystem,
  location: VaultLocation,
  dataKey: Buffer,
  next: Omit<Version, 'checksum'>,
  seen: FileStamp,
  lock: Lock,
): Promise<Version> {
  const plaintext = encodeContent(next);
  let sealed: ReturnType<typeof sealContainer>;
  try {
    sealed = sealContainer('vault', dataKey, { slots: next.slots, savedUnixMs: Date.now(), plaintext });
  } finally {
    plaintext.fill(0);
  }
  await replaceVault(files, location, sealed.bytes, seen, lock);
  return { ...next, checksum: sealed.checksum };
}

/** The {@link OpenVault}. It owns the data key from here on. */
export class UnlockedVault implements OpenVault {
  readonly location: VaultLocation;
  readonly #options: VaultOptions;
  /** Null once closed. */
  #open: { readonly dataKey: Buffer; version: KeptVersion } | null;
  readonly #attachments: AttachmentMemory;
  /** The end of the queue: what one caller reads must not overwrite what another has just saved. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(location: VaultLocation, dataKey: Buffer, version: Version, options: VaultOptions) {
    this.location = location;
    this.#options = options;
    this.#open = { dataKey, version };
    this.#attachments = new AttachmentMemory(options.attachmentsOf);
    this.#keep(version);
  }

  get profiles(): ReadonlyMap<string, Profile> {
    return this.#open?.version.profiles ?? new Map();
  }

  get states(): ReadonlyMap<string, ProfileState> {
    return this.#open?.version.states ?? new Map();
  }

  get slots(): readonly KeySlot[] {
    return this.#open?.version.slots.map(keySlot) ?? [];
  }

  attachment(digest: string): Uint8Array | null {
    const bytes = this.#attachments.get(digest);
    // A Uint8Array of its own memory: a small Buffer would share some with others.
    return bytes === undefined ? null : new Uint8Array(bytes);
  }

  refresh(): Promise<boolean> {
    return this.#inTurn(async () => {
      const open = this.#opened();
      if ((await readChecksum(this.location.file)) === open.version.checksum) return false;
      return this.#readNewest();
    });
  }

  change(edits: ProfileEdits): Promise<void> {
    const { attachmentsOf } = this.#options;
    const mayBeReferredTo = (digest: string) => this.#attachments.mayBeReferredTo(digest);
    return this.#save((newest) => {
      const made = typeof edits === 'function' ? edits(newest.profiles) : edits;
      const { different, ...edited } = applyEdits(newest, made, { attachmentsOf, mayBeReferredTo });
      return { ...edited, save: different };
    });
  }

  async addSlot(
    slot:
      | { readonly kind: 'passphrase'; readonly passphrase: string }
      | { readonly kind: 'device'; readonly keyring: Parameters<typeof deviceSlot>[1] },
  ): Promise<void> {
    // Made before the lock is taken: scrypt and a keyring's dialogue may take longer than others would wait.
    const made =
      slot.kind === 'device'
        ? deviceSlot(this.#opened().dataKey, slot.keyring)
        : await this.#wrapped((dataKey) => passphraseSlot(dataKey, slot.passphrase, this.#options.cost));
    await this.#save(({ slots }) => {
      if (slots.length >= MAX_SLOTS)
        throw new SesamyError('bad-input', `The vault has ${slots.length} key slots, and can have no more.`, {
          steps: ['Remove one that is not needed first.'],
        });
      return { slots: [...slots, made], save: true };
    });
  }

  async changePassphrase(slotId: string, passphrase: string, present?: string): Promise<void> {
    let checked: PassphraseSlot | null = null;
    if (present !== undefined) {
      await this.refresh();
      checked = findPassphraseSlot(this.#opened().version.slots, slotId);
      await checkPassphrase(checked, present);
    }
    const made = await this.#wrapped((dataKey) => passphraseSlot(dataKey, passphrase, this.#options.cost, slotId));
    await this.#save(({ slots }) => {
      const replaced = findPassphraseSlot(slots, slotId);
      // The check took a while, and holds only for the slot as it was then.
      if (checked !== null && !isDeepStrictEqual(replaced, checked))
        throw new SesamyError('wrong-passphrase', 'The passphrase was changed by another program meanwhile.');
      return { slots: slots.map((slot) => (slot === replaced ? made : slot)), save: true };
    });
  }

  removeSlot(slotId: string): Promise<void> {
    return this.#save(({ slots }) => {
      findSlot(slots, slotId);
      const left = slots.filter(({ id }) => id !== slotId);
      if (!left.some(({ kind }) => kind === 'passphrase'))
        throw new SesamyError('last-passphrase', 'No other key slot of the vault has a passphrase.');
      return { slots: left, save: true };
    });
  }

  close(): void {
    this.#open?.dataKey.fill(0);
    this.#open = null;
    this.#attachments.clear();
  }

  #opened(): { readonly dataKey: Buffer; version: KeptVersion } {
    if (this.#open === null) throw new SesamyError('vault-locked', `${this.location.file} was locked meanwhile.`);
    return this.#open;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // The next one runs whatever became of this one; its own caller hears of the failure.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Uses a copy of the data key for work that takes a while: closing zeroes the key itself meanwhile. */
  async #wrapped<T>(work: (dataKey: Buffer) => Promise<T>): Promise<T> {
    const copy = Buffer.from(this.#opened().dataKey);
    try {
      return await work(copy);
    } finally {
      copy.fill(0);
    }
  }

  /** Reads the whole file, and decrypts it unless it is the version in memory. @returns whether it was another */
  async #readNewest(): Promise<boolean> {
    const container = await readContainer(this.location.file);
    const open = this.#opened();
    if (container.checksum === open.version.checksum) return false;
    const version = decryptVersion(this.location.file, container, open.dataKey);
    if (version === null)
      throw new SesamyError('vault-locked', `${this.location.file} was replaced by one that has another key.`);
    this.#keep(version);
    return true;
  }

  /** From here on this is the newest version. Where the vault was closed meanwhile, there is nobody left to show it to. */
  #keep({ attachments, ...version }: Version): void {
    if (this.#open === null) {
      for (const bytes of attachments.values()) bytes.fill(0);
      return;
    }
    this.#open.version = version;
    this.#attachments.remember(attachments, version.profiles.values());
  }

  /** @param edit what becomes of the newest version */
  #save(edit: (newest: KeptVersion) => Changed): Promise<void> {
    const { files } = this.#options;
    return this.#inTurn(async () => {
      this.#opened();
      await underLock(files, this.location, async (lock, seen) => {
        await this.#readNewest();
        const open = this.#opened();
        const { save, attached = NOTHING, ...edited } = edit(open.version);
        const { slots, profiles, states } = { ...open.version, ...edited };
        if (!save) {
          this.#attachments.remember(attached, profiles.values());
          return;
        }
        const attachments = this.#attachments.neededBy(profiles.values(), attached);
        const next = { slots, profiles, states, attachments };
        const saved = await saveVersion(files, this.location, open.dataKey, next, seen, lock);
        this.#keep({ ...saved, attachments: new Map([...attached, ...attachments]) });
      });
    });
  }
}

function findSlot(slots: readonly Slot[], id: string): Slot {
  const slot = slots.find((each) => each.id === id);
  if (slot === undefined) throw new SesamyError('bad-input', `The vault has no key slot ${id}.`);
  return slot;
}

function findPassphraseSlot(slots: readonly Slot[], id: string): PassphraseSlot {
  const slot = findSlot(slots, id);
  if (slot.kind !== 'passphrase')
    throw new SesamyError('bad-input', `The key slot ${id} has no passphrase: it is this device’s.`);
  return slot;
}
