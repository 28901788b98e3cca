import type { InferenceMethod } from './choose-inference.ts';
import type { EffectSample } from './estimate-effect.ts';

/**
 * The estimate without covariates that `estimateEffect` judges, and nothing about its error: the difference of weighted means, or,
 * where the means of clusters are compared, of the weighted means of clusters, each of which counts once.
 *
 * @param sample  n outcomes and non-negative weights; a weight in each group is positive
 * @param cluster n cluster numbers, -1 = a cluster of its own; for `cluster-means`
 * Cost: O(n). Source: as `estimateEffect` and `clusterMeansEffect`.
 */
export function pointEstimate(sample: EffectSample, method: InferenceMethod, cluster: Int32Array | null): number {
  if (method !== 'cluster-means' || cluster === null) return differenceOfMeans(sample);
  const { treated, outcome, weights } = sample;
  const sums = new Map<number, { readonly group: number; sum: number; weight: number }>();
  for (let i = 0; i < outcome.length; i++) {
    if (weights[i] === 0) continue;
    // Units whose cluster is unknown are numbered -1, -2, …: nobody else has that number.
    const number = cluster[i]! < 0 ? -1 - i : cluster[i]!;
    const known = sums.get(number) ?? { group: treated[i]!, sum: 0, weight: 0 };
    known.sum += weights[i]! * outcome[i]!;
    known.weight += weights[i]!;
    sums.set(number, known);
  }
  const clusters = [...sums.values()];
  return differenceOfMeans({
    treated: Uint8Array.from(clusters, ({ group }) => group),
    outcome: Float64Array.from(clusters, ({ sum, weight }) => sum / weight),
    weights: new Float64Array(clusters.length).fill(1),
  });
}

function differenceOfMeans({ treated, outcome, weights }: EffectSample): number {
  const sum = [0, 0];
  const total = [0, 0];
  for (let i = 0; i < outcome.length; i++) {
    const g = treated[i]!;
    sum[g] = sum[g]! + weights[i]! * outcome[i]!;
    total[g] = total[g]! + weights[i]!;
  }
  return sum[1]! / total[1]! - sum[0]! / total[0]!;
}
