import { describe, expect, it } from 'vitest';
import { check } from '../fields';
import { MODES, doorOf, modeDefinition, modeSchema, planKnock, recipesOf } from './registry';
import type { Mode } from './registry';

/** A mode's defaults with something in each field that only the person can fill. */
const filled = (defaults: Mode): Mode =>
  Object.fromEntries(Object.entries(defaults).map(([field, value]) => [field, value === '' ? 'x' : value])) as Mode;
const WITH_DOOR = MODES.filter((mode) => mode.door !== null);

describe('each mode', () => {
  it.each(MODES.map((mode) => [mode.kind, mode] as const))('%s is whole', (kind, mode) => {
    expect(modeDefinition(kind)).toBe(mode);
    expect(modeSchema.parse(filled(mode.defaults))).toEqual(filled(mode.defaults));
    const checked = check(modeSchema, mode.defaults);
    const empty = Object.entries(mode.defaults).flatMap(([field, value]) => (value === '' ? [field] : []));
    expect(checked.ok ? [] : checked.problems.map(({ field }) => field)).toEqual(empty);
    expect(mode.label).not.toBe('');
    expect(mode.description).not.toBe('');
  });

  it.each(WITH_DOOR.map((mode) => [mode.kind, mode.defaults] as const))('%s opens its own door', (_kind, defaults) => {
    const plan = planKnock(defaults, { servicePort: 22 });
    let door = doorOf(defaults, { servicePort: 22 });
    for (const packet of plan.packets) door = door?.receive(packet).door ?? null;
    expect(door?.receive({ atMs: plan.connect.atMs, port: plan.connect.port, protocol: 'tcp' }).verdict).toBe('accept');
    expect(plan.connect.port).toBe(22);
  });

  it.each(MODES.map((mode) => [mode.kind] as const))('%s reads from the command line what it writes there', (kind) => {
    const { inline, schema } = modeDefinition(kind);
    const defaults = filled(modeDefinition(kind).defaults);
    const words = inline.write(defaults);
    const values = Object.fromEntries(
      inline.options.map(({ flags, field }) => {
        const at = words.indexOf(flags.split(' ')[0] ?? '');
        return [field, at < 0 ? undefined : words[at + 1]];
      }),
    );
    expect(schema.parse({ kind, ...inline.read(values) })).toEqual(defaults);
  });
});

it('has no server’s side where a mode brings none', () => {
  expect(doorOf({ ...MODES[2].defaults, secret: 'x' }, { servicePort: 22 })).toBeNull();
  expect(recipesOf(MODES[0].defaults, { address: '192.0.2.1', family: 4, servicePort: 22 })).toEqual([]);
});

it('has no two modes of one name', () => {
  expect(new Set(MODES.map((mode) => mode.kind)).size).toBe(MODES.length);
});

it('refuses a name that it does not know', () => {
  expect(() => modeDefinition('spa' as never)).toThrow(RangeError);
});
