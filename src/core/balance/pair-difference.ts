import { argsort } from '../stats/argsort.ts';

/**
 * Mean |x_treated - x_control| over all treated-control pairs within strata, without forming the pairs: in sorted
 * order every value meets the earlier values of the other group at once.
 *
 * @param strata n stratum numbers, -1 = none
 * @returns null where no stratum holds both groups. Cost: O(n) and one sort.
 */
export function meanPairDifferenceWithinStrata(
  values: Float64Array,
  treated: Uint8Array,
  strata: Int32Array,
): number | null {
  let size = 0;
  for (let i = 0; i < strata.length; i++) size = Math.max(size, strata[i]! + 1);
  // running count and sum of the values seen so far, by stratum and group
  const count = new Float64Array(2 * size);
  const sum = new Float64Array(2 * size);
  let total = 0;
  let pairs = 0;
  const order = argsort(values);
  const centre = values[order[order.length >> 1]!]!; // differences are the same, and large offsets cost no digits
  for (const row of order) {
    const s = strata[row]!;
    if (s < 0) continue;
    const own = 2 * s + treated[row]!;
    const other = 2 * s + (1 - treated[row]!);
    const x = values[row]! - centre;
    total += count[other]! * x - sum[other]!;
    pairs += count[other]!;
    count[own] = count[own]! + 1;
    sum[own] = sum[own]! + x;
  }
  return pairs === 0 ? null : total / pairs;
}
