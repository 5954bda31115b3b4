/** The renderer's one way to ask main for something. */
import { fromErrorInfo, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import type { Answers, Bridge, RequestArgument, RequestName } from '../shared/contract';

declare global {
  interface Window {
    readonly sesamy: Bridge;
  }
}

/** Answers with the value, or throws a SesamyError that carries main's own words. */
export async function request<Name extends RequestName>(
  name: Name,
  argument: RequestArgument<Name>,
): Promise<Answers[Name]> {
  const reply = await window.sesamy.request(name, argument);
  if (reply.ok) return reply.value;
  throw fromErrorInfo(reply.error);
}

/** Runs `work` and gives what it threw, if anything, to `onFailure`: nothing that a person asked for fails silently. */
export function attempt(work: () => Promise<void>, onFailure: (error: ErrorInfo) => void): void {
  work().catch((thrown: unknown) => {
    onFailure(toErrorInfo(thrown));
  });
}
