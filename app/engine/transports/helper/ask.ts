import type { SesamyError } from '../../../domain/errors';
import { helperError } from './failures';
import type { FailedReport } from './failures';
import { converse, HelperFailure } from './process';
import type { Descriptor, HelperStart } from './process';
import type { Report } from './protocol';

export interface Question<Type extends Report['type']> {
  readonly request: Uint8Array;
  /** The reports that belong to this command. */
  readonly answers: readonly Type[];
  /** What the report of a failure means. */
  readonly failure: (report: FailedReport) => SesamyError;
  /** As {@link converse} asks for it. */
  readonly patienceMs: () => number | null;
  /** What the helper gets as its own from 3 on. */
  readonly descriptors?: readonly Descriptor[];
}

type ReportOf<Type extends Report['type']> = Extract<Report, { readonly type: Type }>;

/**
 * Has one request done, and gives the reports that belong to it.
 * @throws SesamyError what `failure` makes of a failure; `transport-failed`, `not-permitted` when the helper itself breaks down;
 * `cancelled`
 */
export async function* ask<Type extends Report['type']>(
  start: HelperStart,
  { request, answers, failure, patienceMs, descriptors = [] }: Question<Type>,
  signal: AbortSignal,
): AsyncGenerator<ReportOf<Type>, void> {
  const belongs = (report: Report): report is ReportOf<Type> => answers.some((type) => type === report.type);
  try {
    for await (const report of converse(start.command, request, signal, patienceMs, descriptors))
      if (belongs(report)) yield report;
      else if (report.type === 'failed') throw failure(report);
      else throw new HelperFailure(`${start.path} does not keep to the protocol: it answers another question.`);
  } catch (error) {
    throw helperError(error, start);
  }
}
