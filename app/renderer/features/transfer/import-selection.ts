/** Which parts of an import are worth a tick, and what became of those that could not be. */
import type { ImportItem, ImportOutcome } from '../../../shared/contract';
import type { Importing } from '../../state/ui';
import { say } from '../../../text/say';

/** The items that can be imported, by their position in the preview. */
export function usableIndexes(items: readonly ImportItem[]): readonly number[] {
  return items.filter((item) => item.content.kind === 'profile').map((item) => item.index);
}

/**
 * What stays unticked when a bundle was opened: its profiles have taken its place, so that all that stood behind it has
 * moved. What the person unticked before stays unticked.
 */
export function unticked(before: ReadonlySet<number>, opened: number, grownBy: number): ReadonlySet<number> {
  return new Set([...before].map((index) => (index > opened ? index + grownBy : index)));
}

/**
 * The outcome with the files that were never importable: whoever gave three files is told about three, whether main
 * counts the unusable ones itself or not.
 */
export function withRefused(outcome: ImportOutcome, { preview, refused }: Importing): ImportOutcome {
  const unusable = preview.items.flatMap(({ file, content }) =>
    content.kind === 'unusable' ? [{ file, error: content.error }] : [],
  );
  const told = new Set(outcome.failed.map(({ file, error }) => `${file}\n${say(error.cause)}`));
  const missing = [...unusable, ...refused].filter(({ file, error }) => !told.has(`${file}\n${say(error.cause)}`));
  return { imported: outcome.imported, failed: [...outcome.failed, ...missing] };
}
