import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWindow } from '../modes/count-window';
import { portSequence } from '../modes/port-sequence';
import { tcpStealth } from '../modes/tcp-stealth';
import { newProfile, normaliseMac, parseProfile, profileSchema } from './profile';
import type { Profile } from './profile';
import { SSH_OPTIONS } from './ssh';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const counting = newProfile(ID, { name: 'Home', host: 'door.example.org', mode: countWindow.defaults });
const sequence = newProfile(ID, {
  name: 'Work',
  host: '2001:db8::1',
  mode: { ...portSequence.defaults, closing: [{ port: 9, protocol: 'udp' }] },
});

const stealth = newProfile(ID, {
  name: 'Lab',
  host: '192.0.2.1',
  mode: { ...tcpStealth.defaults, secret: 'open sesamy', timestamps: true, integrityLength: 255 },
});

/** A deep copy of the profile with another value at the path. */
function withValue(profile: unknown, path: string, value: unknown): unknown {
  const [head = '', ...rest] = path.split('.');
  const copy: Record<string, unknown> = Array.isArray(profile)
    ? (Object.assign([], profile) as unknown as Record<string, unknown>)
    : { ...(profile as Record<string, unknown>) };
  copy[head] = rest.length === 0 ? value : withValue(copy[head], rest.join('.'), value);
  return copy;
}

function problems(input: unknown) {
  const result = parseProfile(input);
  return result.ok ? [] : result.problems;
}

const full = {
  ...counting,
  interface: 'eth0',
  sourceMac: '00:0E:35:0E:77:B0',
  transport: 'helper' as const,
  tags: ['home'],
  notes: 'first\nsecond\tline',
  ssh: { user: 'alice', options: [{ name: 'ServerAliveInterval', value: '30' }] },
};

describe('a profile', () => {
  it.each([counting, sequence, stealth, full])('passes unchanged', (profile) => {
    expect(parseProfile(profile)).toEqual({ ok: true, value: profile });
  });

  it('starts with plain defaults, and with the values that are given', () => {
    expect(counting).toEqual({
      version: 1,
      id: ID,
      name: 'Home',
      host: 'door.example.org',
      addressFamily: 'auto',
      servicePort: 22,
      interface: null,
      sourceMac: null,
      transport: 'auto',
      tries: null,
      notes: '',
      tags: [],
      ssh: { user: null, options: [] },
      mode: countWindow.defaults,
    });
    expect(newProfile(ID, { ...counting, id: 'other', servicePort: 443 })).toMatchObject({ id: ID, servicePort: 443 });
  });

  it('that is older than the choice of a transport has the automatic one', () => {
    const { transport, ...older } = counting;
    expect(parseProfile(older)).toEqual({ ok: true, value: { ...older, transport } });
  });

  it('may have an interface of any language, as Windows has', () => {
    for (const name of [
      'eth0',
      'Local Area Connection* 1',
      'Conexión de área local',
      'イーサネット',
      'en0.100',
      'vEthernet (WSL)',
      '1',
    ])
      expect(problems({ ...counting, interface: name })).toEqual([]);
  });
});

const BAD_TEXT = [5, true, [], {}, undefined];

