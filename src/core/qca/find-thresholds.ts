import { CoreError } from '../errors.ts';

/**
 * Thresholds that split scores where they fall apart: agglomerative clustering with complete linkage (the two neighbouring
 * groups whose union spans least are joined, the lower ones first where two spans are equal), and the middle of each gap
 * between the groups that remain. A suggestion for want of knowledge about the cases, never a substitute for it.
 *
 * @param scores n finite numbers, in any order
 * @param count  thresholds wanted; the scores must have more different values
 * @returns the thresholds, ascending
 * @throws invalid-argument for a count that is no whole number from 1; no-variation for too few different scores
 * Cost: O(d^2) for d different scores. Source: Dusa 2019, doi:10.1007/978-3-319-75668-4, section 4.1.
 *
 * @example
 * const incomes = [460, 500, 900, 2000, 2100, 2400, 15000, 16000, 20000];
 * findThresholds(Float64Array.from(incomes), 2); // → [8700, 18000]
 */
export function findThresholds(scores: Float64Array, count: number): number[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new CoreError('invalid-argument', `Received ${count} thresholds to find; expected a whole number from 1.`, {
      count,
    });
  }
  const values = Array.from(new Set(scores)).sort((a, b) => a - b);
  if (values.length <= count) {
    throw new CoreError(
      'no-variation',
      `The scores have ${values.length} different values, too few for ${count} thresholds between them; ask for fewer.`,
      { values: values.length, count },
    );
  }
  // Groups of neighbouring values, by the index of the first; the union of groups g and g+1 spans to the start of g+2.
  const starts = values.map((_, at) => at);
  while (starts.length > count + 1) {
    let join = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let g = 0; g + 1 < starts.length; g++) {
      const span = values[(starts[g + 2] ?? values.length) - 1]! - values[starts[g]!]!;
      if (span < least) {
        least = span;
        join = g;
      }
    }
    starts.splice(join + 1, 1);
  }
  return starts.slice(1).map((at) => (values[at - 1]! + values[at]!) / 2);
}
