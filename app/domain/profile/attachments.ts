/**
 * Key files and other large secrets of a profile. Its settings name them by digest (SHA-256, 64 hex digits in lower
 * case); the vault keeps the bytes.
 */
import { SesamyError } from '../errors';
import { modeDefinition } from '../modes/registry';
import { text } from '../../text/text';
import type { Profile } from './profile';

/** The digests of what this profile needs; most need nothing. */
export function attachmentsOf({ mode }: Profile): readonly string[] {
  return modeDefinition(mode.kind).attachments?.(mode) ?? [];
}

/** What to throw where the bytes that a profile needs are not to be had, or are not those of their digest. */
export function attachmentMissing({ name }: Pick<Profile, 'name'>): SesamyError {
  return new SesamyError('attachment-missing', text('vault.attachment-missing', { name }));
}
