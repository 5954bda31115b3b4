import type { FieldProblem } from '../../../domain/fields';

/** How a form's field learns what is wrong with it, and says that it was visited. Paths are those of FieldProblem. */
export interface FieldReporter {
  /** What to show under the field, if anything. */
  readonly problem: (path: string) => string | undefined;
  /** The same for a field that holds a whole list as one text. */
  readonly problemWithin: (path: string) => string | undefined;
  readonly touch: (path: string) => void;
  /** The field's full path, for its `name`. */
  readonly name: (path: string) => string;
}

/**
 * @param shown whether a field's problem may be shown yet: nobody is told off for a field that they have not been to
 */
export function fieldReporter(
  problems: readonly FieldProblem[],
  shown: (path: string) => boolean,
  touch: (path: string) => void,
): FieldReporter {
  const find = (path: string, matches: (field: string) => boolean): string | undefined =>
    shown(path) ? problems.find((problem) => matches(problem.field))?.message : undefined;
  return {
    problem: (path) => find(path, (field) => field === path),
    problemWithin: (path) => find(path, (field) => field === path || field.startsWith(`${path}.`)),
    touch,
    name: (path) => path,
  };
}

/** The reporter for a part of the form whose paths begin with `prefix`. */
export function within(report: FieldReporter, prefix: string): FieldReporter {
  return {
    problem: (path) => report.problem(`${prefix}.${path}`),
    problemWithin: (path) => report.problemWithin(`${prefix}.${path}`),
    touch: (path) => {
      report.touch(`${prefix}.${path}`);
    },
    name: (path) => report.name(`${prefix}.${path}`),
  };
}
