import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';

/** An estimate with its standard error by the delta method. */
export interface Contrast {
  readonly estimate: number;
  readonly standardError: number;
}

/** Coefficients of an outcome model and their covariance. */
export interface OutcomeModel {
  readonly family: 'gaussian' | 'binomial';
  readonly coefficients: Float64Array;
  readonly covariance: Matrix;
}

export interface MarginalEffects {
  readonly meanTreated: number;
  readonly meanControl: number;
  /** difference of means, or of risks */
  readonly difference: Contrast;
  /** logarithms of the ratios of the averaged risks; null for a gaussian outcome or a risk of 0 or 1 */
  readonly logRiskRatio: Contrast | null;
  readonly logOddsRatio: Contrast | null;
}

/**
 * G-computation: the outcome model predicts every target unit with the treatment set to 1 and to 0; the averages are
 * compared.
 *
 * @param asTreated, asControl m x k model matrices of the target units with the treatment set to 1 and 0; read only
 * @param weights m non-negative weights of the target units
 * @throws dimension-mismatch, empty-group (weights sum to 0)
 * Cost: O(m k). Source: Snowden, Rose and Mortimer 2011, doi:10.1093/aje/kwq472; delta method with the model's covariance.
 */
export function gComputation(
  model: OutcomeModel,
  asTreated: Matrix,
  asControl: Matrix,
  weights: Float64Array,
): MarginalEffects {
  const k = model.coefficients.length;
  if (
    asTreated.cols !== k ||
    asControl.cols !== k ||
    asTreated.rows !== weights.length ||
    asControl.rows !== weights.length
  ) {
    throw new CoreError('dimension-mismatch', `Both predictions need ${weights.length} rows of ${k} columns.`);
  }
  const one = average(model, asTreated, weights);
  const zero = average(model, asControl, weights);
  const contrast = (estimate: number, onOne: number, onZero: number): Contrast => {
    const gradient = one.gradient.map((g, j) => onOne * g - onZero * zero.gradient[j]!);
    return { estimate, standardError: Math.sqrt(quadraticForm(gradient, model.covariance)) };
  };
  const hasRatios = model.family === 'binomial' && [one.mean, zero.mean].every((p) => p > 0 && p < 1);
  const logit = (p: number): number => Math.log(p) - Math.log1p(-p);
  return {
    meanTreated: one.mean,
    meanControl: zero.mean,
    difference: contrast(one.mean - zero.mean, 1, 1),
    logRiskRatio: hasRatios ? contrast(Math.log(one.mean / zero.mean), 1 / one.mean, 1 / zero.mean) : null,
    logOddsRatio: hasRatios
      ? contrast(logit(one.mean) - logit(zero.mean), 1 / (one.mean * (1 - one.mean)), 1 / (zero.mean * (1 - zero.mean)))
      : null,
  };
}

/** Weighted mean prediction and its gradient in the coefficients. */
function average({ family, coefficients }: OutcomeModel, x: Matrix, weights: Float64Array) {
  const k = x.cols;
  const gradient = new Float64Array(k);
  let mean = 0;
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    let eta = 0;
    for (let j = 0; j < k; j++) eta += x.values[i * k + j]! * coefficients[j]!;
    const value = family === 'gaussian' ? eta : 1 / (1 + Math.exp(-eta));
    const slope = family === 'gaussian' ? 1 : value * (1 - value);
    mean += weights[i]! * value;
    total += weights[i]!;
    for (let j = 0; j < k; j++) gradient[j] = gradient[j]! + weights[i]! * slope * x.values[i * k + j]!;
  }
  if (!(total > 0)) throw new CoreError('empty-group', 'No target unit has a positive weight.');
  return { mean: mean / total, gradient: gradient.map((g) => g / total) };
}

function quadraticForm(v: Float64Array, { cols, values }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) for (let j = 0; j < v.length; j++) sum += v[i]! * values[i * cols + j]! * v[j]!;
  return sum;
}
