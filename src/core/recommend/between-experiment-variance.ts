import { CoreError } from '../errors.ts';

/**
 * Variance between the true effects of experiments, by the method of moments of DerSimonian and Laird: what the spread of
 * the estimates shows beyond their sampling variances, 0 where it shows nothing.
 *
 * @param effect n finite estimates
 * @param variance n sampling variances, > 0
 * @returns tau squared, >= 0
 * @throws empty-group with fewer than two estimates
 * Cost: O(n). Source: DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2, eq. 4.
 */
export function betweenExperimentVariance(effect: Float64Array, variance: Float64Array): number {
  const n = effect.length;
  if (n < 2) {
    throw new CoreError('empty-group', `Received ${n} estimates; expected at least two to see how they differ.`, {
      received: n,
    });
  }
  let sumW = 0;
  let sumW2 = 0;
  let sumWy = 0;
  for (let i = 0; i < n; i++) {
    const w = 1 / variance[i]!;
    sumW += w;
    sumW2 += w * w;
    sumWy += w * effect[i]!;
  }
  const mean = sumWy / sumW;
  let q = 0;
  for (let i = 0; i < n; i++) q += (effect[i]! - mean) ** 2 / variance[i]!;
  return Math.max(0, (q - (n - 1)) / (sumW - sumW2 / sumW));
}
