/** Every way of knocking that there is. A new mode is its folder and one line here. */
import * as z from 'zod';
import type { Text } from '../../text/text';
import { shown } from '../fields';
import type { Door } from '../plan/door';
import type { KnockPlan } from '../plan/knock-plan';
import type { Moment } from '../plan/moment';
import type { DoorContext, ModeDefinition } from './mode-definition';
import type { Recipe, RecipeContext } from './recipe';
import { MODES } from './modes';

export { MODES };

type Schemas<Modes> = {
  -readonly [Position in keyof Modes]: Modes[Position] extends { readonly schema: infer S } ? S : never;
};

const schemas = MODES.map((mode) => mode.schema) as unknown as Schemas<typeof MODES>;

export const modeSchema = z.discriminatedUnion('kind', schemas, {
  error: ({ input }) => {
    const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
    return `Mode must be an object whose kind is one of ${MODES.map((mode) => mode.kind).join(', ')}; its kind is ${shown(kind)}.`;
  },
});

/** The secret part of a profile: how its server wants to be knocked on. */
export type Mode = z.infer<typeof modeSchema>;
export type ModeKind = Mode['kind'];

type AnyMode = ModeDefinition<Mode>;

/** The definition behind a mode's name. */
export function modeDefinition(kind: ModeKind): AnyMode {
  const found = MODES.find((mode) => mode.kind === kind);
  if (found === undefined) throw new RangeError(`no mode ${kind}`);
  return found;
}

/** What goes on the wire for a mode's settings, as far as it is known at this moment. */
export function planKnock(mode: Mode, moment: Moment): KnockPlan {
  return modeDefinition(mode.kind).plan(mode, moment);
}

/** The server's side of a mode's settings, as a pure value; null where there is none to practise on. */
export function doorOf(mode: Mode, context: DoorContext): Door | null {
  return modeDefinition(mode.kind).server.door?.(mode, context) ?? null;
}

/** What is taken of settings that somebody else wrote, and remarks on what is not. */
export function modeOfStranger(mode: Mode): { readonly settings: Mode; readonly remarks: readonly Text[] } {
  return modeDefinition(mode.kind).ofStranger?.(mode) ?? { settings: mode, remarks: [] };
}

/** What the server needs, as text; empty where the mode has nothing to write down. */
export function recipesOf(mode: Mode, context: RecipeContext): readonly Recipe[] {
  return modeDefinition(mode.kind).server.recipes?.(mode, context) ?? [];
}
