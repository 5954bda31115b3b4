/** Where data becomes sentences: for the window and the command line only. */
import { en } from './en';
import type { Sentence } from './text';

const entries: Readonly<Record<string, string | ((values: never) => string) | undefined>> = en;

/** The sentence. One that a newer program sent, and that this one does not know, is shown by its id. Never throws. */
export function say(sentence: Sentence): string {
  if (typeof sentence === 'string') return sentence;
  const entry = Object.hasOwn(entries, sentence.id) ? entries[sentence.id] : undefined;
  if (typeof entry !== 'function') return entry ?? sentence.id;
  try {
    return entry(saidValues(sentence.values) as never);
  } catch {
    // Values that another process sent and that are not what the sentence takes.
    return sentence.id;
  }
}

/** The values of a sentence, in which other sentences may stand. */
function saidValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(saidValue) : saidValue(value),
    ]),
  );
}

function saidValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? say(value as Sentence) : value;
}
