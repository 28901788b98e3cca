import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { clusterScores } from './robust-covariance.ts';
import type { RegressionFit } from './weighted-regression.ts';

export interface ClusterError {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly clusters: number;
}

/**
 * Cluster-robust standard error with the bias reduction CR2 and Satterthwaite degrees of freedom, for one coefficient.
 * Made for few clusters: under a working model of independent errors (variance inverse to the weights) the variance
 * estimate is unbiased, and t with these degrees of freedom is the right reference.
 *
 * @param cluster     n cluster numbers, 0 … G - 1, every one occurring
 * @param coefficient column whose coefficient is asked for
 * @throws too-few-groups with fewer than two clusters, or where the coefficient has no degree of freedom left (one
 *   treated cluster, for example); limit-exceeded above 5000 clusters, where CR1 and the normal do as well
 * Cost: O(n k^2 + G k^3 + G^2 k). Source: Bell and McCaffrey 2002; Pustejovsky and Tipton 2018,
 * doi:10.1080/07350015.2016.1247004, eq. 6 and 11. A cluster that determines a direction alone enters by the
 * generalised inverse, as there.
 */
export function clusterRobustBellMcCaffrey(
  fit: RegressionFit,
  cluster: Int32Array,
  coefficient: number,
  kernels: MatrixKernels,
): ClusterError {
  const { x, weights, bread, units } = fit;
  const k = x.cols;
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  if (groups < 2) throw tooFew(groups);
  if (groups > 5000) {
    throw new CoreError('limit-exceeded', `CR2 is limited to 5000 clusters; there are ${groups}. Use CR1.`, { groups });
  }
  const scores = clusterScores(fit, cluster, groups);
  const grams = clusterGrams(x, weights, cluster, groups, units);
  const b = Float64Array.from({ length: k }, (_, j) => bread.values[j * k + coefficient]!);
  const root = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.choleskyFactor(bread, root); // B = R R', so Q_g = X_g R and H_gg = Q_g Q_g'
  const t = new Float64Array(groups * k);
  const p = new Float64Array(groups);
  let variance = 0;
  for (let g = 0; g < groups; g++) {
    const gram = { rows: k, cols: k, values: grams.subarray(g * k * k, (g + 1) * k * k) };
    const adjust = adjustment(gram, root, kernels);
    const score = scores.subarray(g * k, (g + 1) * k);
    const adjusted = adjust(score, 'half', score);
    variance += dot(b, adjusted) ** 2;
    const xb = multiply(gram, b);
    t.set(adjust(xb, 'half', xb), g * k);
    p[g] = dot(b, adjust(xb, 'full', xb));
  }
  const degreesOfFreedom = satterthwaite(t, p, bread, groups, k);
  if (!(degreesOfFreedom > 0.5)) throw tooFew(groups);
  return { standardError: Math.sqrt(variance), degreesOfFreedom, clusters: groups };
}

/**
 * For v = X_g' z: returns X_g' A z with A = (I - H_gg)^(-1/2) (`half`) or its square (`full`), by the eigenvectors of
 * Q'Q: A z = z + Q V f(lambda) V' Q' z, f = ((1 - lambda)^(-1/2) - 1) / lambda or 1 / (1 - lambda).
 */
function adjustment(gram: Matrix, root: Matrix, kernels: MatrixKernels) {
  const k = gram.rows;
  const square = () => ({ rows: k, cols: k, values: new Float64Array(k * k) });
  const [half, inner, back] = [square(), square(), square()];
  kernels.gemm(gram, root, half); // X_g' Q
  kernels.gemm(root, half, inner, { transposeA: true });
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (inner.values[i * k + j]! + inner.values[j * k + i]!) / 2;
      inner.values[i * k + j] = mean;
      inner.values[j * k + i] = mean;
    }
  }
  const { values, vectors } = kernels.symmetricEigen(inner);
  kernels.gemm(half, vectors, back);
  const factors = {
    half: values.map((l) => (l < 1e-12 ? 0.5 : l > 1 - 1e-9 ? -1 / l : (1 / Math.sqrt(1 - l) - 1) / l)),
    full: values.map((l) => (l > 1 - 1e-9 ? -1 / l : 1 / (1 - l))),
  };
  return (v: Float64Array, kind: 'half' | 'full', start: Float64Array): Float64Array => {
    const out = start.slice();
    const rotated = new Float64Array(k);
    kernels.gemv(root, v, rotated, { transpose: true }); // Q' z
    const inEigen = new Float64Array(k);
    kernels.gemv(vectors, rotated, inEigen, { transpose: true });
    for (let j = 0; j < k; j++) inEigen[j] = inEigen[j]! * factors[kind][j]!;
    kernels.gemv(back, inEigen, out, { accumulate: true });
    return out;
  };
}

/** (tr M)^2 / tr(M^2) for M = diag(p) - T B T'. */
function satterthwaite(t: Float64Array, p: Float64Array, bread: Matrix, groups: number, k: number): number {
  let trace = 0;
  let squares = 0;
  for (let g = 0; g < groups; g++) {
    const left = multiply(bread, t.subarray(g * k, (g + 1) * k));
    for (let h = 0; h <= g; h++) {
      const cross = dot(left, t.subarray(h * k, (h + 1) * k));
      if (g === h) {
        const m = p[g]! - cross;
        trace += m;
        squares += m * m;
      } else squares += 2 * cross * cross;
    }
  }
  return squares > 0 ? (trace * trace) / squares : 0;
}

/** X_g' W X_g for each cluster. */
function clusterGrams(
  x: Matrix,
  weights: Float64Array,
  cluster: Int32Array,
  groups: number,
  units: number,
): Float64Array {
  const k = x.cols;
  const grams = new Float64Array(groups * k * k);
  for (let i = 0; i < units; i++) {
    const at = cluster[i]! * k * k;
    for (let a = 0; a < k; a++) {
      const wx = weights[i]! * x.values[i * k + a]!;
      for (let c = 0; c < k; c++) grams[at + a * k + c] = grams[at + a * k + c]! + wx * x.values[i * k + c]!;
    }
  }
  return grams;
}

function multiply(a: Matrix, v: Float64Array): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => dot(a.values.subarray(i * a.cols, (i + 1) * a.cols), v));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function tooFew(groups: number): CoreError {
  return new CoreError(
    'too-few-groups',
    `${groups} ${groups === 1 ? 'cluster' : 'clusters'} with too few on one side leave no degree of freedom for this effect; at least two treated and two control clusters are needed. Add clusters, or describe the data without a standard error.`,
    { groups },
  );
}
