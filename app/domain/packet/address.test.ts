import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatMac, isUnicastMac, multicastMac, parseAddress, parseMac, solicitedNode } from './address';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (value: Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString('hex'));

describe('addresses', () => {
  it.each([
    ['0.0.0.0', '00000000'],
    ['192.0.2.1', 'c0000201'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::2', '20010db8000000000000000000000002'],
    // RFC 5952: the longest run (§4.2.3), the first of equals, never a single group (§4.2.2), lower case (§4.3).
    ['2001:0:0:1::1', '20010000000000010000000000000001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['abcd:ef01:2345:6789:abcd:ef01:2345:6789', 'abcdef0123456789abcdef0123456789'],
    ['1:0:0:2::3', '00010000000000020000000000000003'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ])('%s both ways', (text, hex) => {
    expect(hexOf(parseAddress(text))).toBe(hex);
    expect(formatAddress(bytes(hex))).toBe(text);
  });

  it.each([
    ['2001:DB8:0:0:0:0:0:2', '2001:db8::2'],
    ['2001:0db8::0002', '2001:db8::2'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
  ])('%s becomes %s', (text, canonical) => {
    const address = parseAddress(text);
    expect(address === null ? null : formatAddress(address)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
    '::g',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('reads what it writes, and writes what other programs read', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const ipv6 = fc
      .array(group, { minLength: 8, maxLength: 8 })
      .map((groups) => Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff])));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), ipv6), (address) => {
        const text = formatAddress(address);
        expect(address.length === 4 ? isIPv4(text) : isIPv6(text)).toBe(true);
        expect(parseAddress(text)).toEqual(address);
        // The platform's own writer follows RFC 5952 too, but never ends in dotted decimal.
        if (address.length === 16 && !text.includes('.'))
          expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      }),
    );
  });

  it('has no text for other lengths', () => {
    expect(() => formatAddress(new Uint8Array(5))).toThrow(RangeError);
  });

  it('knows where a neighbour listens', () => {
    const group = solicitedNode(bytes('fe80000000000000123456fffe789abc'));
    expect(formatAddress(group)).toBe('ff02::1:ff78:9abc');
    expect(formatMac(multicastMac(group))).toBe('33:33:FF:78:9A:BC');
  });
});

describe('MAC addresses', () => {
  it.each(['00:0e:35:0e:77:b0', '00-0E-35-0E-77-B0', '00:0E:35:0e:77:B0'])('reads %s', (text) => {
    const mac = parseMac(text);
    expect(hexOf(mac)).toBe('000e350e77b0');
    expect(mac === null ? null : formatMac(mac)).toBe('00:0E:35:0E:77:B0');
  });

  it.each([
    '',
    '000e350e77b0',
    '00:0e:35:0e:77',
    '00:0e:35:0e:77:b0:01',
    '00:0e-35:0e:77:b0',
    '0:e:35:e:77:b0',
    '00:0g:35:0e:77:b0',
  ])('refuses %j', (text) => {
    expect(parseMac(text)).toBeNull();
  });

  it.each([
    ['02:00:00:00:00:01', true],
    ['FE:FF:FF:FF:FF:FF', true],
    ['00:00:00:00:00:00', false],
    ['01:00:5E:00:00:01', false],
    ['FF:FF:FF:FF:FF:FF', false],
  ])('%s can be one interface’s: %s', (text, unicast) => {
    expect(isUnicastMac(parseMac(text) ?? new Uint8Array())).toBe(unicast);
  });
});
