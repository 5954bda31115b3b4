import { describe, expect, it } from 'vitest';
import { parseAddress } from './address';
import { isPrivateAddress } from './address-kinds';

const of = (address: string): boolean => isPrivateAddress(parseAddress(address) ?? new Uint8Array());

describe('isPrivateAddress', () => {
  it.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
    '::1',
  ])('%s is private', (address) => {
    expect(of(address)).toBe(true);
  });

  it.each([
    '9.255.255.255',
    '11.0.0.0',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '198.51.100.7',
    '2001:db8::1',
    '::2',
    'fe00::1',
  ])('%s is not', (address) => {
    expect(of(address)).toBe(false);
  });
});
