import { fitWeightedRegression } from '../effects/weighted-regression.ts';
import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { fitBinomialRegression } from '../propensity/binomial-regression.ts';

/** `regression`: outcome model of the controls; `inverse-probability`: propensity odds, normalised; `doubly-robust`: both. */
export type TwoByTwoEstimator = 'doubly-robust' | 'regression' | 'inverse-probability';

/** Units of one comparison: a cohort and its controls, their change from the base period, covariates of the earlier period. */
export interface TwoByTwoSample {
  /** m x k with intercept first */
  readonly x: Matrix;
  readonly names: readonly string[];
  /** m values, 1 in the cohort and 0 for controls */
  readonly treated: Float64Array;
  /** m changes of the outcome */
  readonly change: Float64Array;
}

/**
 * A fitted comparison and what the influence of one unit needs. With x the covariates, r = change - x'outcomeModel,
 * e the propensity score and w = e / (1 - e) (0 where there is no propensity model):
 *
 *   treated unit   (r - treatedMean) / treatedShare - (1 - e) x'scoreTerm
 *   control unit   r x'outcomeTerm - w (r - controlMean) / weightMean + e x'scoreTerm
 */
export interface TwoByTwoFit {
  readonly estimate: number;
  readonly treatedMean: number;
  readonly controlMean: number;
  readonly treatedShare: number;
  readonly weightMean: number;
  readonly outcomeModel: Float64Array;
  readonly outcomeTerm: Float64Array;
  /** null where the estimator has no propensity model */
  readonly scoreModel: Float64Array | null;
  readonly scoreTerm: Float64Array;
  /** largest propensity score of a control; 0 without a propensity model */
  readonly largestControlScore: number;
}

/**
 * Average effect on the treated from one comparison of two groups in two periods, given covariates.
 *
 * With D treated, dY the change, m the outcome model fitted on controls by least squares and w = D-free odds of the logit
 * propensity: regression mean(D (dY - m)) / mean(D); inverse probability mean(D dY) / mean(D) - mean(w dY) / mean(w); doubly robust
 * the same with dY - m for dY.
 *
 * @throws empty-group (too few controls or treated), collinear (among the controls, or in the propensity model), separation
 * Cost: O(m k^2) and a logistic fit. Source: Sant'Anna and Zhao 2020, doi:10.1016/j.jeconom.2020.06.003, eq. 2.2, 2.4, 3.1
 * and theorem A.1 (the traditional doubly robust estimator); Abadie 2005, doi:10.1111/0034-6527.00321. Deviation from R's
 * did: controls with a score near 1 are not trimmed away; `largestControlScore` reports them.
 */
export function fitTwoByTwo(sample: TwoByTwoSample, estimator: TwoByTwoEstimator, kernels: MatrixKernels): TwoByTwoFit {
  const { x, names, treated, change } = sample;
  const m = x.rows;
  const k = x.cols;
  let cohort = 0;
  for (let i = 0; i < m; i++) cohort += treated[i]!;
  if (cohort === 0 || m - cohort <= k) {
    throw new CoreError(
      'empty-group',
      `The comparison has ${cohort} treated and ${m - cohort} control units for ${k} columns. Add controls, or leave out covariates.`,
      { treated: cohort, controls: m - cohort, columns: k },
    );
  }
  const treatedShare = cohort / m;
  const score = estimator === 'regression' ? null : fitScores(x, names, treated, kernels);
  const outcome = estimator === 'inverse-probability' ? null : fitControls(sample, m - cohort, kernels);

  const residual = change.slice();
  if (outcome !== null) kernels.gemv(x, outcome.coefficients, residual, { alpha: -1, accumulate: true });
  const odds = new Float64Array(m);
  let weightMean = 0;
  let controlSum = 0;
  let treatedSum = 0;
  let largestControlScore = 0;
  for (let i = 0; i < m; i++) {
    if (treated[i] === 1) {
      treatedSum += residual[i]!;
      continue;
    }
    if (score === null) continue;
    const e = score.fitted[i]!;
    largestControlScore = Math.max(largestControlScore, e);
    odds[i] = e / (1 - e);
    weightMean += odds[i]!;
    controlSum += odds[i]! * residual[i]!;
  }
  const treatedMean = treatedSum / cohort;
  const controlMean = score === null ? 0 : controlSum / weightMean;
  weightMean = score === null ? 1 : weightMean / m;

  const outcomeTerm = new Float64Array(k);
  if (outcome !== null) {
    // Mean covariates of the weighted controls minus those of the treated: what the fitted slopes are asked to bridge.
    const toward = weightedSum(x, treated, -1 / cohort, kernels);
    if (score !== null) add(toward, weightedSum(x, odds, 1 / (weightMean * m), kernels));
    kernels.gemv(outcome.bread, toward, outcomeTerm, { alpha: m });
  }
  const scoreTerm = new Float64Array(k);
  if (score !== null) {
    const pull = odds.map((w, i) => w * (residual[i]! - controlMean));
    kernels.gemv(score.covariance, weightedSum(x, pull, 1 / m, kernels), scoreTerm, { alpha: m / weightMean });
  }
  return {
    estimate: treatedMean - controlMean,
    treatedMean,
    controlMean,
    treatedShare,
    weightMean,
    outcomeModel: outcome?.coefficients ?? new Float64Array(k),
    outcomeTerm,
    scoreModel: score?.coefficients ?? null,
    scoreTerm,
    largestControlScore,
  };
}

