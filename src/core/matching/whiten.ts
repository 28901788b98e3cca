import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { averageRanks } from '../stats/average-ranks.ts';

/**
 * `mahalanobis`: inverse covariance pooled within the groups (sums of squares about group means / (n - 2));
 * `robust-mahalanobis`: average ranks over all units, their covariance (n - 1) rescaled so that every rank variable has
 * the standard deviation of 1 … n; `scaled-euclidean`: each column by the root of its pooled within-group variance.
 */
export type CovariateDistance = 'mahalanobis' | 'robust-mahalanobis' | 'scaled-euclidean';

/**
 * Points whose plain Euclidean distance is the distance asked for.
 *
 * @param columns n finite values each; factors with all levels for `robust-mahalanobis`, else without the first
 * @param treated n values, 0 or 1
 * @returns n x r coordinates; r is the rank of the covariance (columns that say nothing new change nothing)
 * @throws no-variation where every column is constant within the groups
 * Cost: O(n p^2 + p^3). Source: Rubin 1980, doi:10.2307/2529981; robust form: Rosenbaum 2010, Design of Observational Studies, section 8.3.
 */
export function whiten(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  distance: CovariateDistance,
  kernels: MatrixKernels,
): Matrix {
  const n = treated.length;
  const p = columns.length;
  const isRobust = distance === 'robust-mahalanobis';
  const values = columns.map((c) => (isRobust ? averageRanks(c.values) : c.values));
  const centred = centre(values, treated, !isRobust);
  const covariance = { rows: p, cols: p, values: new Float64Array(p * p) };
  kernels.gram(centred, null, covariance);
  const divisor = isRobust ? n - 1 : n - 2;
  for (let i = 0; i < p * p; i++) covariance.values[i] = covariance.values[i]! / divisor;
  const deviations = Float64Array.from({ length: p }, (_, j) => Math.sqrt(covariance.values[j * p + j]!));
  const used = [...deviations.keys()].filter((j) => deviations[j]! > 1e-12);
  if (used.length === 0) {
    throw new CoreError(
      'no-variation',
      'No covariate varies within the groups, so there is no distance. Choose other covariates.',
    );
  }
  // To the scale on which each column has standard deviation 1 (ranks: that of 1 … n, which rescales all distances alike).
  const k = used.length;
  const scaled = { rows: n, cols: k, values: new Float64Array(n * k) };
  const shrink = isRobust ? Math.sqrt((n * (n + 1)) / 12) : 1;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const j = used[c]!;
      scaled.values[i * k + c] = (values[j]![i]! - values[j]![0]!) / (isRobust ? shrink : deviations[j]!);
    }
  }
  if (distance === 'scaled-euclidean') return scaled;
  const correlation = { rows: k, cols: k, values: new Float64Array(k * k) };
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      correlation.values[a * k + b] =
        covariance.values[used[a]! * p + used[b]!]! / (deviations[used[a]!]! * deviations[used[b]!]!);
    }
  }
  const { values: eigen, vectors } = kernels.symmetricEigen(correlation);
  const kept = [...eigen.keys()].filter((j) => eigen[j]! > 1e-9 * eigen[0]!);
  const map = { rows: k, cols: kept.length, values: new Float64Array(k * kept.length) };
  for (let i = 0; i < k; i++) {
    kept.forEach((j, c) => {
      map.values[i * kept.length + c] = vectors.values[i * k + j]! / Math.sqrt(eigen[j]!);
    });
  }
  const points = { rows: n, cols: kept.length, values: new Float64Array(n * kept.length) };
  kernels.gemm(scaled, map, points);
  return points;
}

/** n x p, minus the means of all units or of each group. */
function centre(columns: readonly Float64Array[], treated: Uint8Array, byGroup: boolean): Matrix {
  const n = treated.length;
  const p = columns.length;
  const values = new Float64Array(n * p);
  columns.forEach((column, j) => {
    const sum = [0, 0];
    const count = [0, 0];
    for (let i = 0; i < n; i++) {
      const g = byGroup ? treated[i]! : 0;
      sum[g] = sum[g]! + column[i]!;
      count[g] = count[g]! + 1;
    }
    for (let i = 0; i < n; i++) {
      const g = byGroup ? treated[i]! : 0;
      values[i * p + j] = column[i]! - sum[g]! / count[g]!;
    }
  });
  return { rows: n, cols: p, values };
}
