import { exitCodeOf } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import { out, printError } from './print';
import { progressFor } from './progress';
import type { TargetOptions } from './target';

/**
 * Shows a knock's events as the options ask, and gives the exit code.
 * @param also called with each event, for whoever else listens
 */
export async function showEvents(
  events: AsyncIterable<KnockEvent>,
  options: Pick<TargetOptions, 'json' | 'quiet'>,
  also?: (event: KnockEvent) => void,
): Promise<number> {
  const progress = progressFor(process.stderr, options.quiet === true || options.json === true);
  let code = 0;
  try {
    for await (const event of events) {
      also?.(event);
      if (options.json === true) out(JSON.stringify(event));
      progress.show(event);
      if (event.type === 'failed') {
        code = exitCodeOf(event.error.code);
        if (options.json !== true) printError(event.error);
      }
    }
  } finally {
    progress.end();
  }
  return code;
}