/** For each field: wrong values, and what the message must say. */
const WRONG: readonly (readonly [path: string, message: RegExp, values: readonly unknown[], base?: unknown])[] = [
  ['version', /^Profile version must be 1; this is /, [0, 2, '1', null, undefined, 10n]],
  ['id', /^Id must be a UUID in lower case; /, ['', 'x', ID.toUpperCase(), `${ID}\n`, ...BAD_TEXT]],
  [
    'name',
    /^Name must be text of 1 to 80 characters on one line without control characters; /,
    ['', 'x'.repeat(81), 'a\nb', 'a\u001b[31m', 'a\u009b', 'a\u2028b', null, ...BAD_TEXT],
  ],
  [
    'host',
    /^Host (must be|is missing: it must be) a host name, an IPv4 address or an IPv6 address/,
    ['', '-a', 'a b', 'a\n', `a"`, `a'`, '$(a)', '`a`', '-oProxyCommand=a', 'a;b', null, ...BAD_TEXT],
  ],
  ['addressFamily', /^Address family must be one of auto, 4, 6; /, ['', 'ipv4', 4, 6, null, undefined]],
  [
    'servicePort',
    /^Service port must be a whole number from 1 to 65535; /,
    [0, -1, 65536, 1.5, NaN, Infinity, 1e300, '22', null, undefined],
  ],
  [
    'interface',
    /^Interface must be the name or the number of a network interface/,
    ['', '-i', 'a\nb', 'a\0', '$(a)', 'a"b', 'a;b', '`a`', 'x'.repeat(65), ...BAD_TEXT],
  ],
  [
    'sourceMac',
    /^Source MAC must be six pairs of hex digits in capitals with colons/,
    [
      '',
      '00:0e:35:0e:77:b0',
      '00-0E-35-0E-77-B0',
      '00:0E:35:0E:77',
      '00:0E:35:0E:77:B0:11',
      '00:0E:35:0E:77:B0\n',
      ...BAD_TEXT,
    ],
  ],
  ['tries', /^Tries must be a whole number from 1 to 10; /, [0, 11, 1.5, '2', []]],
  ['transport', /^Transport must be one of auto, sockets, helper, pcap; /, ['', 'raw', 'Helper', null, 5, []]],
  [
    'notes',
    /^Notes must be text of 0 to 10000 characters without control characters; /,
    ['x'.repeat(10_001), 'a\0', 'a\u001b', 'a\u0085', null, ...BAD_TEXT],
  ],
  ['tags', /^Tags must be a list of 0 to 20 entries; /, [Array.from({ length: 21 }, () => 'a'), 'a', null, undefined]],
  [
    'tags.0',
    /^Tag must be text of 1 to 40 characters on one line/,
    ['', 'x'.repeat(41), 'a\nb', null, 5],
    { ...counting, tags: ['a'] },
  ],
  ['ssh', /^SSH must be an object with the fields user, options; /, [null, 'a', 5, undefined]],
  [
    'ssh.user',
    /^SSH user must be 1 to 64 letters, digits, dots, underscores and hyphens, with no hyphen first; /,
    ['', '-l', 'a b', 'a\nb', `a"`, `a'`, '$(a)', '`a`', 'a;b', 'a@b', 'é', 'x'.repeat(65), ...BAD_TEXT],
  ],
  [
    'ssh.options',
    /^SSH options must be a list of 0 to 20 entries; /,
    [null, 'a', Array.from({ length: 21 }, () => ({ name: 'LogLevel', value: 'ERROR' }))],
  ],
  [
    'mode',
    /^Mode must be an object whose kind is one of count-window, [a-z, -]+; its kind is missing\.$/,
    [null, 5, 'count-window', undefined, []],
  ],
  [
    'mode.kind',
    /^Mode must be an object whose kind is one of count-window, [a-z, -]+; its kind is /,
    ['', 'count', '__proto__', 'constructor', null, undefined, 5],
  ],
  [
    'mode.sequence',
    /^Sequence must be 2 to 8 digits, each from 1 to 9; /,
    ['', '1', '10', '123456789', '12a', ' 12', '12\n', '１２', 1234, null, undefined],
  ],
  [
    'mode.windowMs',
    /^Window must be a whole number of milliseconds from 200 to 60000; /,
    [199, 60_001, 3000.5, '3000', NaN, null, undefined],
  ],
  ['mode.knockPort', /^Knock port must be a whole number from 1 to 65535; /, [0, 65_536, '22', undefined]],
  ['mode.protocol', /^Protocol must be one of tcp, udp; /, ['TCP', 'icmp', '', null, undefined]],
  [
    'mode.steps',
    /^Steps must be a list of 1 to 32 entries; /,
    [[], Array.from({ length: 33 }, () => ({ port: 1, protocol: 'tcp' })), 'a', null],
    sequence,
  ],
  ['mode.steps.0', /^Step must be an object with the fields port, protocol; /, [5, null, '7000'], sequence],
  ['mode.steps.0.port', /^Port must be a whole number from 1 to 65535; /, [0, 65_536, '7000', null], sequence],
  ['mode.steps.0.protocol', /^Protocol must be one of tcp, udp; /, ['sctp', null], sequence],
  [
    'mode.delayMs',
    /^Delay must be a whole number of milliseconds from 0 to 60000; /,
    [-1, 60_001, 0.5, '200', null],
    sequence,
  ],
  ['mode.closing', /^Closing steps must be a list of 1 to 32 entries; /, [[], 'a', undefined], sequence],
  [
    'mode.secret',
    /^Secret must be text of 1 to 64 bytes on one line, or 64 bytes as 128 hex digits(; it is empty|; this takes \d+ bytes)?\.$/,
    ['', 'x'.repeat(65), 'é'.repeat(33), '0'.repeat(127), '0'.repeat(129), 'g'.repeat(128), 'a\nb', 'a\0', ...BAD_TEXT],
    stealth,
  ],
  ['mode.timestamps', /^Timestamps must be true or false; this is /, ['on', 1, null, undefined], stealth],
  [
    'mode.integrityLength',
    /^Integrity length must be a whole number of bytes from 0 to 255; /,
    [-1, 256, 0.5, '8', null, undefined],
    stealth,
  ],
  ['mode.use', /^Use must be one of connection, knock; /, ['', 'both', null, undefined], stealth],
];

