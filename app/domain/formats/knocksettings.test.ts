import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProfile } from '../profile/profile';
import type { Profile } from '../profile/profile';
import {
  knockSettingsErrorInfo,
  knockSettingsFromProfile,
  parseKnockSettings,
  printKnockSettings,
  profileFromKnockSettings,
} from './knocksettings';
import type { KnockSettings, KnockSettingsError } from './knocksettings';

const FULL: KnockSettings = {
  host: '192.16.1.1',
  knockPort: 22,
  sequence: '1234',
  windowMs: 3000,
  interfaceIndex: 1,
  mac: '00:0E:35:0E:77:B0',
};
const SHORT: KnockSettings = { ...FULL, interfaceIndex: null, mac: null };
const ID = '00000000-0000-4000-8000-000000000000';

function parsed(text: string): KnockSettings {
  const result = parseKnockSettings(text);
  if (!result.ok) throw new Error(`${result.error.line}:${result.error.column} ${result.error.message}`);
  return result.value;
}

function refused(text: string): KnockSettingsError {
  const result = parseKnockSettings(text);
  if (result.ok) throw new Error(`accepted as ${JSON.stringify(result.value)}`);
  return result.error;
}

const settingsArb: fc.Arbitrary<KnockSettings> = fc.record({
  host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant('door_1')).filter((host) => host.length <= 253),
  knockPort: fc.integer({ min: 1, max: 65535 }),
  sequence: fc.stringMatching(/^[1-9]{2,8}$/),
  windowMs: fc.integer({ min: 200, max: 60_000 }),
  interfaceIndex: fc.option(fc.integer({ min: 0, max: 9999 })),
  mac: fc.option(fc.stringMatching(/^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/)),
});

describe('layouts', () => {
  it.each<readonly [string, string, KnockSettings]>([
    ['one value a line', '192.16.1.1\n22\n1234\n3000\n1\n00:0E:35:0E:77:B0\n', FULL],
    ['all on one line, as the original example', '192.16.1.1 22 1234 3000 1 00:0E:35:0E:77:B0', FULL],
    ['the first four on one line, as PortKnocker', '192.16.1.1 22 1234 3000', SHORT],
    ['the first four on lines', '192.16.1.1\n22\n1234\n3000', SHORT],
    ['a mixture', '192.16.1.1 22\n\n 1234\t3000\n1 00:0E:35:0E:77:B0', FULL],
    ['no MAC', '192.16.1.1 22 1234 3000 1', { ...FULL, mac: null }],
    ['no interface', '192.16.1.1 22 1234 3000 00:0E:35:0E:77:B0', { ...FULL, interfaceIndex: null }],
    ['interface 0', '192.16.1.1 22 1234 3000 0', { ...FULL, interfaceIndex: 0, mac: null }],
    ['CR LF', '192.16.1.1\r\n22\r\n1234\r\n3000\r\n1\r\n00:0E:35:0E:77:B0\r\n', FULL],
    ['lone CR', '192.16.1.1\r22\r1234\r3000\r', SHORT],
    ['a BOM', '\uFEFF192.16.1.1 22 1234 3000', SHORT],
    ['tabs and blanks around everything', '\t 192.16.1.1\t\t22 \t1234 3000 \t\n\n', SHORT],
    ['a MAC with hyphens, in lower case', '192.16.1.1 22 1234 3000 1 00-0e-35-0e-77-b0', FULL],
    ['an IPv6 host', '2001:db8::1 22 1234 3000', { ...SHORT, host: '2001:db8::1' }],
    ['a host name', 'door.example.org 22 1234 3000', { ...SHORT, host: 'door.example.org' }],
    [
      'limits',
      'h 65535 99999999 60000',
      { ...SHORT, host: 'h', knockPort: 65535, sequence: '99999999', windowMs: 60_000 },
    ],
    ['the other limits', 'h 1 11 200', { ...SHORT, host: 'h', knockPort: 1, sequence: '11', windowMs: 200 }],
  ])('%s', (_name, text, settings) => {
    expect(parsed(text)).toEqual(settings);
  });

  it('prints one value a line', () => {
    expect(printKnockSettings(FULL)).toBe('192.16.1.1\n22\n1234\n3000\n1\n00:0E:35:0E:77:B0\n');
    expect(printKnockSettings(SHORT)).toBe('192.16.1.1\n22\n1234\n3000\n');
  });

  it('reads what it prints, whatever stands between the values', () => {
    const gap = fc.stringMatching(/^[ \t\r\n]{1,4}$/);
    fc.assert(
      fc.property(settingsArb, fc.array(gap, { minLength: 6, maxLength: 6 }), (settings, gaps) => {
        const printed = printKnockSettings(settings);
        expect(parsed(printed)).toEqual(settings);
        let at = 0;
        expect(parsed(printed.replaceAll('\n', () => gaps[at++] ?? ' '))).toEqual(settings);
      }),
    );
  });
});

