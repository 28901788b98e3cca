import type { PartnerLists } from './partner-lists.ts';
import { runningSums } from './running-sums.ts';

/**
 * Variance of the outcome of each unit given what it was matched on: the sample variance (n - 1) of itself and its nearest in its own
 * group.
 *
 * @param lists a unit and its neighbours, itself among them; each unit in one list at most
 * @param y     n finite values
 * @param other what units without a list get
 * @returns n variances
 * Cost: O(n), whatever the number of ties. Source: Abadie and Imbens 2006, doi:10.1111/j.1468-0262.2006.00655.x, section 4.1; there J/(J + 1)
 * (y_i - mean of the J)^2, which is the same for J = 1; the variance of all J + 1, as in R's `Matching`, scatters less.
 */
export function armVariances(lists: readonly PartnerLists[], y: Float64Array, other: number): Float64Array {
  const variances = new Float64Array(y.length).fill(other);
  for (const list of lists) {
    const { focal, from, to } = list;
    const { sums, squares } = runningSums(list, y);
    for (let k = 0; k < focal.length; k++) {
      const [a, b] = [from[k]!, to[k]!];
      const sum = sums[b]! - sums[a]!;
      variances[focal[k]!] = Math.max(0, (squares[b]! - squares[a]! - (sum * sum) / (b - a)) / (b - a - 1));
    }
  }
  return variances;
}
