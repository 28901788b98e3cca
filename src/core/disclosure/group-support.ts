/**
 * How many units stand behind the mean of an outcome, the fewest in any way that it can be read: units that differ from the
 * value most have, those of either value where there are two, and one where one unit makes more than half of all deviation from the
 * middle, for then a mean tells its value.
 *
 * @param values n finite numbers; @param within n values; units with 1 are counted
 * @returns units, 0 without any; n where all have one value, which says nothing about anybody in particular
 * Cost: O(n log n). Source: Hundepool et al. 2012, Statistical Disclosure Control, section 4.2 (threshold and dominance).
 */
export function groupSupport(values: Float64Array, within: Uint8Array): number {
  const sorted = values.filter((_, i) => within[i] === 1).sort();
  const n = sorted.length;
  if (n === 0) return 0;
  const runs: number[] = [];
  for (let i = 0, start = 0; i < n; i++) {
    if (i + 1 < n && sorted[i + 1] === sorted[i]) continue;
    runs.push(i + 1 - start);
    start = i + 1;
  }
  const commonest = runs.reduce((most, count) => Math.max(most, count), 0);
  const ways = [n];
  if (commonest * 2 > n) ways.push(n - commonest);
  if (runs.length === 2) ways.push(...runs);
  const middle = sorted[n >> 1]!;
  let sum = 0;
  let largest = 0;
  for (const value of sorted) {
    const deviation = Math.abs(value - middle);
    sum += deviation;
    largest = Math.max(largest, deviation);
  }
  if (n > 1 && largest * 2 > sum && sum > 0) ways.push(1);
  return Math.min(...ways.filter((count) => count > 0));
}
