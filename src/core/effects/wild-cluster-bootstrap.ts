import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { clusterCovariance, standardErrors } from './robust-covariance.ts';
import type { RegressionFit } from './weighted-regression.ts';

export interface WildBootstrapOptions {
  readonly draws: number;
  readonly seed: number;
  /** `webb`: six points, for fewer than 13 clusters; `rademacher`: signs */
  readonly weights: 'webb' | 'rademacher';
  readonly confidence: number;
}

export interface WildBootstrap {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** the values that a test at this level does not refuse */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Wild cluster bootstrap of the t statistic of one coefficient, with the hypothesis imposed (restricted residuals), and
 * the interval of the values that this test does not refuse.
 *
 * All draws are one matrix of weights, G a draw: with the treatment's residual on the other columns and sums by cluster
 * a draw costs O(G k), whatever the number of units, and the interval uses the same draws for every value it tries.
 *
 * @param fit         weighted least squares of the outcome
 * @param cluster     n cluster numbers, 0 … G - 1, every one occurring
 * @param coefficient column whose coefficient is asked for
 * @throws too-few-groups with fewer than five clusters, or where no value can be refused (details.groups); invalid-argument
 * Cost: O(n k + k^3) and about 60 passes of draws x G k. Source: Cameron, Gelbach and Miller 2008, doi:10.1162/rest.90.3.414;
 * Webb 2023, doi:10.1111/caje.12661 (six points); Roodman, Nielsen, MacKinnon and Webb 2019, doi:10.1177/1536867X19830877, section 5.
 */
export function wildClusterBootstrap(
  fit: RegressionFit,
  cluster: Int32Array,
  coefficient: number,
  { draws, seed, weights, confidence }: WildBootstrapOptions,
  kernels: MatrixKernels,
): WildBootstrap {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  if (groups < 5) throw tooFew(groups);
  if (!(Number.isInteger(draws) && draws >= 99)) {
    throw new CoreError('invalid-argument', `Received ${draws} bootstrap draws; expected a whole number from 99.`, {
      received: draws,
    });
  }
  const parts = partsOf(fit, cluster, groups, coefficient, kernels);
  const multipliers = drawMultipliers(groups, draws, seed, weights);
  const estimate = fit.coefficients[coefficient]!;
  const standardError = standardErrors(clusterCovariance(fit, cluster, 'CR1', kernels))[coefficient]!;
  if (!(standardError > 0)) throw tooFew(groups);
  const pAt = (value: number): number => pValueAt(parts, multipliers, groups, value);
  const edge = (direction: 1 | -1): number => {
    let inside = 0;
    let outside = standardError;
    while (pAt(estimate + direction * outside) > 1 - confidence) {
      inside = outside;
      outside *= 2;
      if (outside > 1e4 * standardError) throw tooFew(groups);
    }
    for (let step = 0; step < 30; step++) {
      const middle = (inside + outside) / 2;
      if (pAt(estimate + direction * middle) > 1 - confidence) inside = middle;
      else outside = middle;
    }
    return estimate + direction * outside;
  };
  return { standardError, degreesOfFreedom: groups - 1, pValue: pAt(0), lower: edge(-1), upper: edge(1) };
}

/** Sums by cluster of what the statistic is made of; those of a hypothesis b are `y - b d`. */
interface Parts {
  readonly k: number;
  /** G: sum of w d~ u, with d~ the treatment's residual on the other columns, u the residual of y and of d on them */
  readonly scoreOfY: Float64Array;
  readonly scoreOfD: Float64Array;
  /** G x k: B sum of w x u, of y and of d */
  readonly pullOfY: Float64Array;
  readonly pullOfD: Float64Array;
  /** G x k: sum of w d~ x */
  readonly crossed: Float64Array;
}

function partsOf(
  { x, weights, bread, coefficients, residuals }: RegressionFit,
  cluster: Int32Array,
  groups: number,
  coefficient: number,
  kernels: MatrixKernels,
): Parts {
  const { rows: n, cols: k } = x;
  // d~ = X B e / (e'Be): the direction of X that is orthogonal to the other columns, scaled to hold d once.
  const own = bread.values[coefficient * k + coefficient]!;
  const slopes = Float64Array.from({ length: k }, (_, j) => bread.values[j * k + coefficient]! / own);
  const d = new Float64Array(n);
  kernels.gemv(x, slopes, d);
  // The residual of y without the treatment: the full one and what the treatment explained.
  const beta = coefficients[coefficient]!;
  const y = residuals.map((e, i) => e + beta * d[i]!);
  const scoreOfY = new Float64Array(groups);
  const scoreOfD = new Float64Array(groups);
  const rawY = new Float64Array(groups * k);
  const rawD = new Float64Array(groups * k);
  const crossed = new Float64Array(groups * k);
  for (let i = 0; i < n; i++) {
    const g = cluster[i]!;
    const w = weights[i]!;
    const wd = w * d[i]!;
    scoreOfY[g] = scoreOfY[g]! + wd * y[i]!;
    scoreOfD[g] = scoreOfD[g]! + wd * d[i]!;
    for (let j = 0; j < k; j++) {
      const at = g * k + j;
      const wx = w * x.values[i * k + j]!;
      rawY[at] = rawY[at]! + wx * y[i]!;
      rawD[at] = rawD[at]! + wx * d[i]!;
      crossed[at] = crossed[at]! + wx * d[i]!;
    }
  }
  const pulled = (raw: Float64Array): Float64Array => {
    const out = { rows: groups, cols: k, values: new Float64Array(groups * k) };
    kernels.gemm({ rows: groups, cols: k, values: raw }, bread, out);
    return out.values;
  };
  return { k, scoreOfY, scoreOfD, pullOfY: pulled(rawY), pullOfD: pulled(rawD), crossed };
}

/** Share of draws whose |t| is at least that of the data, under the hypothesis that the coefficient is `value`. */
function pValueAt(
  { k, scoreOfY, scoreOfD, pullOfY, pullOfD, crossed }: Parts,
  multipliers: Float64Array,
  groups: number,
  value: number,
): number {
  const score = scoreOfY.map((s, g) => s - value * scoreOfD[g]!);
  const pull = pullOfY.map((s, j) => s - value * pullOfD[j]!);
  const move = new Float64Array(k);
  const squaredT = (v: (g: number) => number): number => {
    let sum = 0;
    move.fill(0);
    for (let g = 0; g < groups; g++) {
      const vg = v(g);
      sum += vg * score[g]!;
      for (let j = 0; j < k; j++) move[j] = move[j]! + vg * pull[g * k + j]!;
    }
    let squares = 0;
    for (let g = 0; g < groups; g++) {
      let s = v(g) * score[g]!;
      for (let j = 0; j < k; j++) s -= crossed[g * k + j]! * move[j]!;
      squares += s * s;
    }
    return squares > 0 ? (sum * sum) / squares : 0;
  };
  // The data are the draw in which every multiplier is 1.
  const observed = squaredT(() => 1);
  const draws = multipliers.length / groups;
  let count = 0;
  for (let draw = 0; draw < draws; draw++) {
    if (squaredT((g) => multipliers[draw * groups + g]!) >= observed * (1 - 1e-10)) count++;
  }
  return (1 + count) / (1 + draws);
}

const sixPoints = [-Math.sqrt(1.5), -1, -Math.sqrt(0.5), Math.sqrt(0.5), 1, Math.sqrt(1.5)] as const;

/** draws x G multipliers with mean 0 and variance 1; draw d has its own stream. */
function drawMultipliers(groups: number, draws: number, seed: number, weights: 'webb' | 'rademacher'): Float64Array {
  const random = createRandom(seed, 'wild-cluster-bootstrap');
  const out = new Float64Array(draws * groups);
  for (let draw = 0; draw < draws; draw++) {
    const stream = random.stream(draw);
    for (let g = 0; g < groups; g++) {
      out[draw * groups + g] = weights === 'webb' ? sixPoints[stream.integer(6)]! : stream.integer(2) === 0 ? -1 : 1;
    }
  }
  return out;
}

function tooFew(groups: number): CoreError {
  return new CoreError(
    'too-few-groups',
    `${groups} clusters are too few for a wild cluster bootstrap: no value can be refused. Compare means of clusters, or add clusters.`,
    { groups },
  );
}