describe('errors', () => {
  type Row = readonly [string, string, number, number, KnockSettingsError['field'], RegExp];
  it.each<Row>([
    ['an empty file', '', 1, 1, 'host', /Host is missing.*host name/],
    ['blank lines only', '\n \n', 3, 1, 'host', /Host is missing/],
    ['no port', 'h\n', 2, 1, 'knockPort', /Port must be a whole number from 1 to 65535; it is missing/],
    ['no sequence', 'h 22', 1, 5, 'sequence', /Sequence must be 2 to 8 digits.*it is missing/],
    ['no window', 'h\r\n22\r\n1234\r\n', 4, 1, 'windowMs', /Window must be .* from 200 to 60000; it is missing/],
    ['port 0', 'h 0 1234 3000', 1, 3, 'knockPort', /Port .*1 to 65535; this is 0\./],
    ['port 65536', 'h\n65536\n1234\n3000', 2, 1, 'knockPort', /this is 65536/],
    ['a huge port', `h ${'9'.repeat(500)} 12 3000`, 1, 3, 'knockPort', /Port .*this is "9+…/],
    ['a port in words', 'h ssh 1234 3000', 1, 3, 'knockPort', /this is "ssh"/],
    ['a port with a leading zero', 'h 022 1234 3000', 1, 3, 'knockPort', /this is "022"/],
    ['a negative port', 'h -22 1234 3000', 1, 3, 'knockPort', /this is "-22"/],
    ['a port in hex', 'h 0x16 1234 3000', 1, 3, 'knockPort', /this is "0x16"/],
    ['a sequence with 0', 'h 22 1034 3000', 1, 6, 'sequence', /Sequence must be .* from 1 to 9; this is "1034"/],
    ['a short sequence', 'h 22 1 3000', 1, 6, 'sequence', /this is "1"/],
    ['a long sequence', 'h 22 123456789 3000', 1, 6, 'sequence', /this is "123456789"/],
    ['a window too short', 'h 22 1234 199', 1, 11, 'windowMs', /from 200 to 60000; this is 199/],
    ['a window too long', 'h 22 1234 60001', 1, 11, 'windowMs', /this is 60001/],
    ['a window in seconds with a unit', 'h 22 1234 3s', 1, 11, 'windowMs', /this is "3s"/],
    ['a fractional window', 'h 22 1234 3000.5', 1, 11, 'windowMs', /this is "3000.5"/],
    [
      'an interface name',
      'h 22 1234 3000 eth0',
      1,
      16,
      'interfaceIndex',
      /Interface index .*0 to 9999; this is "eth0"/,
    ],
    ['a MAC too short', 'h 22 1234 3000 1 00:0E:35', 1, 18, 'mac', /MAC address must be six pairs.*"00:0E:35"/],
    ['a MAC as typed', 'h 22 1234 3000 1 00-0e-35-0e-77-bg', 1, 18, 'mac', /"00-0e-35-0e-77-bg"/],
    ['a seventh value', 'h 22 1234 3000 1\n00:0E:35:0E:77:B0 more', 2, 19, null, /Nothing may follow.*"more"/],
    ['an index behind the MAC', 'h 22 1234 3000\n00:0E:35:0E:77:B0 1', 2, 19, null, /Nothing may follow.*"1"/],
    ['a comment', '# door\nh 22 1234 3000', 1, 1, 'host', /Host must be.*"#"/],
    [
      'a host that would be an option',
      '-oProxyCommand=x 22 1234 3000',
      1,
      1,
      'host',
      /no hyphen first.*"-oProxyCommand=x"/,
    ],
    ['a host with a command', '$(reboot) 22 1234 3000', 1, 1, 'host', /this is "\$\(reboot\)"/],
    ['a bracketed IPv6 host', '[::1] 22 1234 3000', 1, 1, 'host', /this is "\[::1\]"/],
    ['a BOM is no column', '\uFEFFh 0 1234 3000', 1, 3, 'knockPort', /this is 0/],
    ['NUL bytes', 'h 2\u00002 1234 3000', 1, 3, 'knockPort', /"2\\u00002".*UTF-16 or no text at all/],
    ['UTF-16 read as UTF-8', '\uFFFD\uFFFDh\0\r\0\n\0', 1, 1, 'host', /UTF-16/],
    ['bytes that are not UTF-8', 'd\uFFFDr 22 1234 3000', 1, 1, 'host', /not UTF-8/],
    ['an escape sequence', '\u001b[31mh 22 1234 3000', 1, 1, 'host', /"\\u001b\[31mh"/],
    ['a C1 control byte', 'h\u009b1 22 1234 3000', 1, 1, 'host', /"h\\u009b1"/],
    ['a no-break space is no blank', 'h\u00a022 1234 3000', 1, 1, 'host', /Host must be/],
    ['a no-break space before a MAC', 'h 22 1234 3000 1 \u00a000:0E:35:0E:77:B0', 1, 18, 'mac', /MAC address/],
    ['a form feed is no line end', 'h\f22 1234 3000', 1, 1, 'host', /"h\\f22"/],
    ['the first fault counts', 'h 0 0 0', 1, 3, 'knockPort', /Port/],
  ])('%s', (_name, text, line, column, field, message) => {
    const error = refused(text);
    expect(error).toMatchObject({ line, column, field });
    expect(error.message).toMatch(message);
  });

  it.each<readonly [string, string]>([
    ['one endless word', 'x'.repeat(1_000_000)],
    ['NUL bytes', '\0'.repeat(1_000_000)],
    ['line ends', '\r\n'.repeat(500_000)],
    ['blanks', ' '.repeat(1_000_000)],
    ['colons', ':'.repeat(1_000_000)],
    ['dots and letters', 'a.'.repeat(500_000)],
    ['short words', 'h 22 '.repeat(200_000)],
    ['an endless port', `h ${'1'.repeat(1_000_000)}`],
    ['an endless sequence', `h 22 ${'1'.repeat(1_000_000)}`],
    ['an endless MAC', `h 22 1234 3000 1 ${'00-'.repeat(333_333)}`],
    ['an endless trailing field', `h 22 1234 3000 1 00:0E:35:0E:77:B0 ${'z'.repeat(1_000_000)}`],
  ])('a megabyte of noise gives a short message: %s', (_name, text) => {
    expect(refused(text).message.length).toBeLessThan(400);
  });

  it('any text gives settings or an error inside the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('h', '22', '1234', '3000', '1', '00:0E:35:0E:77:B0', ' ', '\n', '\r', '\0', '-'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseKnockSettings(text);
        if (result.ok) {
          expect(parsed(printKnockSettings(result.value))).toEqual(result.value);
          return;
        }
        const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
        const line = lines[result.error.line - 1];
        expect(line).toBeDefined();
        expect(result.error.column).toBeGreaterThanOrEqual(1);
        expect(result.error.column).toBeLessThanOrEqual((line ?? '').length + 1);
        expect(result.error.message.length).toBeLessThan(400);
      }),
      { numRuns: 500 },
    );
  });

  it('points at the value that was spoiled', () => {
    const names = ['host', 'knockPort', 'sequence', 'windowMs', 'interfaceIndex', 'mac'] as const;
    const full = settingsArb.map((settings) => ({ ...settings, interfaceIndex: 1, mac: FULL.mac }));
    const gap = fc.constantFrom(' ', '\n', '\r\n', '\t', '  ', '\n\n');
    fc.assert(
      fc.property(
        full,
        fc.nat({ max: 5 }),
        fc.array(gap, { minLength: 6, maxLength: 6 }),
        (settings, spoiled, gaps) => {
          const values = names.map((name, at) => (at === spoiled ? '!junk' : String(settings[name])));
          const before = values
            .slice(0, spoiled)
            .map((value, at) => `${value}${gaps[at] ?? ' '}`)
            .join('');
          const rest = values.slice(spoiled).join(' ');
          const lines = before.split(/\r\n|\n/);
          expect(refused(before + rest)).toMatchObject({
            line: lines.length,
            column: (lines.at(-1) ?? '').length + 1,
            field: names[spoiled],
          });
        },
      ),
    );
  });

  it('becomes an error of the product, with its place', () => {
    const info = knockSettingsErrorInfo(refused('h 0 1234 3000'), 'knocksettings.txt');
    expect(info.code).toBe('bad-input');
    expect(info.cause).toBe(
      'knocksettings.txt, line 1, column 3: Port must be a whole number from 1 to 65535; this is 0.',
    );
    expect(knockSettingsErrorInfo(refused('')).cause).toMatch(/^line 1, column 1: /);
  });
});

