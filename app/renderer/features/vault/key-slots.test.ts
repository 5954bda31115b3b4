import { expect, test } from 'vitest';
import type { KeySlot } from '../../../domain/key-slot';
import { deviceRefusal, removalRefusal, slotName } from './key-slots';

const first: KeySlot = { id: '1', kind: 'passphrase', backend: null, createdUnixMs: 0 };
const second: KeySlot = { ...first, id: '2' };
const device: KeySlot = { id: '3', kind: 'device', backend: 'gnome-keyring', createdUnixMs: 0 };

test('the last passphrase stays, whatever else opens the vault', () => {
  expect(removalRefusal([first], first)).toMatch(/cannot be removed/);
  expect(removalRefusal([first, device], first)).toMatch(/cannot be removed/);
  expect(removalRefusal([first, device], device)).toBeNull();
  expect(removalRefusal([first, second], first)).toBeNull();
});

test('several of a kind are numbered', () => {
  expect([first, device].map((slot) => slotName([first, device], slot))).toEqual([
    'Passphrase',
    'This device’s keyring',
  ]);
  expect([first, second].map((slot) => slotName([first, second], slot))).toEqual(['Passphrase 1', 'Passphrase 2']);
});

test('a keyring is added once, and only when it protects', () => {
  expect(deviceRefusal([first], { usable: true, backend: 'gnome-keyring' })).toBeNull();
  expect(deviceRefusal([first, device], { usable: true, backend: 'gnome-keyring' })).toMatch(/already/);
  expect(deviceRefusal([first, device], { usable: true, backend: 'kwallet6' })).toBeNull();
  expect(deviceRefusal([first], { usable: false, reason: 'No keyring.' })).toBe('No keyring.');
});
