import type { FileProblem } from '../app/file-formats.ts';

/** What was found in a file so far: all of it counted, what may be listed kept. */
export interface ProblemList {
  readonly count: number;
  /** in order of the file, at most `limit` */
  first(): readonly FileProblem[];
  add(count: number, listed: readonly FileProblem[]): void;
}

/** At most this many problems of a kind are listed. */
const listedLimit = 100;

export function createProblemList(limit: number = listedLimit): ProblemList {
  const listed: FileProblem[] = [];
  let total = 0;
  return {
    get count() {
      return total;
    },
    first: () => listed.toSorted((a, b) => (a.record ?? -1) - (b.record ?? -1)).slice(0, limit),
    add(count, problems) {
      total += count;
      listed.push(...problems);
    },
  };
}

/** A problem of the whole file. */
export const wholeFile = (
  rule: string,
  remedy: string,
  column: string | null = null,
  value: string | null = null,
): FileProblem => ({
  rule,
  record: null,
  column,
  value,
  remedy,
});