describe('a wrong value gives one problem that names the field and what is allowed', () => {
  for (const [path, message, values, base = counting] of WRONG)
    it(path, () => {
      for (const value of values) {
        const found = problems(withValue(base, path, value));
        expect(found.map((problem) => problem.field)).toEqual([path]);
        expect(found[0]?.message).toMatch(message);
        expect((found[0]?.message ?? '').length).toBeLessThan(600);
      }
    });

  it('covers every field of the schema', () => {
    const tested = new Set(WRONG.map(([path]) => path.split('.')[0]));
    expect([...tested].sort()).toEqual(Object.keys(profileSchema.shape).sort());
    const inMode = WRONG.map(([path]) => path.split('.'))
      .filter(([first]) => first === 'mode')
      .map(([, second]) => second);
    for (const definition of [countWindow, portSequence, tcpStealth])
      expect(inMode).toEqual(expect.arrayContaining(Object.keys(definition.schema.shape)));
  });

  it('a missing field and the whole input alike', () => {
    expect(problems(5)).toEqual([
      { field: '', message: expect.stringMatching(/^Profile must be an object with the fields version, id/) as string },
    ]);
    const without: Partial<Profile> = { ...counting };
    delete without.servicePort;
    expect(problems(without)).toEqual([
      { field: 'servicePort', message: 'Service port must be a whole number from 1 to 65535; it is missing.' },
    ]);
  });

  it.each(['extra', 'ssh.extra', 'mode.extra', 'mode.steps.0.extra'])('an unknown field: %s', (path) => {
    expect(problems(withValue(sequence, path, 1))).toEqual([{ field: path, message: 'Unknown field "extra".' }]);
  });

  it('a field of another mode is unknown here', () => {
    expect(problems(withValue(counting, 'mode.steps', [])).map((problem) => problem.field)).toEqual(['mode.steps']);
  });

  it('a prototype is no field', () => {
    expect(problems(JSON.parse(JSON.stringify(counting).replace('{', '{"__proto__":{"a":1},')))).toEqual([
      { field: '__proto__', message: 'Unknown field "__proto__".' },
    ]);
  });
});

