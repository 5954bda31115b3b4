import { ipcMain } from 'electron';
import type { WebContents } from 'electron';
import { errorInfo, toErrorInfo } from '../domain/errors';
import { check } from '../domain/fields';
import { REQUEST_CHANNEL, REQUESTS, STATE_CHANNEL } from '../shared/contract';
import type { Answers, Reply, RequestArgument, RequestName, StateChange } from '../shared/contract';
import { isAppUrl } from './app-url';

/** One handler a request; what it throws goes back as an ErrorInfo. */
export type Handlers = {
  readonly [Name in RequestName]: (argument: RequestArgument<Name>) => Answers[Name] | Promise<Answers[Name]>;
};

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(REQUESTS, name);
}

/** Sender, name and argument are checked before any handler sees them. The only place that listens to the renderer. */
export function answerRequests(handlers: Handlers): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, argument: unknown): Promise<Reply<RequestName>> => {
    const frame = event.senderFrame;
    if (frame === null || frame !== event.sender.mainFrame || !isAppUrl(frame.url))
      return { ok: false, error: errorInfo('not-permitted', 'This page may not ask for anything.') };
    if (!isRequestName(name))
      return { ok: false, error: errorInfo('internal', `There is no request ${JSON.stringify(name)}.`) };
    return answer(handlers, name, argument);
  });
}

async function answer<Name extends RequestName>(
  handlers: Handlers,
  name: Name,
  argument: unknown,
): Promise<Reply<Name>> {
  const checked = check<unknown>(REQUESTS[name], argument);
  if (!checked.ok) {
    const cause = checked.problems.map((problem) =>
      problem.field === '' ? problem.message : `${problem.field}: ${problem.message}`,
    );
    return { ok: false, error: errorInfo('bad-input', cause.join('\n')) };
  }
  try {
    return { ok: true, value: await handlers[name](checked.value as RequestArgument<Name>) };
  } catch (error) {
    return { ok: false, error: toErrorInfo(error) };
  }
}

/** Tells a window of a change of the state. */
export function sendChange(window: WebContents, change: StateChange): void {
  if (!window.isDestroyed()) window.send(STATE_CHANNEL, change);
}
