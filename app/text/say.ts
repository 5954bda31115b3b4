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
    return entry(sentence.values as never);
  } catch {
    // Values that another process sent and that are not what the sentence takes.
    return sentence.id;
  }
}
