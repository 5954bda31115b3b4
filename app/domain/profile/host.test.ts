import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostSchema, isHost, isIpv4, isIpv6 } from './host';

const IPV4 = ['0.0.0.0', '127.0.0.1', '192.168.1.255', '255.255.255.255'];
const NOT_IPV4 = [
  '',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '256.0.0.1',
  '01.2.3.4',
  '1.2.3.',
  '1..2.3',
  '1.2.3.4 ',
  '-1.2.3.4',
  '0x7f.0.0.1',
];

const IPV6 = [
  '::',
  '::1',
  '1::',
  'fe80::1',
  '2001:db8::8:800:200C:417A',
  '2001:DB8:0:0:8:800:200C:417A',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '::ffff:192.0.2.1',
  '64:ff9b::192.0.2.33',
  '1:2:3:4:5:6:1.2.3.4',
];
const NOT_IPV6 = [
  '',
  ':',
  ':::',
  '1',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '1::2::3',
  ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:',
  '::1:',
  '12345::',
  'g::',
  '::1.2.3.4:5',
  '1.2.3.4::',
  '::256.1.1.1',
  '1:2:3:4:5:6:7:1.2.3.4',
  'fe80::1%eth0',
  '[::1]',
  '::1 ',
  '1.2.3.4',
];

const NAMES = [
  'a',
  'localhost',
  'door.example.org',
  'door.example.org.',
  'my_host',
  'xn--bcher-kva.example',
  '3com.com',
  `${'a'.repeat(63)}.b`,
];
const HOSTILE = [
  '',
  '-',
  '-oProxyCommand=reboot',
  'a.-b',
  'a b',
  'a\nb',
  'a\tb',
  'a\0b',
  `a"b`,
  `a'b`,
  '$(reboot)',
  '`reboot`',
  'a;b',
  'a|b',
  'a&b',
  'a/b',
  'a\\b',
  'user@host',
  'host:22',
  '%h',
  '..',
  'a..b',
  '.a',
  'bücher.example',
  'a\u200bb',
  '*',
  '~',
  '{a,b}',
  `${'a'.repeat(64)}.b`,
  'a.'.repeat(127) + 'aa',
  '1.2.3.256',
];

describe('isIpv4', () => {
  it.each(IPV4)('takes %j', (text) => expect(isIpv4(text)).toBe(true));
  it.each(NOT_IPV4)('refuses %j', (text) => expect(isIpv4(text)).toBe(false));
  it('takes every address', () => {
    fc.assert(fc.property(fc.ipV4(), (text) => isIpv4(text) && isHost(text)));
  });
});

describe('isIpv6', () => {
  it.each(IPV6)('takes %j', (text) => expect(isIpv6(text)).toBe(true));
  it.each(NOT_IPV6)('refuses %j', (text) => expect(isIpv6(text)).toBe(false));

  it('takes every address, however it is written', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
    const cut = fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(groups, cut, fc.boolean(), ([...values], [from, length], capitals) => {
        const hex = values.map((value) => (capitals ? value.toString(16).toUpperCase() : value.toString(16)));
        expect(isIpv6(hex.join(':'))).toBe(true);
        expect(isIpv6(hex.map((group) => group.padStart(4, '0')).join(':'))).toBe(true);
        const shortened = `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
        expect(isIpv6(shortened)).toBe(true);
        const dotted = `${hex.slice(0, 6).join(':')}:${(values[6] ?? 0) >> 8}.${(values[6] ?? 0) & 255}.0.255`;
        expect(isIpv6(dotted)).toBe(true);
        // One group too few or too many is none.
        expect(isIpv6(hex.slice(1).join(':'))).toBe(false);
        expect(isIpv6(`${hex.join(':')}:0`)).toBe(false);
      }),
    );
    fc.assert(fc.property(fc.ipV6(), (text) => isIpv6(text) && isHost(text)));
  });
});

describe('isHost', () => {
  it.each([...NAMES, ...IPV4, ...IPV6])('takes %j', (text) => expect(isHost(text)).toBe(true));
  it.each([...HOSTILE, ...NOT_IPV4])('refuses %j', (text) => {
    // A name may look like part of an address in hex; it is still a harmless name.
    if (text === '0x7f.0.0.1') expect(isHost(text)).toBe(true);
    else expect(isHost(text)).toBe(false);
  });
  it.each(NOT_IPV6.filter((text) => text.includes(':')))('refuses %j', (text) => expect(isHost(text)).toBe(false));

  it('takes nothing that a program could read as an option or a shell as more than a word', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE)), (text) => {
        if (isHost(text)) expect(text).toMatch(/^[A-Za-z0-9_:.][A-Za-z0-9_:.-]*$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is quick about long texts', () => {
    expect(isHost('a'.repeat(1_000_000))).toBe(false);
    expect(isHost(':'.repeat(1_000_000))).toBe(false);
  });
});

describe('hostSchema', () => {
  it('says what is wrong', () => {
    const message = (input: unknown) => hostSchema.safeParse(input).error?.issues[0]?.message ?? '';
    expect(message('')).toMatch(/^Host is missing: it must be a host name/);
    expect(message(undefined)).toMatch(/^Host is missing: it must be a host name/);
    expect(message('a b')).toMatch(/^Host must be a host name.*; this is "a b"\.$/);
    expect(message(7)).toMatch(/^Host must be a host name.*; this is 7\.$/);
  });
});
