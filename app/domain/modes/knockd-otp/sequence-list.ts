/** knockd's file of one-time sequences as text: read and written (formats of knockd.conf, `one_time_sequences`). */
import type { SequenceStep } from '../port-sequence/schema';
import { MAX_STEPS } from '../port-sequence/schema';
import { writeSteps } from '../port-sequence/knocks';

export const MAX_SEQUENCES = 1000;

/** Why a line cannot be used, and where: line and column count from 1. */
export interface ListProblem {
  readonly line: number;
  readonly column: number;
  /** `length`: not as many knocks as the first line has, so that with the real knockd one knock more would open the door. */
  readonly kind: 'port' | 'protocol' | 'too-many' | 'length' | 'too-long';
  /** What stands there. */
  readonly found: string;
}

type SequenceList =
  | {
      readonly ok: true;
      /** Those that are not used up, in order. */
      readonly sequences: readonly (readonly SequenceStep[])[];
      /** How many lines knockd has struck out. They are no sequences any more: it may have written over a digit. */
      readonly used: number;
    }
  | { readonly ok: false; readonly problems: readonly ListProblem[] };

const MAX_PROBLEMS = 20;

/** Blanks as C has them: what else Unicode calls one, a byte order mark among them, knockd takes for a port that is none. */
function trimmed(text: string): string {
  return text.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, '');
}

/**
 * Reads a list as knockd does, but refuses what it would misread in silence: a line that it skips or understands otherwise would
 * leave client and server at different lines (`7000 8000` is the one port 7000 there, `7000,,9000` has a port 0).
 *
 * One sequence a line, knocks between commas, `PORT` or `PORT:PROTOCOL`, blanks around them as one likes. Lines that begin with
 * `#` are used up; empty lines say nothing.
 */
export function parseSequenceList(text: string): SequenceList {
  const problems: ListProblem[] = [];
  const sequences: (readonly SequenceStep[])[] = [];
  let used = 0;
  text.split('\n').forEach((written, at) => {
    const line = written.replace(/\r$/, '');
    if (line.startsWith('#')) used += 1;
    else if (trimmed(line) !== '') {
      const number = at + 1;
      const found = parseLine(line, number);
      const [first] = sequences;
      if ('kind' in found) problems.push(found);
      else if (first !== undefined && first.length !== found.length)
        problems.push({ line: number, column: 1, kind: 'length', found: `${found.length} and ${first.length}` });
      else if (sequences.length === MAX_SEQUENCES)
        problems.push({ line: number, column: 1, kind: 'too-long', found: '' });
      else sequences.push(found);
    }
  });
  return problems.length === 0
    ? { ok: true, sequences, used }
    : { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
}

function parseLine(line: string, number: number): readonly SequenceStep[] | ListProblem {
  const steps: SequenceStep[] = [];
  let at = 0;
  for (const piece of line.split(',')) {
    const column = at + 1 + Math.max(0, piece.search(/[^ \t\v\f\r]/));
    const [port = '', ...rest] = piece.split(':').map(trimmed);
    const protocol = rest.length === 0 ? 'tcp' : rest.join(':').toLowerCase();
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      return { line: number, column, kind: 'port', found: port };
    if (protocol !== 'tcp' && protocol !== 'udp')
      return { line: number, column: at + 2 + piece.indexOf(':'), kind: 'protocol', found: rest.join(':') };
    if (steps.length === MAX_STEPS) return { line: number, column, kind: 'too-many', found: trimmed(piece) };
    steps.push({ port: Number(port), protocol });
    at += piece.length + 1;
  }
  return steps;
}

/**
 * The file that knockd reads. Each line begins with a blank, over which it writes the `#` when the line is used up; without it the
 * first digit would be lost.
 */
export function printSequenceList(sequences: readonly (readonly SequenceStep[])[]): string {
  return sequences.map((steps) => ` ${writeSteps(steps)}\n`).join('');
}
