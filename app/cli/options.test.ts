import { describe, expect, it } from 'vitest';
import { kindIn, modeNamesGiven, nameAsGiven, optionKey, optionName, secretsApplying, strayOption } from './options';
import type { ModeOptions } from './options';

const secret = { flags: '--sequence <digits>', description: '', field: 'sequence', secret: true } as const;
const shared = { flags: '--protocol <p>', description: '', field: 'protocol' } as const;
const steps = { flags: '--steps <list>', description: '', field: 'steps', secret: true } as const;
const counting: ModeOptions = { kind: 'counting', inline: { options: [secret, shared] } };
const walking: ModeOptions = { kind: 'walking', inline: { options: [steps, shared] } };
const other: ModeOptions = { kind: 'other', inline: { options: [steps] } };
const modes = [counting, walking, other];

it.each([
  ['--knock-port <port>', '--knock-port', 'knockPort'],
  ['-q, --quiet', '--quiet', 'quiet'],
  ['--no-check', '--no-check', 'check'],
  ['--ssh-option <NAME=VALUE>', '--ssh-option', 'sshOption'],
])('%s is called %s, and its value %s', (flags, name, key) => {
  expect([optionName({ flags }), optionKey({ flags })]).toEqual([name, key]);
});

describe('the kind of mode', () => {
  const options = [{ flags: '--mode <kind>' }, { flags: '--notes <text>' }, { flags: '-q, --quiet' }].map((each) => ({
    ...each,
    description: '',
  }));
  it.each([
    ['home --mode a', 'a'],
    ['--mode=a home', 'a'],
    ['--mode a -q --mode=b', 'b'],
    ['--mode=a --mode b', 'b'],
    ['--quiet --mode a', 'a'],
    ['--notes --mode a', undefined],
    ['--notes=x --mode a', 'a'],
    ['-- --mode a', undefined],
    ['--mode -- x', '--'],
    ['home --mode', undefined],
    ['--moderate a', undefined],
  ])('of %j is %j', (line, kind) => {
    expect(kindIn(line.split(' '), options)).toBe(kind);
  });
});

describe('an option of another mode', () => {
  it('is found, with the modes that have it', () => {
    expect(strayOption({ steps: '1' }, counting, modes)).toEqual({ option: '--steps', modes: ['walking', 'other'] });
    // As it was typed, also where the file has been read.
    expect(strayOption({ stepsFile: 'f', steps: '1' }, counting, modes)?.option).toBe('--steps-file');
  });

  it('is not one that this mode has as well', () => {
    expect(strayOption({ protocol: 'udp', sequence: '1', sequenceFile: 'f' }, counting, modes)).toBeNull();
    expect(modeNamesGiven({ protocol: 'udp', stepsFile: 'f', quiet: true }, modes)).toEqual([
      '--protocol',
      '--steps-file',
    ]);
  });
});

it('a secret is called by the option that gave it', () => {
  expect(nameAsGiven({ sequence: '1' }, secret)).toBe('--sequence');
  expect(nameAsGiven({ sequence: '1', sequenceFile: 'f' }, secret)).toBe('--sequence-file');
  expect(nameAsGiven({ protocol: 'x', protocolFile: 'f' }, shared)).toBe('--protocol');
});

describe('the files of secrets', () => {
  const given = { stepsFile: 'f', sequenceFile: 'g' };
  it.each([
    [{ ...given, mode: 'counting' }, 'named', [secret]],
    [{ ...given, mode: 'counting' }, 'implied', [secret]],
    [{ ...given, mode: 'none' }, 'implied', []],
    [given, 'named', []],
    [given, 'implied', [secret, steps]],
    [given, undefined, []],
    [{ steps: '1' }, 'implied', []],
  ] as const)('are read where they apply: %j, %s', (options, target, expected) => {
    expect(secretsApplying(options, target, modes)).toEqual(expected);
  });
});
