/** What holds for every mode, the next one too. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { say } from '../../text/say';
import type { Text } from '../../text/text';
import { check } from '../fields';
import { knockPlanSchema } from '../plan/knock-plan';
import type { Fact, KnockPlan } from '../plan/knock-plan';
import type { Moment } from '../plan/moment';
import { MODES, doorOf, modeDefinition, modeSchema, planKnock, recipesOf } from './registry';
import type { Mode } from './registry';

const EACH = MODES.map((mode) => [mode.kind, modeDefinition(mode.kind)] as const);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the fields that only the person can fill. */
function emptyFields(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    isFields(value) ? emptyFields(value).map((inner) => `${name}.${inner}`) : value === '' ? [name] : [],
  );
}

function filledFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === '' ? 'x' : isFields(value) ? filledFields(value) : value,
    ]),
  );
}

/** A mode's defaults with something in each field that only the person can fill. */
const filled = (defaults: Mode): Mode => filledFields(defaults) as Mode;

/** Whole settings of a mode, as many as it brings. */
function settingsOf({ kind }: { readonly kind: Mode['kind'] }): readonly Mode[] {
  const { defaults, example, server } = modeDefinition(kind);
  return [filled(defaults), example, ...(server.practice === undefined ? [] : [server.practice])];
}

const addressArb = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);
const KEY_FILE = Uint8Array.from({ length: 65_536 }, (_, at) => (at * 7) & 0xff);

/** Any part of what can be known. */
const momentArb: fc.Arbitrary<Moment> = fc.record(
  {
    servicePort: fc.integer({ min: 1, max: 65_535 }),
    destination: addressArb,
    source: addressArb,
    unixMs: fc.integer({ min: 0, max: 4e12 }),
    firstBytes: fc.uint8Array({ minLength: 255, maxLength: 255 }),
    attachment: fc.constant(() => KEY_FILE),
    random: fc.nat(255).map((byte) => (bytes: number) => new Uint8Array(bytes).fill(byte)),
    used: fc.nat(20),
  },
  { requiredKeys: ['servicePort'] },
);

/** All that can be known, over IPv4: modes whose servers know one family know that one. */
const wholeArb: fc.Arbitrary<Required<Moment>> = fc.record({
  servicePort: fc.constant(22),
  destination: fc.constant(Uint8Array.of(192, 0, 2, 1)),
  source: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  unixMs: fc.integer({ min: 0, max: 4e12 }),
  firstBytes: fc.uint8Array({ minLength: 255, maxLength: 255 }),
  attachment: fc.constant(() => KEY_FILE),
  random: fc.nat(255).map((byte) => (bytes: number) => new Uint8Array(bytes).fill(byte)),
  used: fc.constant(0),
});

/** The moment after one more fact. */
function learned(moment: Moment, fact: Fact, whole: Required<Moment>): Moment {
  return { ...moment, [fact.kind]: whole[fact.kind] };
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): readonly Text[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isFields(value)) return [];
  if (typeof value['id'] === 'string' && isFields(value['values'])) return [value as unknown as Text];
  return Object.values(value).flatMap(textsIn);
}

function expectSaid(...values: readonly unknown[]): void {
  for (const text of textsIn(values)) {
    expect(say(text)).not.toBe(text.id);
    expect(say(text)).not.toMatch(/undefined|NaN|\[object|function/);
  }
}

function expectSane(plan: KnockPlan, moment: Moment): void {
  expect(knockPlanSchema.parse(plan)).toEqual(plan);
  expect(plan.packets.map((packet) => packet.index)).toEqual(plan.packets.map((_, at) => at));
  expect(plan.connect.port).toBe(moment.servicePort);
  for (const packets of [plan.packets, plan.retry.resync, plan.closing]) {
    const times = packets.map((packet) => packet.atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0] ?? 0).toBe(0);
  }
  const { quietMs, nextTryUnixMs, tries } = plan.retry;
  expect(quietMs).toBeGreaterThanOrEqual(0);
  expect(tries).toBeGreaterThanOrEqual(1);
  if (nextTryUnixMs !== null) expect(nextTryUnixMs).toBeGreaterThan(moment.unixMs ?? Infinity);
  if (plan.notBeforeUnixMs !== null) expect(plan.notBeforeUnixMs).toBeGreaterThan(moment.unixMs ?? Infinity);
  expect(plan.connect.atMs).toBeGreaterThanOrEqual(plan.packets.at(-1)?.atMs ?? 0);
}

