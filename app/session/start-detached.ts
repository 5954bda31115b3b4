import { spawn } from 'node:child_process';
import type { Command } from './terminals';

/** What becomes of a program that was started for the person. */
export interface Outcomes {
  readonly started: () => void;
  readonly notStarted: (error: Error) => void;
  /** Null when a signal ended it. */
  readonly ended: (exitCode: number | null) => void;
}

/** Starts a program that outlives us, from its argument array, with none of our streams. */
export function startDetached(command: Command, outcomes: Outcomes): void {
  const child = spawn(command.file, command.args, { detached: true, stdio: 'ignore' });
  child.once('spawn', outcomes.started);
  child.once('error', outcomes.notStarted);
  child.once('exit', outcomes.ended);
  child.unref();
}
