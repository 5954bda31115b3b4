/**
 * Text for people as data: the id of a sentence in the catalogue (`en.ts`) and the values that go into it. Everything below
 * the edge (window, command line) makes these and never a sentence; `say.ts` makes the sentence, at the edge.
 *
 * To add one: write it into `en.ts`; its id and the type of its values follow from there.
 */
import type { en } from './en';

type Catalogue = typeof en;
export type TextId = keyof Catalogue;

type ValuesOf<Entry> = Entry extends (values: infer Values) => string ? Values : Readonly<Record<string, never>>;

/** Where an entry takes any text at all, another sentence may stand in its place: it is said first. */
type Nested<Value> = string extends Value
  ? Value | Text
  : Value extends readonly string[]
    ? readonly Sentence[]
    : Value;
type WithSentences<Values> = { readonly [Name in keyof Values]: Nested<Values[Name]> };

/** One sentence, or a part of one. The values are words, numbers, other sentences and lists of those: plain data that crosses processes. */
export type Text = {
  readonly [Id in TextId]: { readonly id: Id; readonly values: WithSentences<ValuesOf<Catalogue[Id]>> };
}[TextId];

/** What a person will read. The plain strings are sentences from before the catalogue; new ones are {@link Text}. */
export type Sentence = string | Text;

/** `text('step.burst', { number: 2 })`. Ids without values take none. */
export function text<Id extends TextId>(
  id: Id,
  ...values: Catalogue[Id] extends (values: infer Values) => string ? [values: WithSentences<Values>] : []
): Text {
  return { id, values: values[0] ?? {} } as Text;
}
