import { CoreError } from '../errors.ts';

/** Estimates of the effect on a pair that a hidden bias of odds up to `gamma` could give. */
export interface HodgesLehmannBound {
  readonly gamma: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Hodges-Lehmann estimates of a constant effect under hidden bias: the shifts at which the signed rank sum is as large as
 * expected when the chance of a positive difference is 1/(1 + gamma) or gamma/(1 + gamma). At gamma 1 both are the median of the Walsh
 * averages.
 *
 * @param differences treated minus control for each pair, finite
 * @param gammas each >= 1
 * @throws empty-group without pairs; invalid-argument for a gamma below 1
 * Cost: one sort and about 130 passes over the pairs; the n (n + 1) / 2 averages are never formed.
 * Source: Hodges and Lehmann 1963, doi:10.1214/aoms/1177704172; Rosenbaum 1993, doi:10.1080/01621459.1993.10476405.
 *
 * @example
 * hodgesLehmannBounds(Float64Array.of(1, 2, 6), [1])[0]; // → { gamma: 1, lower: 2.75, upper: 2.75 }
 */
export function hodgesLehmannBounds(
  differences: Float64Array,
  gammas: readonly number[],
): readonly HodgesLehmannBound[] {
  const n = differences.length;
  if (n === 0) throw new CoreError('empty-group', 'A Hodges-Lehmann estimate needs at least one pair.');
  const sorted = differences.slice().sort();
  const all = (n * (n + 1)) / 2;
  return gammas.map((gamma) => {
    if (!(gamma >= 1 && Number.isFinite(gamma))) {
      throw new CoreError('invalid-argument', `Gamma is an odds ratio of 1 or more, not ${gamma}.`, {
        received: gamma,
      });
    }
    const share = gamma / (1 + gamma);
    return { gamma, lower: shiftAt(sorted, share * all), upper: shiftAt(sorted, (1 - share) * all) };
  });
}

/** The shift at which `target` Walsh averages lie above it (half of those equal to it): the middle where a range does. */
function shiftAt(sorted: Float64Array, target: number): number {
  const edge = (isBelow: (sum: number) => boolean): number => {
    let low = sorted[0]!;
    let high = sorted[sorted.length - 1]!;
    if (!isBelow(rankSum(sorted, low))) return low;
    for (let step = 0; step < 64; step++) {
      const middle = (low + high) / 2;
      if (isBelow(rankSum(sorted, middle))) low = middle;
      else high = middle;
    }
    return high;
  };
  // The sum falls as the shift grows: the last shift with more than the target, and the first with less.
  const slack = 1e-9 * target;
  return (edge((sum) => sum > target + slack) + edge((sum) => sum >= target - slack)) / 2;
}

/** Walsh averages (i <= j) above the shift, and half of those equal to it. */
function rankSum(sorted: Float64Array, shift: number): number {
  return (above(sorted, shift, false) + above(sorted, shift, true)) / 2;
}

function above(sorted: Float64Array, shift: number, withEqual: boolean): number {
  const n = sorted.length;
  const passes = (sum: number): boolean => (withEqual ? sum >= 2 * shift : sum > 2 * shift);
  let count = 0;
  let first = n; // the first partner whose sum with d_j passes; it falls as j grows
  for (let j = 0; j < n; j++) {
    while (first > 0 && passes(sorted[first - 1]! + sorted[j]!)) first--;
    count += Math.max(0, j - first + 1);
  }
  return count;
}