describe('ssh options', () => {
  const option = (name: string, value: string) =>
    problems({ ...counting, ssh: { user: null, options: [{ name, value }] } });

  it.each([
    'ProxyCommand',
    'proxycommand',
    'ProxyJump',
    'LocalCommand',
    'PermitLocalCommand',
    'KnownHostsCommand',
    'PKCS11Provider',
    'SecurityKeyProvider',
    'Include',
    'Match',
    'XAuthLocation',
    'SmartcardDevice',
    'ControlPath',
    'SetEnv',
    'SendEnv',
    'IdentityAgent',
    'RemoteCommand',
    'Hostname',
    'StreamLocalBindUnlink',
    '',
    '-o',
    'LogLevel=x\nProxyCommand',
    '__proto__',
    'constructor',
    'toString',
  ])('refuses %j', (name) => {
    const found = option(name, 'x');
    expect(found.map((problem) => problem.field)).toEqual(['ssh.options.0.name']);
    expect(found[0]?.message).toMatch(/^SSH option must be one of AddressFamily, /);
  });

  it('lets no option through that starts a program, loads code or reads more configuration', () => {
    expect(
      SSH_OPTIONS.filter((name) => /Command|Proxy|Provider|Device|Include|Match|Control|XAuth|Agent$|Env/i.test(name)),
    ).toEqual(['ForwardAgent']);
  });

  it.each(['', 'a\nProxyCommand reboot', 'a\rb', 'a\0b', 'a"b', 'a\\b', 'a\u0085b', 'x'.repeat(401)])(
    'refuses the value %j',
    (value) => {
      const found = option('LogLevel', value);
      expect(found.map((problem) => problem.field)).toEqual(['ssh.options.0.value']);
      expect(found[0]?.message).toMatch(/^SSH option value must be 1 to 400 characters/);
    },
  );

  it.each([
    'none',
    '/dev/null',
    'known_hosts',
    '~/.ssh/known_hosts',
    '/etc/ssh/known_hosts_work',
    '%d/.ssh/known_hosts2',
  ])('lets host keys be kept in %j', (file) => expect(option('UserKnownHostsFile', file)).toEqual([]));

  // ssh writes to this file, and the line begins with the alias.
  it.each([
    '~/.bashrc',
    '/home/a/.profile',
    '~/.ssh/authorized_keys',
    'known_hosts/../.bashrc',
    '~/.bashrc known_hosts',
    "'known_hosts'",
    'known_hosts/x',
    '',
  ])('but not in %j', (file) =>
    expect(option('UserKnownHostsFile', file).map((problem) => problem.field)).toEqual(['ssh.options.0.value']),
  );

  it('says what these two options allow', () => {
    expect(option('HostKeyAlias', 'curl${IFS}x|sh;#')[0]?.message).toBe(
      'SSH option HostKeyAlias must be a host name or an address; this is "curl${IFS}x|sh;#".',
    );
    expect(option('HostKeyAlias', 'door.example.org')).toEqual([]);
    expect(option('UserKnownHostsFile', 'x')[0]?.message).toBe(
      'SSH option UserKnownHostsFile must be none, /dev/null, or one file whose name begins with known_hosts; this is "x".',
    );
  });
});

describe('parseProfile', () => {
  it('never throws, whatever comes in', () => {
    const circular: Record<string, unknown> = { ...counting };
    circular['tags'] = circular;
    expect(problems(circular).map((problem) => problem.field)).toEqual(['tags']);
    expect(problems({ ...counting, notes: Symbol('a'), name: () => 1, host: 1n })).toHaveLength(3);
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (value) => {
        expect(parseProfile(value).ok).toBe(false);
        expect(problems({ ...counting, mode: value }).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its answer short, however much is wrong', () => {
    expect(problems({ ...counting, tags: Array.from({ length: 10_000 }, () => 5) }).length).toBeLessThanOrEqual(20);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
    expect(problems({ ...counting, ...many }).length).toBeLessThanOrEqual(20);
  });
});

describe('normaliseMac', () => {
  it.each(['00:0E:35:0E:77:B0', '00-0e-35-0e-77-b0', ' 00:0e:35:0E:77:b0\n'])('%j', (text) => {
    expect(normaliseMac(text)).toBe('00:0E:35:0E:77:B0');
  });
});