describe('profiles', () => {
  it('takes the one port for both, as the original does', () => {
    const { profile, remarks } = profileFromKnockSettings(FULL, { id: ID, name: 'Home', protocol: 'tcp' });
    expect(profile).toMatchObject({
      id: ID,
      name: 'Home',
      host: '192.16.1.1',
      servicePort: 22,
      interface: '1',
      sourceMac: '00:0E:35:0E:77:B0',
      mode: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
    });
    expect(remarks).toEqual([
      'The file has one port: 22 is taken for the knocks and for the port that opens.',
      'The file does not say how to knock; TCP SYNs are taken.',
    ]);
  });

  it('says what the file does not', () => {
    const { remarks } = profileFromKnockSettings({ ...SHORT, windowMs: 2500 }, { id: ID, name: 'a', protocol: 'udp' });
    expect(remarks).toContain('The file has no interface; the routing table will choose.');
    expect(remarks).toContain('The file has no MAC address; the interface’s own is used.');
    expect(remarks).toContain('The window is 2500 ms, but the original firewall rules count in whole seconds.');
    expect(remarks).toContain('The file does not say how to knock; UDP datagrams are taken.');
  });

  it('are always valid, and give the same file back', () => {
    fc.assert(
      fc.property(settingsArb, fc.constantFrom('tcp', 'udp'), (settings, protocol) => {
        const { profile } = profileFromKnockSettings(settings, { id: ID, name: 'a', protocol });
        expect(parseProfile(profile)).toEqual({ ok: true, value: profile });
        expect(knockSettingsFromProfile(profile)).toMatchObject({ ok: true, value: settings });
      }),
    );
  });

  const { profile: base } = profileFromKnockSettings(FULL, { id: ID, name: 'Home', protocol: 'udp' });

  it('say what the file has no place for', () => {
    const profile: Profile = {
      ...base,
      interface: 'eth0',
      mode: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: 443, protocol: 'udp' },
    };
    const result = knockSettingsFromProfile(profile);
    expect(result).toMatchObject({ ok: true, value: { knockPort: 443, interfaceIndex: null } });
    expect(result.ok ? result.remarks : []).toEqual([
      'The file has no place for the kind of knock: UDP datagrams.',
      'The file has one port, the knock port 443; the port that opens, 22, is left out.',
      'The file takes an interface by its number only; "eth0" is left out.',
    ]);
  });

  it('of another kind cannot become such a file', () => {
    const result = knockSettingsFromProfile({
      ...base,
      mode: { kind: 'port-sequence', steps: [{ port: 7000, protocol: 'tcp' }], delayMs: 200, closing: null },
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'bad-input' } });
    expect(result.ok ? '' : result.error.cause).toContain('"Home" is of the kind port-sequence');
  });
});