describe('each mode', () => {
  it.each(EACH)('%s is whole', (kind, mode) => {
    for (const settings of settingsOf(mode)) expect(modeSchema.parse(settings)).toEqual(settings);
    const checked = check(modeSchema, mode.defaults);
    expect(checked.ok ? [] : checked.problems.map(({ field }) => field)).toEqual(
      emptyFields(mode.defaults as unknown as Fields),
    );
    expect(mode.example.kind).toBe(kind);
    expect(say(mode.label)).not.toBe('');
    expect(say(mode.description)).not.toBe('');
    expect(mode.server.practice === undefined).toBe(mode.server.door === undefined);
  });

  it.each(EACH)('%s makes a plan at any moment, and waits for nothing that is known', (_kind, mode) => {
    fc.assert(
      fc.property(fc.constantFrom(...settingsOf(mode)), momentArb, (settings, moment) => {
        const plan = planKnock(settings, moment);
        expectSane(plan, moment);
        for (const fact of plan.awaits) expect(moment).not.toHaveProperty(fact.kind);
        // Pure: the same moment makes the same plan.
        expect(planKnock(settings, moment)).toEqual(plan);
      }),
    );
  });

  it.each(EACH)('%s awaits nothing once all of it is known, and leaves nothing for later', (_kind, mode) => {
    fc.assert(
      fc.property(fc.constantFrom(...settingsOf(mode)), wholeArb, (settings, whole) => {
        let moment: Moment = { servicePort: whole.servicePort };
        let plan = planKnock(settings, moment);
        for (let known = 0; plan.awaits.length > 0; known++) {
          expect(known).toBeLessThan(7);
          const [fact] = plan.awaits;
          if (fact !== undefined) moment = learned(moment, fact, whole);
          plan = planKnock(settings, moment);
        }
        expect(plan.refusal).toBeNull();
        expect(JSON.stringify(plan)).not.toContain('"later"');
      }),
    );
  });

  it.each(EACH)('%s has a sentence in the catalogue for all that it says', (_kind, mode) => {
    expectSaid(mode.label, mode.description, mode.advice);
    fc.assert(
      fc.property(fc.constantFrom(...settingsOf(mode)), momentArb, (settings, moment) => {
        expectSaid(planKnock(settings, moment), mode.outline(settings));
      }),
    );
  });

  const WITH_DOOR = EACH.filter(([, mode]) => mode.server.door !== undefined);
  it.each(WITH_DOOR)('%s opens the practice door, and knocks above the ports of the system', (_kind, mode) => {
    const settings = mode.server.practice ?? mode.example;
    fc.assert(
      fc.property(wholeArb, (whole) => {
        const plan = planKnock(settings, whole);
        const zeroUnixMs = plan.notBeforeUnixMs ?? whole.unixMs;
        let door = doorOf(settings, { servicePort: 22, zeroUnixMs, source: whole.source });
        for (const packet of plan.packets) door = door?.receive(packet).door ?? null;
        const connecting = { atMs: plan.connect.atMs, port: plan.connect.port, protocol: 'tcp' } as const;
        expect(door?.receive(connecting).verdict).toBe('accept');
        expect(plan.packets.every(({ port }) => port > 1024 || port === 22)).toBe(true);
      }),
    );
  });

  it.each(EACH)('%s reads from the command line what it writes there', (kind, mode) => {
    const { inline, schema } = mode;
    const flag = (flags: string): string => flags.split(' ')[0] ?? '';
    expect(new Set(inline.options.map(({ flags }) => flag(flags))).size).toBe(inline.options.length);
    for (const settings of settingsOf(mode)) {
      const words = inline.write(settings);
      const values = Object.fromEntries(
        inline.options.map(({ flags, field }) => {
          const at = words.indexOf(flag(flags));
          return [field, at < 0 ? undefined : words[at + 1]];
        }),
      );
      expect(schema.parse({ kind, ...inline.read(values) })).toEqual(settings);
    }
  });

  it.each(EACH)('%s gives nothing of its secrets away in its outline', (_kind, mode) => {
    for (const settings of settingsOf(mode)) {
      const outline = say(mode.outline(settings));
      for (const word of mode.inline.write(settings).filter((each) => /^[^-].{3,}$/.test(each)))
        expect(outline).not.toContain(word);
    }
  });
});

it('has no server’s side where a mode brings none', () => {
  const stealth = modeDefinition('tcp-stealth').example;
  expect(doorOf(stealth, { servicePort: 22, zeroUnixMs: 0, source: Uint8Array.of(192, 0, 2, 1) })).toBeNull();
  expect(recipesOf(MODES[0].defaults, { address: '192.0.2.1', family: 4, servicePort: 22 })).toEqual([]);
});

it('has no two modes of one name', () => {
  expect(new Set(MODES.map((mode) => mode.kind)).size).toBe(MODES.length);
});

it('refuses a name that it does not know', () => {
  expect(() => modeDefinition('spa' as never)).toThrow(RangeError);
});