/** The comparison without covariates, in closed form: a difference of means, the same for every estimator. */
export function fitTwoByTwoMeans(treated: Float64Array, change: Float64Array): TwoByTwoFit {
  const counts = [0, 0];
  const sums = [0, 0];
  for (let i = 0; i < change.length; i++) {
    const d = treated[i]!;
    counts[d] = counts[d]! + 1;
    sums[d] = sums[d]! + change[i]!;
  }
  const [controls, cohort] = counts as [number, number];
  if (cohort === 0 || controls < 2) {
    throw new CoreError(
      'empty-group',
      `The comparison has ${cohort} treated and ${controls} control units. Add controls.`,
      { treated: cohort, controls },
    );
  }
  const control = sums[0]! / controls;
  const treatedMean = sums[1]! / cohort - control;
  const treatedShare = cohort / change.length;
  return {
    estimate: treatedMean,
    treatedMean,
    controlMean: 0,
    treatedShare,
    weightMean: 1,
    outcomeModel: Float64Array.of(control),
    outcomeTerm: Float64Array.of(-1 / (1 - treatedShare)),
    scoreModel: null,
    scoreTerm: new Float64Array(1),
    largestControlScore: 0,
  };
}

/** Influence of one unit on the estimate, its covariates at `x[at]` … `x[at + k - 1]`. */
export function influenceOf(fit: TwoByTwoFit, isTreated: boolean, change: number, x: Float64Array, at: number): number {
  const { outcomeModel, outcomeTerm, scoreModel, scoreTerm } = fit;
  const k = outcomeModel.length;
  let r = change;
  let bridge = 0;
  let index = 0;
  let pull = 0;
  for (let j = 0; j < k; j++) {
    const value = x[at + j]!;
    r -= value * outcomeModel[j]!;
    bridge += value * outcomeTerm[j]!;
    if (scoreModel === null) continue;
    index += value * scoreModel[j]!;
    pull += value * scoreTerm[j]!;
  }
  const e = scoreModel === null ? 0 : 1 / (1 + Math.exp(-index));
  if (isTreated) return (r - fit.treatedMean) / fit.treatedShare - (1 - e) * pull;
  const w = scoreModel === null ? 0 : Math.exp(index);
  return r * bridge - (w * (r - fit.controlMean)) / fit.weightMean + e * pull;
}

function fitScores(x: Matrix, names: readonly string[], treated: Float64Array, kernels: MatrixKernels) {
  const fit = fitBinomialRegression(x, names, treated, null, 'logit', kernels);
  if (fit.collinear.length > 0) {
    throw new CoreError(
      'collinear',
      `In the propensity model ${fit.collinear.join(', ')} depend on the other columns. Leave them out.`,
      { columns: fit.collinear },
    );
  }
  return fit;
}

function fitControls({ x, names, treated, change }: TwoByTwoSample, controls: number, kernels: MatrixKernels) {
  const k = x.cols;
  const values = new Float64Array(controls * k);
  const y = new Float64Array(controls);
  let at = 0;
  for (let i = 0; i < x.rows; i++) {
    if (treated[i] === 1) continue;
    values.set(x.values.subarray(i * k, (i + 1) * k), at * k);
    y[at++] = change[i]!;
  }
  return fitWeightedRegression(
    { rows: controls, cols: k, values },
    names,
    y,
    new Float64Array(controls).fill(1),
    kernels,
  );
}

/** alpha X'v. */
function weightedSum(x: Matrix, v: Float64Array, alpha: number, kernels: MatrixKernels): Float64Array {
  const sum = new Float64Array(x.cols);
  kernels.gemv(x, v, sum, { transpose: true, alpha });
  return sum;
}

function add(to: Float64Array, what: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j] = to[j]! + what[j]!;
}
