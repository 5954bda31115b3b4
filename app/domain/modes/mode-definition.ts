import type * as z from 'zod';
import type { Door } from '../plan/door';
import type { KnockPlan, Port } from '../plan/knock-plan';
import type { InlineForm } from './inline';
import type { Recipe, RecipeContext } from './recipe';

/** What a mode may know of the profile around it when it makes a plan. */
export interface PlanContext {
  /** The port that the knock opens. */
  readonly servicePort: Port;
}

interface MakesDoor<Schema extends z.ZodType> {
  make(mode: z.infer<Schema>, context: PlanContext): Door;
}
/** Makes the server's side of a mode's settings. A method's type, like those beside it. */
export type DoorMaker<Schema extends z.ZodType> = MakesDoor<Schema>['make'];

/**
 * One way of knocking. A mode is one folder that exports one of these, and one line in `registry.ts`; nobody else
 * switches on its name.
 */
export interface ModeDefinition<
  Kind extends string,
  Schema extends z.ZodType<{ readonly kind: Kind }>,
  Maker extends DoorMaker<Schema> | null = DoorMaker<Schema> | null,
> {
  readonly kind: Kind;
  /** Its name for a person, for example "Count-window". */
  readonly label: string;
  /** What it does, in one short line. */
  readonly description: string;
  readonly schema: Schema;
  /** What a new profile starts with. */
  readonly defaults: z.infer<Schema>;
  /** Makes the plan. Total: every value that the schema accepts has a plan. */
  plan(mode: z.infer<Schema>, context: PlanContext): KnockPlan;
  /** The server's side of it, for the practice door and for tests; null where no door without privileges could tell. */
  readonly door: Maker;
  /** What a server needs to be opened by this mode, as text to copy; none where there is nothing to write down. */
  recipes?(mode: z.infer<Schema>, context: RecipeContext): readonly Recipe[];
  /** SHA-256 digests, in lower-case hex, of the large secrets that these settings need; none where a mode has no such. */
  attachments?(mode: z.infer<Schema>): readonly string[];
  /** Its options on the command line. */
  readonly inline: InlineForm<z.infer<Schema>>;
  /** One line for a list: says what kind of knock this is and gives nothing of the secret away. */
  outline(mode: z.infer<Schema>): string;
}

/** Gives a definition its exact type. */
export function defineMode<
  Kind extends string,
  Schema extends z.ZodType<{ readonly kind: Kind }>,
  Maker extends DoorMaker<Schema> | null,
>(definition: ModeDefinition<Kind, Schema, Maker>): ModeDefinition<Kind, Schema, Maker> {
  return definition;
}
