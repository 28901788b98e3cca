import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { RegressionFit } from './weighted-regression.ts';

export type Heteroskedastic = 'HC0' | 'HC1' | 'HC2' | 'HC3';
export type ClusterCorrection = 'none' | 'groups' | 'CR1';

/**
 * Classical covariance: B sum(w e^2) / (n - k).
 * Valid only where the weights are inverse error variances, so hardly ever after matching.
 */
export function classicalCovariance({ bread, residuals, weights, units, x }: RegressionFit): Matrix {
  let sum = 0;
  for (let i = 0; i < units; i++) sum += weights[i]! * residuals[i]! * residuals[i]!;
  return scaled(bread, sum / (units - x.cols));
}

/**
 * Heteroskedasticity-consistent covariance B (sum u u') B with u_i = w_i e_i x_i and h_i = w_i x_i'B x_i.
 *
 * HC1 multiplies by n/(n - k); HC2 divides u_i by (1 - h_i)^(1/2), HC3 by (1 - h_i).
 * @throws no-variation where a unit has leverage 1 and HC2 or HC3 is asked for (details.row)
 * Cost: O(n k^2). Source: MacKinnon and White 1985, doi:10.1016/0304-4076(85)90158-7.
 */
export function heteroskedasticCovariance(fit: RegressionFit, type: Heteroskedastic, kernels: MatrixKernels): Matrix {
  const { x, residuals, weights, units, bread } = fit;
  const k = x.cols;
  const squares = new Float64Array(units);
  for (let i = 0; i < units; i++) {
    let u = weights[i]! * residuals[i]!;
    if (type === 'HC2' || type === 'HC3') {
      const rest = 1 - leverage(x, bread, weights, i);
      if (!(rest > 1e-12)) {
        throw new CoreError(
          'no-variation',
          `Unit ${i} of the sample determines a coefficient alone (leverage 1), so ${type} does not exist. Leave out the term, or use HC1.`,
          { row: i },
        );
      }
      u /= type === 'HC2' ? Math.sqrt(rest) : rest;
    }
    squares[i] = u * u;
  }
  const meat = square(k);
  kernels.gram(x, squares, meat);
  const covariance = sandwich(bread, meat, kernels);
  return type === 'HC1' ? scaled(covariance, units / (units - k)) : covariance;
}

/** h_i = w_i x_i' B x_i. */
function leverage(x: Matrix, bread: Matrix, weights: Float64Array, i: number): number {
  const k = x.cols;
  let h = 0;
  for (let a = 0; a < k; a++) {
    let inner = 0;
    for (let b = 0; b < k; b++) inner += bread.values[a * k + b]! * x.values[i * k + b]!;
    h += x.values[i * k + a]! * inner;
  }
  return h * weights[i]!;
}

/**
 * Cluster-robust covariance B (sum over clusters s s') B, s = sum of u within the cluster.
 *
 * @param cluster n cluster numbers, 0 … G - 1, every one occurring
 * @param correction `none`; `groups` G/(G - 1); `CR1` G/(G - 1) (n - 1)/(n - k)
 * @throws too-few-groups with fewer than two clusters
 * Cost: O(n k + G k^2). Source: Liang and Zeger 1986, doi:10.1093/biomet/73.1.13; Cameron and Miller 2015, doi:10.3368/jhr.50.2.317.
 */
export function clusterCovariance(
  fit: RegressionFit,
  cluster: Int32Array,
  correction: ClusterCorrection,
  kernels: MatrixKernels,
): Matrix {
  const { x, units, bread } = fit;
  const k = x.cols;
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  if (groups < 2) {
    throw new CoreError(
      'too-few-groups',
      `A cluster-robust standard error needs at least two clusters, not ${groups}.`,
      { groups },
    );
  }
  const meat = square(k);
  kernels.syrk({ rows: groups, cols: k, values: clusterScores(fit, cluster, groups) }, meat, { transpose: true });
  const covariance = sandwich(bread, meat, kernels);
  if (correction === 'none') return covariance;
  const factor = groups / (groups - 1);
  return scaled(covariance, correction === 'groups' ? factor : (factor * (units - 1)) / (units - k));
}

/** G x k sums of w_i e_i x_i by cluster. */
export function clusterScores(
  { x, residuals, weights, units }: RegressionFit,
  cluster: Int32Array,
  groups: number,
): Float64Array {
  const k = x.cols;
  const sums = new Float64Array(groups * k);
  for (let i = 0; i < units; i++) {
    const u = weights[i]! * residuals[i]!;
    const at = cluster[i]! * k;
    for (let j = 0; j < k; j++) sums[at + j] = sums[at + j]! + u * x.values[i * k + j]!;
  }
  return sums;
}

/** Square roots of the diagonal. */
export function standardErrors(covariance: Matrix): Float64Array {
  return Float64Array.from({ length: covariance.rows }, (_, j) =>
    Math.sqrt(covariance.values[j * covariance.cols + j]!),
  );
}

/** B M B. */
export function sandwich(bread: Matrix, meat: Matrix, kernels: MatrixKernels): Matrix {
  const half = square(bread.rows);
  const whole = square(bread.rows);
  kernels.gemm(bread, meat, half);
  kernels.gemm(half, bread, whole);
  return whole;
}

function square(k: number): Matrix {
  return { rows: k, cols: k, values: new Float64Array(k * k) };
}

function scaled(matrix: Matrix, factor: number): Matrix {
  return { ...matrix, values: matrix.values.map((value) => value * factor) };
}
