import { CoreError } from '../errors.ts';
import { quantileType7 } from '../stats/quantile.ts';
import { studentTQuantile } from '../stats/student-t.ts';

/**
 * How many standard deviations intervals must reach so that a whole new region is covered, not only regions on average.
 *
 * Each region has a score: what its intervals would have had to reach to cover `share` of its rows. The logarithms of these scores are
 * taken as normal over regions; the result is their upper prediction bound for one more region.
 *
 * @param scores n values |observed - predicted| / standard deviation, each predicted while its region was left out
 * @param region n indices of regions
 * @param share of the rows of a region to cover
 * @param probability that a new region is covered so
 * @throws too-few-groups with fewer than 5 regions
 * Source: the prediction interval of a normal sample, mean + t sd sqrt(1 + 1 / G) (Student's t, G - 1 degrees of freedom).
 */
export function regionReach(scores: Float64Array, region: Uint32Array, share: number, probability: number): number {
  const members = new Map<number, number[]>();
  region.forEach((r, i) => {
    members.set(r, [...(members.get(r) ?? []), scores[i]!]);
  });
  const G = members.size;
  if (G < 5) {
    throw new CoreError(
      'too-few-groups',
      `Received ${G} regions; expected at least 5 to tell how much regions differ. Add experiments in other regions.`,
      { groups: G },
    );
  }
  const logs = [...members.keys()]
    .sort((a, b) => a - b)
    .map((r) => Math.log(Math.max(quantileType7(Float64Array.from(members.get(r)!).sort(), share), 1e-12)));
  const mean = logs.reduce((sum, value) => sum + value, 0) / G;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (G - 1);
  return Math.exp(mean + studentTQuantile(probability, G - 1) * Math.sqrt(variance * (1 + 1 / G)));
}
