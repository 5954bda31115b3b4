import { describe, expect, it } from 'vitest';
import { SesamyError } from '../domain/errors';
import { say } from '../text/say';
import { changedProfile, inlineProfile, modeWords, profileOptionsGiven, targetOf } from './target';
import type { ProfileOptions } from './target';

/** As commander gives them: the modes' own options stand beside the others. */
const options = (given: Readonly<Record<string, unknown>>): ProfileOptions => given;
const COUNTING = { mode: 'count-window', host: 'home.example.org', sequence: '1234', window: '3000' };

const saved = {
  ...inlineProfile(
    options({ ...COUNTING, knockPort: '4444', user: 'alice', tag: ['a', 'b'], notes: 'n', port: '2222' }),
  ),
  name: 'home',
};
const sequence = inlineProfile(
  options({ mode: 'port-sequence', host: '192.0.2.1', steps: '1,2:udp', closing: '3', delay: '100' }),
);

const stealth = inlineProfile(
  options({ mode: 'tcp-stealth', host: '192.0.2.1', secret: 'open sesamy', timestamps: 'on', integrity: '21' }),
);

const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof SesamyError ? say(error.info.cause) : String(error);
  }
  return '';
};

describe('a profile from options', () => {
  it('has what is given, and defaults', () => {
    const profile = inlineProfile(
      options({
        ...COUNTING,
        family: '6',
        interface: 'eth0',
        mac: '00-0e-35-0e-77-b0',
        transport: 'pcap',
        tries: '3',
        sshOption: ['IdentityFile=~/.ssh/a=b', 'LogLevel=ERROR'],
      }),
    );
    expect(profile).toMatchObject({
      servicePort: 22,
      addressFamily: '6',
      interface: 'eth0',
      sourceMac: '00:0E:35:0E:77:B0',
      transport: 'pcap',
      tries: 3,
      tags: [],
      notes: '',
      ssh: {
        user: null,
        options: [
          { name: 'IdentityFile', value: '~/.ssh/a=b' },
          { name: 'LogLevel', value: 'ERROR' },
        ],
      },
      mode: { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' },
    });
  });

  it('names every option at fault, as it was typed', () => {
    const message = failure(() =>
      inlineProfile(
        options({
          mode: 'count-window',
          host: '',
          window: 'x',
          mac: 'y',
          transport: 'carrier-pigeon',
          user: '-l',
          sshOption: ['A=b'],
          tag: ['t', ''],
        }),
      ),
    );
    for (const name of ['--host', '--sequence', '--window', '--mac', '--transport', '--user', '--ssh-option', '--tag'])
      expect(message).toMatch(new RegExp(`^${name}: `, 'm'));
  });

  it.each([
    [
      { ...COUNTING, mode: 'none' },
      /^--mode must be count-window, port-sequence, knockd-otp or tcp-stealth; this is "none"/,
    ],
    [{ ...COUNTING, steps: '1' }, /^--steps belongs to --mode port-sequence/],
    [{ ...COUNTING, secret: 's' }, /^--secret belongs to --mode tcp-stealth/],
    [{ mode: 'tcp-stealth', host: 'h' }, /^--secret: Secret must be text of 1 to 64 bytes/],
    [{ mode: 'tcp-stealth', host: 'h', secret: 's', timestamps: 'yes' }, /^--timestamps: .*"yes"/],
    [{ mode: 'tcp-stealth', host: 'h', secret: 's', use: 'knock', integrity: '8' }, /^--integrity: .*must be 0/],
    [
      { ...COUNTING, sequence: '0', sequenceFile: 'f' },
      /^--sequence-file: Sequence must be 2 to 8 digits, each from 1 to 9\.$/,
    ],
    [{ ...COUNTING, stepsFile: 'f' }, /^--steps-file belongs to --mode port-sequence, not to count-window\.$/],
    [{ ...COUNTING, tries: '11' }, /^--tries: Tries must be a whole number from 1 to 10; this is 11/],
    [{ ...COUNTING, sshOption: ['LogLevel'] }, /^--ssh-option takes NAME=VALUE/],
    [{ ...COUNTING, sshOption: ['ProxyCommand=reboot'] }, /^--ssh-option: /],
  ])('is refused (%#)', (given, message) => {
    expect(failure(() => inlineProfile(options(given)))).toMatch(message);
  });
});

describe('an edit', () => {
  it('leaves everything that is not given as it was', () => {
    expect(changedProfile(saved, {})).toEqual(saved);
    expect(changedProfile(sequence, {})).toEqual(sequence);
  });

  it('changes only what is given, inside the mode as well', () => {
    expect(changedProfile(saved, options({ sequence: '99' }))).toEqual({
      ...saved,
      mode: { ...saved.mode, sequence: '99' },
    });
    expect(changedProfile(sequence, options({ mode: 'port-sequence', steps: '7' }))).toEqual({
      ...sequence,
      mode: { ...sequence.mode, steps: [{ port: 7, protocol: 'tcp' }] },
    });
    expect(changedProfile(saved, options({ name: 'cottage', tag: ['c'] }))).toEqual({
      ...saved,
      name: 'cottage',
      tags: ['c'],
    });
  });

  it('goes back to the default for an empty word', () => {
    const given = {
      knockPort: '',
      user: '',
      tag: [''],
      notes: '',
      port: '',
      family: '',
      interface: '',
      mac: '',
      tries: '',
    };
    const before = {
      ...saved,
      tries: 2,
      interface: 'eth0',
      addressFamily: '4' as const,
      sourceMac: '00:0E:35:0E:77:B0',
    };
    expect(changedProfile(before, options(given))).toMatchObject({
      addressFamily: 'auto',
      servicePort: 22,
      interface: null,
      sourceMac: null,
      tries: null,
      notes: '',
      tags: [],
      ssh: { user: null },
      mode: { knockPort: null, sequence: '1234' },
    });
    expect(changedProfile(sequence, options({ closing: '', delay: '' })).mode).toMatchObject({
      closing: null,
      delayMs: 100,
    });
    expect(failure(() => changedProfile(saved, options({ sequence: '' })))).toMatch(/^--sequence: .*missing/);
  });

  it('to another mode takes nothing of the old one along', () => {
    const other = options({ mode: 'port-sequence', steps: '7' });
    expect(changedProfile(saved, other).mode).toEqual({
      kind: 'port-sequence',
      steps: [{ port: 7, protocol: 'tcp' }],
      delayMs: 100,
      closing: null,
    });
    expect(failure(() => changedProfile(saved, options({ mode: 'port-sequence' })))).toMatch(/^--steps: /);
    expect(failure(() => changedProfile(saved, options({ steps: '7' })))).toMatch(/belongs to --mode port-sequence/);
  });
});

describe('the words of a mode', () => {
  it.each([saved, sequence, stealth])('give it back when they are typed (%#)', ({ mode, host }) => {
    const words = modeWords(mode);
    const typed: Record<string, string> = { host };
    for (let at = 0; at < words.length; at += 2)
      typed[(words[at] ?? '').slice(2).replace('knock-port', 'knockPort')] = words[at + 1] ?? '';
    expect(inlineProfile(options(typed)).mode).toEqual(mode);
  });
});

describe('a target', () => {
  it('is a saved profile or an inline one', () => {
    expect(targetOf('home', {})).toEqual({ kind: 'saved', name: 'home' });
    expect(targetOf(undefined, options(COUNTING))).toMatchObject({ kind: 'inline', profile: { host: COUNTING.host } });
  });

  it.each([
    [undefined, {}, /^No target/],
    ['', {}, /^No target/],
    ['home', COUNTING, /not both/],
    ['home', { host: 'x' }, /^--host goes with --mode/],
    ['home', { knockPort: '1' }, /^--knock-port goes with --mode/],
    ['home', { secretFile: '-' }, /^--secret-file goes with --mode; "home" brings its own\.$/],
  ])('is refused: %j %j', (name, given, message) => {
    expect(failure(() => targetOf(name, options(given)))).toMatch(message);
  });

  it('has options that can be told from those of the run', () => {
    expect(profileOptionsGiven(options({ json: true, agent: true, quiet: true, passphraseFd: '3' }))).toEqual([]);
    expect(profileOptionsGiven(options({ notes: '', closing: '1', tag: [] }))).toEqual([
      '--tag',
      '--notes',
      '--closing',
    ]);
  });
});
