import { referenceValues } from '../insights/reference-values.ts';

/**
 * The fewest units that tell themselves apart in the outcome of a comparison: in all of it, and in the rows where a column is, or
 * is not, zero. Means of an outcome that few hold are counts, and so is a difference of two of them with its standard error.
 *
 * @param outcome n values
 * @param columns columns of n values that the outcome is compared by
 * @param unit    n codes of units; a unit counts where any of its rows does
 * @returns a number of units above 0; null where every row differs from each reference value (`referenceValues`), as in an
 *   outcome that is measured finely
 * Cost: O(n) per column and reference value.
 */
export function outcomeSupport(
  outcome: Float64Array,
  columns: readonly Float64Array[],
  unit: ArrayLike<number>,
): number | null {
  const everywhere = () => true;
  const parts = columns.flatMap((x) => [(row: number) => x[row] !== 0, (row: number) => x[row] === 0]);
  let fewest: number | null = null;
  for (const value of referenceValues(outcome, new Uint8Array(outcome.length).fill(1))) {
    if (outcome.every((y) => y !== value)) continue;
    for (const isIn of [everywhere, ...parts]) {
      const apart = new Set<number>();
      for (let row = 0; row < outcome.length; row++) if (outcome[row] !== value && isIn(row)) apart.add(unit[row]!);
      if (apart.size > 0) fewest = Math.min(fewest ?? apart.size, apart.size);
    }
  }
  return fewest;
}
