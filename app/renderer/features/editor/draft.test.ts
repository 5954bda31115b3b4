import { describe, expect, test } from 'vitest';
import { MODES } from '../../../domain/modes/registry';
import type { Mode } from '../../../domain/modes/registry';
import { newProfile, parseProfile } from '../../../domain/profile/profile';
import type { Profile } from '../../../domain/profile/profile';
import { draftInput, draftOf, emptyDraft, sameDraft } from './draft';
import { fieldReporter, within } from './field-reporter';
import { interfaceChoices } from './interface-choices';
import { modeDraft, modeInput } from './mode-forms';

const ID = '00000000-0000-4000-8000-000000000001';
const full: Omit<Profile, 'mode'> & Pick<Profile, 'name' | 'host'> = {
  ...newProfile(ID, { name: 'home', host: 'home.example.org', mode: MODES[0].defaults }),
  servicePort: 2222,
  addressFamily: '6',
  interface: '2',
  sourceMac: '00:0E:35:0E:77:B0',
  transport: 'helper',
  tags: ['own', 'at home'],
  notes: 'two\nlines',
  ssh: { user: 'admin', options: [{ name: 'IdentityFile', value: '~/.ssh/id' }] },
};
const MODES_TO_TRY: readonly Mode[] = [
  ...MODES.map((mode): Mode => mode.example),
  { kind: 'count-window', sequence: '92', windowMs: 200, knockPort: 5000, protocol: 'udp' },
  { kind: 'port-sequence', steps: [{ port: 1, protocol: 'udp' }], delayMs: 0, closing: [{ port: 9, protocol: 'tcp' }] },
  { kind: 'tcp-stealth', secret: ' open  sesamy ', timestamps: true, integrityLength: 21, use: 'connection' },
];

describe('a draft', () => {
  test.each(MODES_TO_TRY)('gives the same profile back: $kind', (mode) => {
    const profile: Profile = { ...full, mode };
    expect(parseProfile(draftInput(draftOf(profile)))).toEqual({ ok: true, value: profile });
  });

  test('takes what people write: blanks between digits, hyphens in a MAC address, blanks around a host', () => {
    const draft = draftOf({ ...full, mode: MODES[0].defaults });
    const input = draftInput({
      ...draft,
      host: ' home.example.org ',
      sourceMac: '00-0e-35-0e-77-b0',
      tags: ' a,, b ,',
    });
    expect(input).toMatchObject({ host: 'home.example.org', sourceMac: '00:0E:35:0E:77:B0', tags: ['a', 'b'] });
    expect(
      modeInput({
        kind: 'count-window',
        drafts: { 'count-window': { sequence: '1, 2 3-4', windowMs: '1', knockPort: '', protocol: 'tcp' } },
      }),
    ).toMatchObject({ sequence: '1234', knockPort: null });
  });

  test('keeps what is not a number as it was typed, for the message', () => {
    const draft = { ...draftOf({ ...full, mode: MODES[0].defaults }), servicePort: '22x' };
    const checked = parseProfile(draftInput(draft));
    expect(checked.ok ? [] : checked.problems).toMatchObject([{ field: 'servicePort' }]);
    expect(checked.ok ? '' : checked.problems[0]?.message).toContain('22x');
  });

  test('of a new profile asks for a name and a host, and for nothing else', () => {
    const checked = parseProfile(draftInput(emptyDraft(ID, MODES[0].defaults)));
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.field)).toEqual(['name', 'host']);
  });

  test('remembers the mode that is not chosen', () => {
    const [first, second] = [MODES[0].defaults, MODES[1].defaults];
    const draft = modeDraft([first, { ...second, delayMs: 77 }]);
    expect(modeInput({ ...draft, kind: second.kind })).toMatchObject({ kind: second.kind, delayMs: 77 });
  });

  test('is the same as another that would look the same', () => {
    const draft = emptyDraft(ID, MODES[0].defaults);
    expect(sameDraft(draft, { ...draft })).toBe(true);
    expect(sameDraft(draft, { ...draft, notes: 'x' })).toBe(false);
  });
});

describe('a field’s problem', () => {
  const problems = [
    { field: 'mode.steps.1.port', message: 'no port' },
    { field: 'tags.0', message: 'no tag' },
  ];

  test('shows under its own field, once that was visited', () => {
    const shown = within(
      within(
        fieldReporter(
          problems,
          () => true,
          () => undefined,
        ),
        'mode',
      ),
      'steps.1',
    );
    expect([shown.problem('port'), shown.problem('protocol'), shown.name('port')]).toEqual([
      'no port',
      undefined,
      'mode.steps.1.port',
    ]);
    const hidden = fieldReporter(
      problems,
      () => false,
      () => undefined,
    );
    expect(hidden.problem('mode.steps.1.port')).toBeUndefined();
  });

  test('shows under the field that holds the whole list', () => {
    const report = fieldReporter(
      problems,
      () => true,
      () => undefined,
    );
    expect([report.problem('tags'), report.problemWithin('tags')]).toEqual([undefined, 'no tag']);
  });
});

test('an interface that this computer lacks stays on offer, and a number says which one it is now', () => {
  const addresses = ['192.0.2.1'];
  const eth = {
    index: 1,
    name: 'eth0',
    mac: null,
    addresses,
    loopback: false,
    up: true,
    defaultRoute: true,
    kernelIndex: 2,
  };
  expect(interfaceChoices([eth], null).map((choice) => choice.label)).toEqual(['Automatic', 'eth0']);
  expect(interfaceChoices([eth], '1').at(-1)).toEqual({ id: '1', label: 'number 1', detail: 'now eth0' });
  expect(interfaceChoices([eth], 'ppp7').at(-1)).toEqual({ id: 'ppp7', label: 'ppp7', detail: 'not on this computer' });
});
