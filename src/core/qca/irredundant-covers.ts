import { type Chart, groupByCover } from './cover-classes.ts';
import { enumerateMinimalHittingSets } from './minimal-hitting-sets.ts';

export interface IrredundantCovers {
  /** ascending lists of implicants, in lexicographic order */
  readonly covers: readonly (readonly number[])[];
  /** false if the limit cut the list */
  readonly complete: boolean;
}

/**
 * All irredundant covers: sets of implicants that cover every row and lose that with any member, whatever their size.
 *
 * These are the minimal hitting sets of the rows, each seen as the set of implicants that cover it, by the same
 * kernel as the prime implicants. Implicants with equal coverage are interchangeable and expanded at the end.
 *
 * @param limit covers to list at most
 * Cost: proportional to the nodes of the search. Replaces Petrick 1956, doi:10.1109/TEC.1956.5219998.
 */
export function listIrredundantCovers(chart: Chart, limit: number): IrredundantCovers {
  if (chart.rows === 0) return { covers: [[]], complete: true };
  const classes = groupByCover(chart);
  const words = Math.max(1, (classes.count + 31) >> 5);
  const masks = new Int32Array(chart.rows * words);
  for (let c = 0; c < classes.count; c++)
    for (let r = 0; r < chart.rows; r++)
      if (classes.cover[c * classes.words + (r >> 5)]! & (1 << (r & 31))) masks[r * words + (c >> 5)]! |= 1 << (c & 31);
  const covers: number[][] = [];
  const complete = enumerateMinimalHittingSets(
    { vertices: classes.count, words, edges: chart.rows, masks },
    (chosen, size) => {
      let partial: number[][] = [[]];
      for (let j = 0; j < size; j++) {
        const from = classes.start[chosen[j]!]!;
        const members = classes.members.subarray(from, classes.start[chosen[j]! + 1]!);
        partial = partial.flatMap((cover) => Array.from(members, (member) => [...cover, member]));
        if (covers.length + partial.length > limit) return false;
      }
      for (const cover of partial) covers.push(cover.sort((a, b) => a - b));
      return true;
    },
  );
  covers.sort((a, b) => {
    for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at]! !== b[at]!) return a[at]! - b[at]!;
    return a.length - b.length;
  });
  return { covers, complete };
}
