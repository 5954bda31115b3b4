import { describe, expect, it } from 'vitest';
import { MODES, doorOf, modeDefinition, modeSchema, planKnock } from './registry';

describe('each mode', () => {
  it.each(MODES.map((mode) => [mode.kind, mode] as const))('%s is whole', (kind, mode) => {
    expect(modeDefinition(kind)).toBe(mode);
    expect(modeSchema.parse(mode.defaults)).toEqual(mode.defaults);
    expect(mode.label).not.toBe('');
    expect(mode.description).not.toBe('');
  });

  it.each(MODES.map((mode) => [mode.kind, mode.defaults] as const))('%s opens its own door', (_kind, defaults) => {
    const plan = planKnock(defaults, { servicePort: 22 });
    let door = doorOf(defaults, { servicePort: 22 });
    for (const packet of plan.packets) door = door.receive(packet).door;
    expect(door.receive({ atMs: plan.connect.atMs, port: plan.connect.port, protocol: 'tcp' }).verdict).toBe('accept');
    expect(plan.connect.port).toBe(22);
  });

  it.each(MODES.map((mode) => [mode.kind] as const))('%s reads from the command line what it writes there', (kind) => {
    const { inline, defaults, schema } = modeDefinition(kind);
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

it('has no two modes of one name', () => {
  expect(new Set(MODES.map((mode) => mode.kind)).size).toBe(MODES.length);
});

it('refuses a name that it does not know', () => {
  expect(() => modeDefinition('spa' as never)).toThrow(RangeError);
});
