import type * as z from 'zod';
import type { Sentence, Text } from '../../text/text';
import type { ErrorCode } from '../errors';
import type { Door } from '../plan/door';
import type { AddressFamily } from '../plan/knock-event';
import type { KnockPlan, Port } from '../plan/knock-plan';
import type { Moment } from '../plan/moment';
import type { Advice } from '../plan/prepared-knock';
import type { InlineForm } from './inline';
import type { Recipe, RecipeContext } from './recipe';

/** What the server's side of a mode may know when it is made. */
export interface DoorContext {
  readonly servicePort: Port;
  /** Wall-clock time in milliseconds since 1970 at which `atMs` of an arrived packet is 0. */
  readonly zeroUnixMs: number;
  /** The client's address: 4 or 16 bytes. */
  readonly source: Uint8Array;
}

/** The server's half of a mode. What a mode leaves out, its servers cannot do or need not do. */
interface ServerSide<Settings> {
  /** As a pure value, for the practice door and for tests. Left out where no door without privileges could tell the right knock. */
  door?(settings: Settings, context: DoorContext): Door;
  /** Settings for the practice door: quick to try, ports that anybody may listen on. There where `door` is. */
  readonly practice?: Settings;
  /** What a server needs to be opened by this mode, as text to copy. */
  recipes?(settings: Settings, context: RecipeContext): readonly Recipe[];
}

/**
 * One way of knocking. A mode is one folder that exports one of these, one line in `registry.ts`, its form in the window and
 * its sentences in the catalogue; nobody else knows it by name. CONTRIBUTING.md goes through it step by step.
 */
export interface ModeDefinition<Settings extends { readonly kind: string }> {
  readonly kind: Settings['kind'];
  /** Its name for a person, for example "Count-window". */
  readonly label: Sentence;
  /** What it does, in one short line. */
  readonly description: Sentence;
  readonly schema: z.ZodType<Settings>;
  /** What a new profile starts with; only what the person alone can know is empty. */
  readonly defaults: Settings;
  /** Whole and valid, for help texts and tests. */
  readonly example: Settings;
  /**
   * What goes on the wire, as far as the moment knows it: fields that depend on an unknown fact are `later`, and `awaits` names the
   * facts. Pure, and total: every value that the schema accepts has a plan at every moment.
   */
  plan(settings: Settings, moment: Moment): KnockPlan;
  /** What to look at when this kind of knock fails with such an error. */
  readonly advice: Partial<Record<ErrorCode, Advice>>;
  readonly server: ServerSide<Settings>;
  /** Its options on the command line, registered for its `--mode` only. */
  readonly inline: InlineForm<Settings>;
  /** One line for a list: says what kind of knock this is and gives nothing of the secret away. */
  outline(settings: Settings): Sentence;
  /**
   * What is taken of settings that somebody else wrote, as in a bundle, and remarks on what is not: nothing in them may start a program
   * here, or tell anybody when a knock is made. Left out: all of it is harmless.
   */
  ofStranger?(settings: Settings): { readonly settings: Settings; readonly remarks: readonly Text[] };
  /** Digests (SHA-256 in hex) of the large secrets that the settings refer to. Left out: none ever. */
  attachments?(settings: Settings): readonly string[];
  /** The one address family that its servers know; null: both. Left out: both. */
  family?(settings: Settings): AddressFamily | null;
}

/** Gives a definition its exact type. */
export function defineMode<Schema extends z.ZodType<{ readonly kind: string }>>(
  definition: ModeDefinition<z.infer<Schema>> & { readonly schema: Schema },
): ModeDefinition<z.infer<Schema>> & { readonly schema: Schema } {
  return definition;
}
