/** The ways into the vault, in words, and which of them may go. */
import type { KeySlot } from '../../../domain/key-slot';
import type { DeviceKeyState } from '../../../shared/contract';

/** The slot in words: "Passphrase", and with a number when there are several. */
export function slotName(slots: readonly KeySlot[], slot: KeySlot): string {
  const same = slots.filter((other) => other.kind === slot.kind);
  const name = slot.kind === 'device' ? 'This device’s keyring' : 'Passphrase';
  return same.length < 2 ? name : `${name} ${same.findIndex((other) => other.id === slot.id) + 1}`;
}

/** Why a slot cannot be removed; null when it can. */
export function removalRefusal(slots: readonly KeySlot[], slot: KeySlot): string | null {
  const passphrases = slots.filter((other) => other.kind === 'passphrase').length;
  return slot.kind === 'passphrase' && passphrases < 2
    ? 'The last passphrase cannot be removed: one has to remain for when the keyring fails.'
    : null;
}

/** Why this device's keyring cannot be added; null when it can. */
export function deviceRefusal(slots: readonly KeySlot[], device: DeviceKeyState): string | null {
  if (!device.usable) return device.reason;
  return slots.some((slot) => slot.kind === 'device' && slot.backend === device.backend)
    ? 'This device’s keyring is among the keys already.'
    : null;
}

/** What a person should know before they tick the box. */
export function deviceHint(device: DeviceKeyState): string {
  return device.usable
    ? `Whoever is logged in to this account can then open them without the passphrase. Kept by ${device.backend}.`
    : device.reason;
}
