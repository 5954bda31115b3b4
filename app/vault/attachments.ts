/**
 * Attachments: key files and other large secrets, by digest. The file holds those that a profile refers to and no
 * others. An open vault remembers more than that: whatever it has read or been given since it was opened. So one that was
 * attached is there when its profile is saved, and one whose profile was removed is there when the removal is undone,
 * whatever other processes have saved in between.
 */
import { createHash } from 'node:crypto';
import { SesamyError } from '../domain/errors';
import type { Profile } from '../domain/profile/profile';
import { text } from '../text/text';

/** A key file of the modes to come has 64 KiB. */
export const MAX_ATTACHMENT_BYTES = 1024 * 1024;
export const MAX_ATTACHMENTS = 64;
/** Of those that no profile refers to, an open vault remembers this many; the one that came first goes first. */
const MAX_UNUSED = 64;

/** Bytes by their digest. */
export type Attachments = ReadonlyMap<string, Buffer>;

/** Which digests a profile refers to: `attachmentsOf` of the domain, but for tests. */
export type AttachmentsOf = (profile: Profile) => readonly string[];

/** SHA-256 in lower-case hex: the name of an attachment in settings and vault. */
export function attachmentDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws SesamyError `bad-input` when it is too large */
export function checkedAttachment(bytes: Uint8Array): Buffer {
  if (bytes.length > MAX_ATTACHMENT_BYTES)
    throw new SesamyError(
      'bad-input',
      text('vault.attachment-too-large', { bytes: bytes.length, limit: MAX_ATTACHMENT_BYTES }),
    );
  return Buffer.from(bytes);
}

export class AttachmentMemory {
  readonly #attachmentsOf: AttachmentsOf;
  readonly #bytes = new Map<string, Buffer>();
  /** What profiles referred to when they were read, and what was not there: that must not keep them from being saved. */
  readonly #missed = new Set<string>();

  constructor(attachmentsOf: AttachmentsOf) {
    this.#attachmentsOf = attachmentsOf;
  }

  get(digest: string): Buffer | undefined {
    return this.#bytes.get(digest);
  }

  /** Whether a profile may refer to it: its bytes are here, or were missing all along. */
  mayBeReferredTo(digest: string): boolean {
    return this.#bytes.has(digest) || this.#missed.has(digest);
  }

  /**
   * Takes attachments over; of those it has, it zeroes the new copy.
   * @param profiles of the newest version
   */
  remember(attachments: Attachments, profiles: Iterable<Profile>): void {
    for (const [digest, bytes] of attachments) {
      const known = this.#bytes.get(digest);
      if (known !== undefined && known !== bytes) bytes.fill(0);
      // At the end of the row, since it is wanted now.
      this.#bytes.delete(digest);
      this.#bytes.set(digest, known ?? bytes);
    }
    const used = new Set<string>();
    for (const profile of profiles)
      for (const digest of this.#attachmentsOf(profile)) {
        used.add(digest);
        if (!this.#bytes.has(digest)) this.#missed.add(digest);
      }
    const unused = [...this.#bytes].filter(([digest]) => !used.has(digest));
    for (const [digest, bytes] of unused.slice(0, -MAX_UNUSED)) {
      bytes.fill(0);
      this.#bytes.delete(digest);
    }
  }

  /**
   * What these profiles refer to, as far as it is to be had.
   * @param fresh looked up first
   * @throws SesamyError `bad-input` when it is more than a vault may hold
   */
  neededBy(profiles: Iterable<Profile>, fresh: Attachments): Attachments {
    const needed = new Map<string, Buffer>();
    for (const profile of profiles)
      for (const digest of this.#attachmentsOf(profile)) {
        const bytes = fresh.get(digest) ?? this.#bytes.get(digest);
        if (bytes !== undefined) needed.set(digest, bytes);
      }
    if (needed.size > MAX_ATTACHMENTS)
      throw new SesamyError(
        'bad-input',
        text('vault.attachments-too-many', { files: needed.size, limit: MAX_ATTACHMENTS }),
        { steps: [text('vault.attachments-too-many.step')] },
      );
    return needed;
  }

  /** Zeroes all of it. */
  clear(): void {
    for (const bytes of this.#bytes.values()) bytes.fill(0);
    this.#bytes.clear();
  }
}
